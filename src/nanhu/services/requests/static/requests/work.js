// The worker's list without network: what was filled in is kept on the phone, with its photos, sent when it can be, and forgotten when the
// school has it. Each form carries its own token, so that one that is sent twice is done once. Every word stands in the page.
const root = document.getElementById("work");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const note = (name, isShown) => (root.querySelector(`[data-note="${name}"]`).hidden = !isShown);
const { account, asked, worker } = root.dataset;
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
  part("queued").textContent = String(forms.length);
  const ended = new Set(forms.filter((one) => one.ends && one.account === account).map((one) => one.job));
  for (const card of root.querySelectorAll("[data-job]")) {
    card.querySelector("[data-kept]").hidden = !ended.has(card.dataset.job);
    card.querySelector("details").hidden = ended.has(card.dataset.job);
  }
  note("refused", forms.some((one) => one.refused));
  return forms;
}

async function submit(event) {
  event.preventDefault();
  const form = event.target, data = new FormData(form);
  const fields = [...data].filter(([name, value]) => name !== "csrfmiddlewaretoken" && !(value instanceof File && !value.size));
  const job = form.closest("[data-job]").dataset.job;
  await keep({ token: data.get("form_token"), account, job, action: form.getAttribute("action"), fields, ends: "ends" in form.dataset, at: Date.now() });
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
  else if (FINAL.has(answer.status)) await keep({ ...form, refused: true });
  return answer.ok;
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
  for (const one of await all()) if (one.refused) await forget(one.token);
  location.reload();
});
addEventListener("online", send);
document.addEventListener("visibilitychange", send);
await draw();
await send();
setInterval(send, AGAIN_MS);
keepForLater().catch(() => {});
