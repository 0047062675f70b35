// <div data-drop> around a file field: a file may be dropped on it; what was chosen is named below, a picture is shown.
const size = (bytes) => bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

function show(place) {
  const files = [...place.querySelector("[type=file]").files];
  const list = place.querySelector("[data-files]");
  for (const picture of list.querySelectorAll("img")) URL.revokeObjectURL(picture.src);
  list.replaceChildren(...files.map((file) => {
    const line = document.createElement("span");
    if (/^image\/(jpeg|png|webp)$/.test(file.type)) {
      const picture = document.createElement("img");
      picture.alt = "";
      picture.src = URL.createObjectURL(file);
      line.append(picture);
    }
    line.append(`${file.name} · ${size(file.size)}`);
    return line;
  }));
}

for (const place of document.querySelectorAll("[data-drop]")) if (place.querySelector("[type=file]").files.length) show(place);
document.addEventListener("change", (event) => {
  const place = event.target.closest("[data-drop]");
  if (place) show(place);
});
for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, (event) => {
  const place = event.target.closest?.("[data-drop]");
  if (!place) return;
  event.preventDefault();
  place.toggleAttribute("data-over", kind === "dragover");
  if (kind !== "drop" || !event.dataTransfer.files.length) return;
  const field = place.querySelector("[type=file]");
  if (!field.multiple && event.dataTransfer.files.length > 1) return;
  field.files = event.dataTransfer.files;
  show(place);
});
