// The service hall takes the term's tokens by itself, on a phone (a computer may be anybody's): who has tokens says nothing then of who
// means to use one.
import { isDone, publishedKey, take } from "./tokens.js";

const { key: address, tokens } = document.getElementById("anonymous-tokens").dataset, ASKED = "nanhu-anonymous-asked";
const today = new Date().toDateString();

async function takeOnce() {
  localStorage.setItem(ASKED, today);
  const key = await publishedKey(address);
  if (!isDone(key)) await take(tokens, key);
}

if (globalThis.crypto?.subtle && matchMedia("(pointer: coarse)").matches && localStorage.getItem(ASKED) !== today)
  takeOnce().catch(() => localStorage.removeItem(ASKED));
