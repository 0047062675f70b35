// The page of anonymous requests. Tokens are taken while signed in and kept in this browser; a request is sent without a session. Every word
// stands in the page.
import { drawnSmall } from "../ui/js/pictures.js";
import { toHex } from "./blind.js";
import { digestOf, newCode, open, publicKeyOf, readCode, showCode } from "./replies.js";
import { bare, drop, isReady, kept, publishedKey, put, take } from "./tokens.js";

const root = document.getElementById("anonymous");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const SIDE = 1280, QUALITY = 0.7, PHOTOS = 3, MOST = 900_000;
let key = null;

function note(name, text = "") {
  for (const one of root.querySelectorAll("[data-note]")) one.hidden = one.dataset.note !== name;
  const told = root.querySelector(`[data-note="${name}"] [data-said]`);
  if (told && text) told.textContent = text;
}

function draw() {
  const tokens = key ? kept(key) : [], ready = tokens.filter(isReady);
  part("count").textContent = String(tokens.length);
  part("waits").hidden = !tokens.length || ready.length > 0;
  part("few").hidden = !key || key.is_enough;
  part("send").disabled = !ready.length || !key.is_enough;
  part("take").hidden = !key || tokens.length > 0;
}

// The key as a stranger gets it, and its fingerprint, which everybody may compare with everybody's.
async function begin() {
  key = await publishedKey(root.dataset.key);
  const digest = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key.modulus))));
  part("fingerprint").textContent = digest.match(/.{8}/g).join(" ");
  for (const one of root.querySelectorAll('[data-part="crowd"]')) one.textContent = String(key.crowd);
  part("least").textContent = String(key.least);
  draw();
}

async function takeTokens() {
  note(await take(root.dataset.tokens, key));
  draw();
}

// Drawn anew on this device: what a camera writes into a picture stays here.
async function pictures(files) {
  const drawn = [];
  for (const file of [...files].slice(0, PHOTOS)) {
    const bytes = new Uint8Array(await (await drawnSmall(file, SIDE, QUALITY)).arrayBuffer());
    drawn.push(btoa([...bytes].map((one) => String.fromCharCode(one)).join("")));
  }
  return drawn;
}

async function send(event) {
  event.preventDefault();
  const form = event.target, token = kept(key).find(isReady);
  if (!token || !form.reportValidity()) return;
  if (token.modulus !== key.modulus) return note("other-key");
  part("send").disabled = true;
  await deliver(form, token).catch(() => note("unanswered"));
  draw();
}

// The reply code stays with its token until the answer is there: sent again, the same code meets the same request.
async function deliver(form, token) {
  const { kind, unit, accused, words, photos } = form.elements;
  const drawn = await pictures(photos.files).catch(() => null);
  if (!drawn) return note("bad-photo");
  const code = (token.code ??= newCode());
  put(token);
  const body = JSON.stringify({
    kind: kind.value, unit: unit.value, accused: accused.value, words: words.value, photos: drawn,
    message: token.message, signature: token.signature, reply_digest: await digestOf(code), reply_key: await publicKeyOf(code),
  });
  if (body.length > MOST) return note("too-large");
  const answer = await fetch(root.dataset.send, { ...bare, method: "POST", body });
  const said = await answer.json();
  if (said.error === "requests.token_refused") drop(token);
  if (!answer.ok) return note("refused", said.message);
  drop(token);
  form.reset();
  part("again").hidden = said.is_new;
  part("code").textContent = showCode(code);
  part("number").textContent = said.number;
  note("sent");
}

async function look(event) {
  event.preventDefault();
  const code = readCode(event.target.elements.code.value), list = part("replies");
  list.replaceChildren();
  const answer = await fetch(root.dataset.replies, { ...bare, method: "POST", body: JSON.stringify({ digest: await digestOf(code) }) });
  const said = await answer.json();
  if (!answer.ok) return note("refused", said.message);
  part("state").textContent = `${said.number} · ${said.state}`;
  for (const { day, content } of said.replies) {
    const line = document.createElement("li");
    line.append(Object.assign(document.createElement("p"), { className: "by", textContent: day }));
    line.append(Object.assign(document.createElement("p"), { textContent: await open(content, code) }));
    list.append(line);
  }
  note("read");
}

if (!globalThis.crypto?.subtle) note("old");
else {
  part("take").addEventListener("click", () => takeTokens().catch(() => note("offline")));
  part("form").addEventListener("submit", send);
  part("looking").addEventListener("submit", (event) => look(event).catch(() => note("offline")));
  part("form").elements.kind.addEventListener("change", ({ target }) => (part("accused").hidden = target.value !== "complaint"));
  begin().catch(() => note("offline"));
  setInterval(draw, 60_000);
}
