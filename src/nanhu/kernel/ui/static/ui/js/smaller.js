// Photos of a form are made small before they are sent. Without this script they go as they are.
import { smallFile } from "./pictures.js";

const made = new WeakSet();

// What is shown is what is sent: nobody can send meanwhile, and whoever chose anew meanwhile has that.
async function shrink(field) {
  const chosen = [...field.files], submit = field.form.querySelector("[type=submit]");
  submit.disabled = !chosen.every((file) => made.has(file));
  if (!submit.disabled) return;
  const small = await Promise.all(chosen.map(smallFile)), files = new DataTransfer();
  if (chosen.some((file, place) => field.files[place] !== file)) return;
  for (const file of small) {
    made.add(file);
    files.items.add(file);
  }
  field.files = files.files;
  for (const file of field.files) made.add(file);
  submit.disabled = false;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

for (const field of document.querySelectorAll('form [type=file][accept^="image/"]')) {
  field.addEventListener("change", () => shrink(field));
  shrink(field); // chosen before this script was here
}
