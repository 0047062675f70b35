// What a script of this page sent and the school, being read-only, did not take (a draft, a star): said at the foot. The page stays as it
// is, for somebody may be typing there; the words go when something is taken again.
document.addEventListener("nanhu:read-only", (event) => {
  if (document.querySelector(".not-taken")) return;
  const note = document.createElement("p");
  note.className = "not-taken toast";
  note.setAttribute("role", "alert");
  note.textContent = event.detail.value;
  document.body.append(note);
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.detail.requestConfig.verb !== "get") document.querySelector(".not-taken")?.remove();
});
