// The code page: shows a fresh code, renews it by itself, says how things stand. Every word stands in the page.
import { matrix } from "./qr.js";
import { forgetDevice, keepDevice, makeCode, ownerHere, readDevice, secondsNow, STEP_SECONDS } from "./vault.js";

const root = document.getElementById("code");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const ASK_SECONDS = 3;
const RIGHTS = ["pay", "door"];
// Codes that were on this screen of late, the newest last: a till may take one at its last second.
const KEPT_CODES = 12;
const before = [];
let device, shown, asking = false, isReady = false;

function show(view) {
  for (const one of root.querySelectorAll("[data-view]")) one.hidden = one.dataset.view !== view;
  isReady = view === "ready";
}

function note(name, facts = {}) {
  for (const one of root.querySelectorAll("[data-note]")) {
    one.hidden = one.dataset.note !== name;
    for (const [key, value] of Object.entries(facts)) {
      const place = one.hidden ? null : one.querySelector(`[data-fact="${key}"]`);
      if (place) place.textContent = value;
    }
  }
}

// What this phone's code may do: both, unless its owner switched one off here.
const rights = () => device?.rights ?? RIGHTS;

const markOf = (code) => `${code.step}-${code.nonce}`;

async function renew() {
  shown = await makeCode(device, rights());
  before.push(markOf(shown));
  if (before.length > KEPT_CODES) before.shift();
  const rows = matrix(shown.text);
  const path = rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x + 4} ${y + 4}h1v1h-1z` : ""))).join("");
  part("squares").setAttribute("d", path);
  root.dataset.code = shown.text;
  if (part("text")) {
    part("text").textContent = shown.text;
    part("copy").dataset.copies = shown.text;
  }
}

async function tick() {
  if (!isReady || document.hidden) return;
  const seconds = secondsNow(device);
  if (!shown || Math.floor(seconds / STEP_SECONDS) !== shown.step) await renew();
  part("left").textContent = String(Math.ceil(STEP_SECONDS - (seconds % STEP_SECONDS)));
}

async function ask() {
  if (asking || document.hidden) return;
  asking = true;
  try {
    const query = new URLSearchParams([["device", device?.number ?? ""], ...before.map((mark) => ["shown", mark])]);
    const answer = await fetch(`${root.dataset.state}?${query}`, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.redirected || answer.status === 401 || answer.status === 403) return show("signed-out");
    if (!answer.ok) throw new Error(String(answer.status));
    await hear(await answer.json());
  } catch {
    note("offline");
    if (device) show("ready");
    else show("unreachable");
  } finally {
    asking = false;
  }
}

async function hear(told) {
  part("balance").textContent = told.balance;
  part("as-of").textContent = told.as_of;
  if (!device) return show("new");
  if (told.device !== "ready") {
    await forgetDevice();
    device = undefined;
    return show(told.device === "ended" ? "ended" : "new");
  }
  const offset = told.server_time - Date.now() / 1000;
  if (Math.abs(offset - (device.offset ?? 0)) > 5) await keepDevice((device = { ...device, offset }));
  if (told.card !== "issued") {
    part("card-says").textContent = told.card_says;
    return show("stopped");
  }
  show("ready");
  const taken = told.taken;
  if (taken && taken.outcome !== "waiting") {
    note(taken.outcome, taken);
    before.splice(before.indexOf(taken.shown), before.includes(taken.shown) ? 1 : 0);
  }
  else if (!taken && root.querySelector('[data-note="offline"]:not([hidden])')) note("");
  if (taken && taken.outcome !== "waiting" && taken.shown === markOf(shown)) await renew();
  await tick();
}

async function keepForLater() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(root.dataset.worker);
  const cache = await caches.open("nanhu-own-code");
  const files = performance.getEntriesByType("resource").map((one) => one.name);
  const mine = files.filter((name) => name.startsWith(`${location.origin}/static/`) || name.startsWith(`${location.origin}/theme.css`));
  await cache.addAll([location.pathname, ...new Set(mine)]);
}

function showRights() {
  for (const button of root.querySelectorAll("[data-kind]")) button.setAttribute("aria-checked", String(rights().includes(button.dataset.kind)));
}

// The last right stays: a code that may do nothing is none.
async function switchRight(kind) {
  const left = RIGHTS.filter((one) => rights().includes(one) !== (one === kind));
  if (left.length === 0) return;
  await keepDevice((device = { ...device, rights: left }));
  showRights();
  note("");
  await renew();
}

function wire() {
  for (const button of root.querySelectorAll("[data-kind]")) button.addEventListener("click", () => switchRight(button.dataset.kind));
  part("refresh").addEventListener("click", async () => {
    note("");
    await renew();
  });
  document.addEventListener("visibilitychange", () => (tick(), ask()));
  addEventListener("online", ask);
}

async function stayAwake() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // a phone low on power says no
  }
}

if (!globalThis.crypto?.subtle || !globalThis.indexedDB) show("unsupported");
else {
  wire();
  device = await readDevice();
  if (device && device.owner !== ownerHere()) device = await forgetDevice();
  showRights();
  if (device) show("ready");
  await tick();
  await ask();
  setInterval(tick, 500);
  setInterval(ask, ASK_SECONDS * 1000);
  stayAwake();
  keepForLater().catch(() => {});
}
