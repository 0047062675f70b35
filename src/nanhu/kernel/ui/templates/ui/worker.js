// The portal as an app on the phone: its shell is kept by digest, some pages as they were last seen, with the time of that. They go with
// the sign-out and before any other sign-in, and so does what other pages keep in caches named as these. A new version waits for the next
// start, never in the middle of a form. Pages that work without network by themselves have workers of their own in their folders, which this
// one leaves alone.
const SHELL_CACHE = "nanhu-shell-{{ version }}";
const OWN = "nanhu-pages-";
const PAGES_CACHE = `${OWN}1`;
const SHELL = JSON.parse("{{ shell|escapejs }}");
const KEPT = new Set(JSON.parse("{{ kept|escapejs }}"));
const ENDS = new Set(JSON.parse("{{ ends|escapejs }}"));
const OFFLINE = "{{ offline|escapejs }}";
const SLOW = "{{ slow|escapejs }}";
const ZONE = "{{ zone|escapejs }}";
const PATIENCE = 3000;
const LARGEST_PAGE = 300_000;
const MOST_FILES = 120;
const MOST_BYTES = 5_000_000;
const DIGEST = /\.[0-9a-f]{12}\./;
let generation = 0;
let trimming = Promise.resolve();

self.addEventListener("install", (event) => event.waitUntil(caches.open(SHELL_CACHE).then((cache) => cache.addAll(SHELL))));
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([forgetOldShells(), self.clients.claim()])));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (ENDS.has(url.pathname)) event.waitUntil(forgetPages());
  else if (request.method !== "GET") return;
  else if (request.mode === "navigate" && KEPT.has(url.pathname) && !url.search) event.respondWith(page(event));
  else if (url.pathname.startsWith("/static/") || url.pathname === "/theme.css") event.respondWith(file(event));
});

async function forgetOldShells() {
  for (const name of await caches.keys()) if (name.startsWith("nanhu-shell-") && name !== SHELL_CACHE) await caches.delete(name);
}

async function forgetPages() {
  generation += 1;
  await (trimming = trimming.then(dropPages, dropPages));
}

// After a trim that runs: it would open anew what is gone.
async function dropPages() {
  for (const name of await caches.keys()) if (name.startsWith(OWN)) await caches.delete(name);
}

async function page(event) {
  const { request } = event;
  const begun = generation;
  const fromNetwork = fetch(request);
  event.waitUntil(fromNetwork.then((answer) => keep(request, answer.clone(), begun), () => {}));
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const isBroken = fromNetwork.then(() => false, () => true);
  const first = await Promise.race([fromNetwork.catch(() => undefined), late]);
  if (first) return first;
  const words = (await Promise.race([isBroken, false])) ? OFFLINE : SLOW;
  return (await asKept(request, words)) ?? fromNetwork;
}

// Whoever is led elsewhere is signed in no more.
async function keep(request, answer, begun) {
  if (answer.type === "opaqueredirect" || answer.redirected || [401, 403, 410].includes(answer.status)) return forgetPages();
  if (!answer.ok) return;
  const text = await answer.text();
  if (text.length > LARGEST_PAGE || generation !== begun) return;
  await put(await caches.open(PAGES_CACHE), request.url, new Blob([text]), answer.headers);
}

async function put(cache, request, body, given) {
  const headers = new Headers(given);
  headers.set("X-Kept-At", String(Date.now()));
  headers.set("X-Kept-Size", String(body.size));
  await cache.put(request, new Response(body, { headers }));
  await (trimming = trimming.then(trim, trim));
}

// All that the school keeps on this phone stays within its bound: the oldest page or file goes first. The shell stays, and so does what other
// pages keep for work without network, which is counted; rows that were not sent lie in a database of theirs.
async function trim() {
  const mine = [];
  let sum = 0;
  for (const name of (await caches.keys()).filter((one) => one.startsWith("nanhu-"))) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const kept = await cache.match(request, { ignoreVary: true });
      const at = Number(kept?.headers.get("X-Kept-At") ?? 0);
      const size = Number(kept?.headers.get("X-Kept-Size")) || ((await kept?.blob())?.size ?? 0);
      sum += size;
      if (at && (name === SHELL_CACHE || name.startsWith(OWN))) mine.push({ cache, request, size, at });
    }
  }
  for (const { cache, request, size } of mine.sort((one, other) => one.at - other.at)) {
    if (sum <= MOST_BYTES) return;
    if (await cache.delete(request, { ignoreVary: true })) sum -= size;
  }
}

async function asKept(request, words) {
  const kept = await (await caches.open(PAGES_CACHE)).match(request.url);
  if (!kept) return undefined;
  const at = new Date(Number(kept.headers.get("X-Kept-At")));
  const day = (moment) => moment.toLocaleDateString([], { timeZone: ZONE });
  const date = day(at) === day(new Date()) ? {} : { month: "numeric", day: "numeric" };
  const time = at.toLocaleString([], { ...date, hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: ZONE });
  const note = `<p class="as-of" role="status">${words.replace("{time}", time)}</p>`;
  const text = (await kept.text()).replace(/<main\b[^>]*>/, (head) => head + note);
  return new Response(text, { headers: kept.headers });
}

async function keepFile(cache, request, answer) {
  await put(cache, request, await answer.blob(), answer.headers);
}

// A file with a digest in its name never changes; the rest comes from the network while there is one.
async function file(event) {
  const { request } = event;
  const cache = await caches.open(SHELL_CACHE);
  const kept = await cache.match(request);
  if (kept && DIGEST.test(request.url)) return kept;
  try {
    const answer = await fetch(request);
    if (answer.ok && (await cache.keys()).length < MOST_FILES) event.waitUntil(keepFile(cache, request, answer.clone()));
    return answer;
  } catch (trouble) {
    if (kept) return kept;
    throw trouble;
  }
}
