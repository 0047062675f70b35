// The counter: a preset fills the amount and leaves the focus there, so that Enter posts it.
for (const group of document.querySelectorAll("[data-presets]")) group.hidden = false;
document.addEventListener("click", (event) => {
  const preset = event.target.closest("[data-fills]");
  if (preset) {
    const field = document.getElementById(preset.dataset.fills);
    field.value = preset.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }
});
