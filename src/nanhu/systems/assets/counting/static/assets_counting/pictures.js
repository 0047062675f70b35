// Small pictures of what is counted, kept where the page's worker finds them under the addresses of the whole ones: some 2 MB at most. They
// go with the count, with the list that names them no more, and with the sign-out, as all that is kept under such a name (`ui/worker.js`).
const OWN = "nanhu-pages-count-";
const MOST = 600, AT_ONCE = 40;
const ID = /[0-9a-f-]{36}/;

// In the order of `addresses`, as far as there is room.
export async function keepPictures(take, asked, addresses) {
  if (!globalThis.caches) return;
  const cache = await caches.open(OWN + take);
  const wanted = [...new Set(addresses)].slice(0, MOST);
  const kept = (await cache.keys()).map(({ url }) => new URL(url).pathname);
  await Promise.all(kept.filter((one) => !wanted.includes(one)).map((one) => cache.delete(one)));
  const missing = wanted.filter((one) => !kept.includes(one));
  for (let at = 0; at < missing.length; at += AT_ONCE) {
    const named = missing.slice(at, at + AT_ONCE).map((one) => ["of", ID.exec(one)[0]]);
    const answer = await fetch(`${asked}?${new URLSearchParams(named)}`, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!answer.ok || answer.redirected) return;
    const { pictures } = await answer.json();
    const headers = { "Content-Type": "image/jpeg" };
    for (const [one, text] of Object.entries(pictures)) {
      await cache.put(one, new Response(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)), { headers }));
    }
  }
}

export async function forgetPictures(isOver) {
  for (const name of (await globalThis.caches?.keys()) ?? []) if (name.startsWith(OWN) && isOver(name.slice(OWN.length))) await caches.delete(name);
}
