// The page of anonymous requests. Tokens are taken while signed in and kept in this browser; a request is sent without a session, at the
// earliest in the hour after. Every word stands in the page.
import { blind, finalize, prepare, toHex } from "./blind.js";
import { digestOf, newCode, open, publicKeyOf, readCode, showCode } from "./replies.js";

const root = document.getElementById("anonymous");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const STORE = "nanhu-anonymous-tokens", HOUR = 3_600_000, SIDE = 1280, PHOTOS = 3, MOST = 900_000;

const kept = () => JSON.parse(localStorage.getItem(STORE) ?? "[]");
const keep = (tokens) => localStorage.setItem(STORE, JSON.stringify(tokens));
const isReady = (token) => Math.floor(Date.now() / HOUR) > token.hour;
const bare = { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", headers: { "Content-Type": "application/json" } };

function note(name, text = "") {
  for (const one of root.querySelectorAll("[data-note]")) one.hidden = one.dataset.note !== name;
  const told = root.querySelector(`[data-note="${name}"] [data-said]`);
  if (told && text) told.textContent = text;
}

function draw() {
  const tokens = kept(), ready = tokens.filter(isReady);
  part("count").textContent = String(tokens.length);
  part("waits").hidden = !tokens.length || ready.length > 0;
  part("send").disabled = !ready.length;
  part("take").hidden = tokens.length > 0;
}

// All that are left of the term at once: how many somebody takes says nothing then of when one is used.
async function take() {
  const address = root.dataset.tokens;
  const asked = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (asked.redirected || !asked.ok) return note("signed-out");
  const { term, modulus, left, csrf } = await asked.json();
  if (!left) return note("used-up");
  const messages = Array.from({ length: left }, () => prepare(crypto.getRandomValues(new Uint8Array(32))));
  const hidden = await Promise.all(messages.map((message) => blind(modulus, message)));
  const answer = await fetch(address, {
    method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": csrf }, body: JSON.stringify({ blinded: hidden.map((one) => one.blinded) }),
  });
  const said = await answer.json();
  if (!answer.ok) return note("refused", said.message);
  const signed = await Promise.all(said.signed.map((one, at) => finalize(modulus, messages[at], one, hidden[at].inverse)));
  const hour = Math.floor(Date.now() / HOUR);
  keep([...kept().filter((one) => one.term === term), ...signed.map((signature, at) => ({ term, hour, message: toHex(messages[at]), signature }))]);
  note("taken");
  draw();
}

// Drawn anew on this device: what a camera writes into a picture stays here.
async function pictures(files) {
  const drawn = [];
  for (const file of [...files].slice(0, PHOTOS)) {
    const picture = await createImageBitmap(file), scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg", quality: 0.7 })).arrayBuffer());
    drawn.push(btoa([...bytes].map((one) => String.fromCharCode(one)).join("")));
  }
  return drawn;
}

async function send(event) {
  event.preventDefault();
  const { kind, unit, accused, words, photos } = event.target.elements;
  const token = kept().find(isReady);
  if (!token || !event.target.reportValidity()) return;
  part("send").disabled = true;
  const code = newCode();
  const body = JSON.stringify({
    kind: kind.value, unit: unit.value, accused: accused.value, words: words.value, photos: await pictures(photos.files),
    message: token.message, signature: token.signature, reply_digest: await digestOf(code), reply_key: await publicKeyOf(code),
  });
  if (body.length > MOST) return note("too-large"), draw();
  const answer = await fetch(root.dataset.send, { ...bare, method: "POST", body }).catch(() => null);
  const said = answer ? await answer.json() : {};
  if (!answer?.ok) return note(answer ? "refused" : "offline", said.message), draw();
  keep(kept().filter((one) => one.message !== token.message));
  event.target.reset();
  part("code").textContent = showCode(code);
  part("number").textContent = said.number;
  note("sent");
  draw();
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
  part("take").addEventListener("click", () => take().catch(() => note("offline")));
  part("form").addEventListener("submit", send);
  part("looking").addEventListener("submit", (event) => look(event).catch(() => note("offline")));
  part("form").elements.kind.addEventListener("change", ({ target }) => (part("accused").hidden = target.value !== "complaint"));
  draw();
  setInterval(draw, 60_000);
}
