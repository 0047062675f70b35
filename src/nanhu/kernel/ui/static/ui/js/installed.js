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

if (document.querySelector("[data-takes-pushes-off]") && "serviceWorker" in navigator) takePushesOff().catch(() => {});

addEventListener("beforeinstallprompt", (event) => {
  const button = document.querySelector("[data-install]");
  if (!button || isInsideChat) return;
  event.preventDefault();
  button.hidden = false;
  button.addEventListener("click", () => event.prompt());
});
