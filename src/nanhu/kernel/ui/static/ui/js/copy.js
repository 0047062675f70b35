// <button data-copies="text">: copies, and says so.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copies);
  const word = button.parentElement.querySelector("[data-copied]");
  if (word) word.textContent = word.dataset.copied;
  button.classList.add("is-done");
  setTimeout(() => {
    button.classList.remove("is-done");
    if (word) word.textContent = "";
  }, 2000);
});
