// The code page without network: the page itself comes from the network when that answers in time, else as it was kept;
// files with a hashed name never change and come from the cache. Nothing else is touched, above all no answer about money.
const CACHE = "nanhu-own-code";
const PAGE = {{ page|safe }};
const PATIENCE = 2500;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === PAGE) event.respondWith(page(event.request));
  else if (url.pathname.startsWith("/static/") || url.pathname === "/theme.css") event.respondWith(file(event.request));
});

async function page(request) {
  const cache = await caches.open(CACHE);
  const fromNetwork = fetch(request).then((answer) => {
    if (answer.ok && !answer.redirected) cache.put(PAGE, answer.clone());
    return answer;
  });
  fromNetwork.catch(() => {});
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const first = await Promise.race([fromNetwork.catch(() => undefined), late]);
  return first ?? (await cache.match(PAGE)) ?? fromNetwork;
}

async function file(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) cache.put(request, answer.clone());
  return answer;
}
