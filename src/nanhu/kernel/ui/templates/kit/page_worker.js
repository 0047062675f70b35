// A page without network: it comes from the network when that answers in time, else as it was kept; files with a hashed name come
// from the cache. The page keeps itself, together with the files that it needs, and pictures; what it sends is its own business.
const CACHE = "{{ cache|escapejs }}";
const PAGES = new RegExp("{{ pages|escapejs }}");
const PATIENCE = 2500;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && PAGES.test(url.pathname)) event.respondWith(page(event.request));
  else if (url.pathname.startsWith("/static/") || url.pathname === "/theme.css") event.respondWith(file(event.request));
  else if (event.request.destination === "image") event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
});

async function page(request) {
  const cache = await caches.open(CACHE);
  const fromNetwork = fetch(request);
  fromNetwork.catch(() => {});
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const first = await Promise.race([fromNetwork.catch(() => undefined), late]);
  return first ?? (await cache.match(request.url)) ?? fromNetwork;
}

async function file(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  return kept ?? fetch(request).catch(async (trouble) => (await cache.match(request, { ignoreSearch: true })) ?? Promise.reject(trouble));
}
