// What of counts that are over, or no longer one's own, still waits on this phone.
import { allRows } from "./store.js";

const box = document.getElementById("leftovers"), list = box.querySelector("ul");
const waiting = new Map();
for (const { take } of await allRows()) waiting.set(take, (waiting.get(take) ?? 0) + 1);
for (const [take, count] of waiting) {
  const address = `${box.dataset.counter}${take}/`;
  if (document.querySelector(`a[href="${address}"]`)) continue;
  const line = document.createElement("li");
  line.append(Object.assign(document.createElement("a"), { href: address, textContent: `${list.dataset.word} (${count})` }));
  list.append(line);
}
box.hidden = !list.children.length;
