// The worker's list without network: what was filled in is kept on the phone, with its photos, sent when it can be, and forgotten when the
// school has it. Each form carries its own token, so that one that is sent twice is done once. Every word stands in the page.
import { smallFile } from "../ui/js/pictures.js";

const root = document.getElementById("work");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const note = (name, isShown) => (root.querySelector(`[data-note="${name}"]`).hidden = !isShown);
const { account, asked, worker, most, largest } = root.dataset;
const NAME = "nanhu-work", CACHE = "nanhu-own-work-1", AGAIN_MS = 15_000;
const FINAL = new Set([404, 409, 413, 422]);
let isSending = false;

async function inside(mode, work) {
  const database = await new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("forms", { keyPath: "token" });
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => resolve(opening.result);
  });
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction("forms", mode), asking = work(transaction.objectStore("forms"));
      transaction.oncomplete = () => resolve(asking?.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

const keep = (form) => inside("readwrite", (forms) => forms.put(form));
const forget = (token) => inside("readwrite", (forms) => forms.delete(token));
const all = () => inside("readonly", (forms) => forms.getAll());

async function draw() {
  const forms = (await all()).sort((one, other) => one.at - other.at);
  const own = forms.filter((one) => one.account === account), refused = own.filter((one) => one.refused);
  part("queued").textContent = String(forms.filter((one) => !one.refused).length);
  const why = new Map(refused.map((one) => [one.job, one.refused]));
  const ended = new Set(own.filter((one) => one.ends && !one.refused).map((one) => one.job));
  for (const card of root.querySelectorAll("[data-job]")) {
    card.querySelector("[data-kept]").hidden = !ended.has(card.dataset.job);
    card.querySelector("details").hidden = ended.has(card.dataset.job);
    const told = card.querySelector("[data-refused]");
    told.hidden = !why.has(card.dataset.job) || ended.has(card.dataset.job);
    told.querySelector("span").textContent = why.get(card.dataset.job) ?? "";
  }
  part("reasons").replaceChildren(...refused.map((one) => Object.assign(document.createElement("li"), { textContent: `${one.title} · ${one.refused}` })));
  note("refused", refused.length > 0);
  return forms;
}

// What the school would turn away is said now, not after the way up. Nothing where all can be kept.
async function fieldsOf(data, wrong) {
  const fields = [];
  for (const [name, value] of data) {
    if (name === "csrfmiddlewaretoken" || (value instanceof File && !value.size)) continue;
    const small = value instanceof File ? await smallFile(value) : value;
    if (small === value && value instanceof File && !/^image\/(jpeg|png)$/.test(value.type)) return wrong("kind");
    if (small.size > Number(largest)) return wrong("large");
    fields.push([name, small]);
  }
  return fields.filter(([, value]) => value instanceof File).length > Number(most) ? wrong("many") : fields;
}

async function submit(event) {
  event.preventDefault();
  const form = event.target, data = new FormData(form), card = form.closest("[data-job]"), { job } = card.dataset;
  const say = (name) => form.querySelectorAll("[data-wrong]").forEach((one) => (one.hidden = one.dataset.wrong !== name));
  say("");
  const fields = await fieldsOf(data, say);
  if (!fields) return;
  const title = card.querySelector("h3").textContent.trim();
  await keep({ token: data.get("form_token"), account, job, title, action: form.getAttribute("action"), fields, ends: "ends" in form.dataset, at: Date.now() });
  form.closest("details").open = false;
  await send();
}

// Oldest first; asks before it does whose work it would be.
async function send() {
  if (isSending) return;
  isSending = true;
  try {
    const forms = (await draw()).filter((one) => one.account === account && !one.refused);
    const answer = await fetch(asked, { headers: { Accept: "application/json" }, cache: "no-store" });
    note("offline", false);
    const said = answer.ok && !answer.redirected ? await answer.json() : null;
    note("signed-out", !said || String(said.account) !== account);
    if (!said || String(said.account) !== account) return await forgetPage();
    let isDone = false;
    for (const one of forms) isDone = (await post(one, said.token)) || isDone;
    if (isDone && !(await draw()).some((one) => one.account === account) && navigator.onLine) location.reload();
  } catch {
    note("offline", true);
  } finally {
    isSending = false;
    await draw();
  }
}

async function post(form, csrf) {
  const data = new FormData();
  for (const [name, value] of form.fields) data.append(name, value);
  const answer = await fetch(form.action, { method: "POST", body: data, headers: { "X-CSRFToken": csrf } });
  if (answer.status >= 500 || new URL(answer.url).pathname.startsWith("/sign-in")) return false;
  if (answer.ok) await forget(form.token);
  else if (FINAL.has(answer.status)) await keep({ ...form, refused: await reasonOf(answer) });
  return answer.ok;
}

// As the page that refused it says.
async function reasonOf(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const faults = [...page.querySelectorAll(".form-errors li")], other = page.querySelector(".alert-danger .alert-body > div, h1");
  return (faults.length ? faults : [other]).map((one) => one?.textContent.replace(/\s+/g, " ").trim()).join("；") || String(answer.status);
}

// Whoever holds the phone now is not whom this page was for: it goes from the cache and from the screen; what is typed stays kept.
async function forgetPage() {
  await caches.delete(CACHE);
  for (const card of root.querySelectorAll("[data-job], .requests-map")) card.remove();
}

// Files first, then the page that needs them.
async function keepForLater() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(worker);
  const cache = await caches.open(CACHE);
  const loaded = performance.getEntriesByType("resource").map((one) => one.name);
  await cache.addAll(new Set(loaded.filter((name) => name.startsWith(`${location.origin}/static/`) || name.startsWith(`${location.origin}/theme.css`))));
  const answer = await fetch(location.pathname);
  if (!answer.ok || answer.redirected) return;
  await cache.put(location.pathname, answer);
  part("ready").hidden = false;
}

for (const form of root.querySelectorAll("form[data-offline]")) form.addEventListener("submit", submit);
part("drop").addEventListener("click", async () => {
  for (const one of await all()) if (one.refused && one.account === account) await forget(one.token);
  location.reload();
});
addEventListener("online", send);
document.addEventListener("visibilitychange", send);
await draw();
await send();
setInterval(send, AGAIN_MS);
keepForLater().catch(() => {});
