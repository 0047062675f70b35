// The portal as an app: its worker, a word when a new version waits for the next start, the button that puts it on the home screen.
// The browser inside 微信 and 企业微信 can neither install nor keep: there nothing of this is offered.
const said = document.querySelector('meta[name="app-worker"]');
const isInsideChat = /MicroMessenger|wxwork/i.test(navigator.userAgent);

function announce() {
  if (document.querySelector(".new-version")) return;
  const note = document.createElement("p");
  note.className = "new-version toast";
  note.setAttribute("role", "status");
  note.textContent = said.dataset.update;
  document.body.append(note);
}

async function install() {
  const registration = await navigator.serviceWorker.register(said.content, { updateViaCache: "none" });
  if (registration.waiting && navigator.serviceWorker.controller) announce();
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => coming.state === "installed" && navigator.serviceWorker.controller && announce());
  });
}

if (said && !isInsideChat && "serviceWorker" in navigator) addEventListener("load", () => install().catch(() => {}), { once: true });

// Who has signed out gets no more pushes in this browser: the next one finds nobody, and the school forgets it.
async function takePushesOff() {
  for (const one of await navigator.serviceWorker.getRegistrations()) await (await one.pushManager?.getSubscription())?.unsubscribe();
}

// What is one person's own on this phone (caches and databases named so: his pages, the keys of his codes) goes with the sign-out, and where
// somebody else has signed in. A session that ended by itself ends nothing: whoever signs in again has his code, also in a cellar.
const OWN = /^nanhu-(own|pages)-/;
const LAST = "nanhu-last-owner";
const owner = said?.dataset.owner;

const LATE_MS = 5_000;
const LONGEST_PAUSE_MS = 30_000;
const after = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// A browser that is busy or short of room may refuse to delete, or never say that it did: it is asked again for as long as the page stands.
async function forgetOwn() {
  for (let pause = 250; !(await isForgotten()); pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) await after(pause);
}

const isForgotten = () => Promise.race([forgetAll(), after(LATE_MS)]).catch(() => false);

async function forgetAll() {
  for (const name of (await globalThis.caches?.keys()) ?? []) if (OWN.test(name)) await caches.delete(name);
  for (const { name } of (await indexedDB.databases?.()) ?? []) if (OWN.test(name)) indexedDB.deleteDatabase(name);
  return true;
}

async function forgetAnothers() {
  if (localStorage.getItem(LAST) === owner) return;
  await forgetOwn();
  localStorage.setItem(LAST, owner);
}

// Whoever closes the page before all is forgotten leaves it to the next who signs in.
if (document.querySelector("[data-takes-pushes-off]")) {
  localStorage.removeItem(LAST);
  forgetOwn();
  if ("serviceWorker" in navigator) takePushesOff().catch(() => {});
} else if (owner) forgetAnothers();

addEventListener("beforeinstallprompt", (event) => {
  const button = document.querySelector("[data-install]");
  if (!button || isInsideChat) return;
  event.preventDefault();
  button.hidden = false;
  button.addEventListener("click", () => event.prompt());
});
