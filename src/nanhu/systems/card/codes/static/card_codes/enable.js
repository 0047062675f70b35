// Registers this phone: fetches its keys once, hands them to the browser's store, goes back to the code.
import { installDevice, numberBefore } from "./vault.js";

const form = document.getElementById("enable");
const trouble = document.getElementById("enable-trouble");
form.querySelector("button").disabled = !globalThis.crypto?.subtle;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  trouble.hidden = true;
  try {
    const body = new FormData(form);
    body.set("replaces", numberBefore());
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (answer.status !== 201) throw new Error((await answer.json().catch(() => ({}))).message ?? "");
    await installDevice(await answer.json());
    location.replace(form.dataset.next);
  } catch (error) {
    trouble.hidden = false;
    trouble.querySelector("[data-says]").textContent = error.message;
    button.disabled = false;
  }
});
