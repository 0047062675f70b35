// What of counts that are over, or no longer one's own, still waits on this phone; their pictures go.
import { forgetPictures } from "./pictures.js";
import { allRows } from "./store.js";

const box = document.getElementById("leftovers"), list = box.querySelector("ul");
const waiting = new Map();
const addressOf = (take) => `${box.dataset.counter}${take}/`, isOffered = (take) => document.querySelector(`a[href="${addressOf(take)}"]`);
for (const { take } of await allRows()) waiting.set(take, (waiting.get(take) ?? 0) + 1);
for (const [take, count] of waiting) {
  if (isOffered(take)) continue;
  const line = document.createElement("li");
  line.append(Object.assign(document.createElement("a"), { href: addressOf(take), textContent: `${list.dataset.word} (${count})` }));
  list.append(line);
}
box.hidden = !list.children.length;
await forgetPictures((take) => !isOffered(take));
