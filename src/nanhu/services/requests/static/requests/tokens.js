// Tokens of anonymous requests as this browser keeps them: taken while signed in, all three of a term at once, so that everybody's row of
// the school's table reads alike; used an hour later or more, by chance.
import { blind, finalize, prepare, toHex } from "./blind.js";

const STORE = "nanhu-anonymous-tokens", DONE = "nanhu-anonymous-term", HOUR = 3_600_000, MOST_HOURS = 5;
const stored = () => JSON.parse(localStorage.getItem(STORE) ?? "[]");
const store = (tokens) => localStorage.setItem(STORE, JSON.stringify(tokens));
const later = () => Date.now() + HOUR + Math.floor((crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32) * MOST_HOURS * HOUR);

export const bare = { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", headers: { "Content-Type": "application/json" } };
export const isReady = (token) => Date.now() >= token.after;
export const kept = (key) => stored().filter((one) => one.term === key.term);
export const drop = (token) => store(stored().filter((one) => one.message !== token.message));
export const put = (token) => store(stored().map((one) => (one.message === token.message ? token : one)));
const done = (key) => localStorage.setItem(DONE, key.term);
export const isDone = (key) => localStorage.getItem(DONE) === key.term;

// The term's key as a stranger gets it. Tokens of another term are of no use any more, and go.
export async function publishedKey(address) {
  const answer = await fetch(address, bare);
  if (!answer.ok) throw new Error("no key");
  const key = await answer.json();
  store(kept(key));
  return key;
}

// Blinded for the published key: were another used for this account alone, its signature would not fit, and nothing is kept.
export async function take(address, key) {
  const asked = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (asked.status === 404) return "guest";
  if (asked.redirected || !asked.ok) return "signed-out";
  const { left, csrf } = await asked.json();
  if (!left) return done(key), "used-up";
  const messages = Array.from({ length: left }, () => prepare(crypto.getRandomValues(new Uint8Array(32))));
  const hidden = await Promise.all(messages.map((message) => blind(key.modulus, message)));
  const answer = await fetch(address, {
    method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": csrf }, body: JSON.stringify({ blinded: hidden.map((one) => one.blinded) }),
  });
  if (!answer.ok) return "used-up";
  const { signed } = await answer.json();
  const signatures = await Promise.all(signed.map((one, at) => finalize(key.modulus, messages[at], one, hidden[at].inverse))).catch(() => null);
  if (!signatures) return "other-key";
  const { term, modulus } = key, after = later();
  store([...kept(key), ...signatures.map((signature, at) => ({ term, modulus, after, message: toHex(messages[at]), signature }))]);
  return done(key), "taken";
}
