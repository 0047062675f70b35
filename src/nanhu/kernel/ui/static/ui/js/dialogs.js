// <button data-opens="id"> opens <dialog id="id">; a click on the veil closes it; focus goes back to the button (native).
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  if (event.target.matches("dialog.dialog")) event.target.close();
});
