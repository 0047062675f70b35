// The phone counter: scan the door, then things one by one. Each row is kept on the phone first, uploaded when it can be, and forgotten when
// the school says that it has it. Every word stands in the page.
import { startCamera } from "./camera.js";
import { dropRows, keepList, keepRow, readList, rowsOf } from "./store.js";

const root = document.getElementById("count");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const words = part("words").dataset;
const { take, account } = root.dataset;
const BATCH = 200, AGAIN_MS = 15_000, SAME_LABEL_MS = 3000, NEXT_LABEL_MS = 1000, SHOWN = 200;
const ROOM = /\/a\/(R\.([0-9a-z.-]+)\.[0-9a-f]{12})$/;
const THING = /\/a\/([!-~]+)$/;
const NUMBER = /^(\d{4})-A(\d{2})-(\d{6,12})-(\d)$/;

let things = new Map(), rooms = {}, round = 1, seen = new Set(), place = null, session = crypto.randomUUID();
let last = { text: "", at: 0 }, stopCamera = null, isUploading = false, lastRow = null;

// The check digit of a number by GB/T 17710 (MOD 11-10), as the series of numbers makes it.
export function isNumber(text) {
  const digits = NUMBER.exec(text)?.slice(1).join("");
  if (!digits) return false;
  const rest = [...digits.slice(0, -1)].reduce((left, digit) => (((left + Number(digit)) % 10 || 10) * 2) % 11, 10);
  return (11 - rest) % 10 === Number(digits.at(-1));
}

function note(name, isShown) {
  root.querySelector(`[data-note="${name}"]`).hidden = !isShown;
}

function say(tone, verdict, name = "", detail = "") {
  const box = part("last");
  box.hidden = false;
  box.dataset.tone = tone;
  part("verdict").textContent = verdict;
  part("name").textContent = name;
  part("detail").textContent = detail;
  part("other").hidden = !lastRow || lastRow.is_other_keeper;
  navigator.vibrate?.(tone === "good" ? 40 : [80, 60, 80]);
  beep(tone === "good" ? 880 : 330);
}

let sound = null;
function beep(pitch) {
  if (!sound) return;
  const tone = sound.createOscillator();
  tone.frequency.value = pitch;
  tone.connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + 0.09);
}

function drawMissing() {
  const here = [...things.values()].filter((one) => !place || one.room === place.key);
  const open = here.filter((one) => !seen.has(one.number));
  part("left").textContent = String(open.length);
  part("progress").textContent = place ? `${here.length - open.length} / ${here.length}` : "";
  part("room").textContent = place ? (rooms[place.key] ?? place.key) : words.first;
  part("missing").replaceChildren(
    ...open.slice(0, SHOWN).map((one) => {
      const line = document.createElement("li");
      for (const text of [one.name, one.number]) line.append(Object.assign(document.createElement("span"), { textContent: text }));
      return line;
    }),
  );
}

async function drawQueue() {
  const rows = await rowsOf(take);
  part("queued").textContent = String(rows.length);
  return rows;
}

function enter(key, code) {
  place = { key, code, at: new Date().toISOString() };
  session = crypto.randomUUID();
  lastRow = null;
  say("good", words.room, rooms[key] ?? key);
  drawMissing();
}

async function see(number, method) {
  const known = things.get(number), wasSeen = seen.has(number);
  const row = {
    client_id: crypto.randomUUID(), take, account, session, number, round, method,
    room: place?.code ?? "", room_at: place?.at ?? null, seen_at: new Date().toISOString(), is_other_keeper: false,
  };
  await keepRow(row);
  lastRow = wasSeen ? null : row;
  seen.add(number);
  const detail = [number, known?.keeper].filter(Boolean).join(" · ");
  if (wasSeen) say("attention", words.twice, known?.name ?? number, detail);
  else if (!known) say("attention", words.unknown, number);
  else if (!place) say("attention", words.noRoom, known.name, detail);
  else if (known.room !== place.key) say("attention", words.moved, known.name, `${detail} · ${words.belongs} ${rooms[known.room] ?? known.room}`);
  else say("good", words.match, known.name, detail);
  drawMissing();
  await drawQueue();
  upload();
}

// One label at a time: the same again only after a pause, another not within a second.
function onText(text) {
  const now = Date.now();
  if (now - last.at < (text === last.text ? SAME_LABEL_MS : NEXT_LABEL_MS)) return (text === last.text ? (last.at = now) : undefined);
  const room = ROOM.exec(text);
  const number = room ? "" : (THING.exec(text)?.[1] ?? text).toUpperCase();
  if (!room && !isNumber(number)) return;
  last = { text, at: now };
  if (room) enter(room[2], room[1]);
  else see(number, "scan");
}

// Uploads what is queued, oldest first; asks before it does whose rows would be taken.
async function upload() {
  if (isUploading) return;
  isUploading = true;
  try {
    const mine = (await drawQueue()).filter((row) => row.account === account).sort((a, b) => a.seen_at.localeCompare(b.seen_at));
    if (mine.length === 0) return;
    const asked = await fetch(root.dataset.rows, { headers: { Accept: "application/json" }, cache: "no-store" });
    const isMine = asked.ok && !asked.redirected && String((await asked.clone().json()).account) === account;
    note("offline", false);
    note("signed-out", !isMine);
    if (!isMine) return;
    const { token } = await asked.json();
    for (let at = 0; at < mine.length; at += BATCH) if (!(await send(mine.slice(at, at + BATCH), token))) return;
  } catch {
    note("offline", true);
  } finally {
    isUploading = false;
    await drawQueue();
  }
}

async function send(rows, token) {
  const sent = rows.map(({ take: _take, account: _account, ...row }) => row);
  const answer = await fetch(root.dataset.rows, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token, Accept: "application/json" },
    body: JSON.stringify({ sent_at: new Date().toISOString(), rows: sent }),
  });
  note("refused", !answer.ok && answer.status < 500);
  if (answer.status === 400) {  // one row that cannot be taken keeps no other back
    if (rows.length > 1) for (const row of rows) await send([row], token);
    return true;
  }
  if (!answer.ok) return false;
  const { ids, is_late: isLate } = await answer.json();
  await dropRows(ids);
  note("late", isLate);
  return ids.length > 0;
}

async function load() {
  let list = await readList(take);
  try {
    const answer = await fetch(root.dataset.things, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.ok && !answer.redirected) await keepList((list = { take, account, ...(await answer.json()) }));
  } catch {
    note("offline", true);
  }
  if (!list || list.account !== account) return note("no-list", true);
  ({ rooms, round } = list);
  things = new Map(list.things.map(([number, name, room, keeper, isOpen]) => [number, { number, name, room, keeper, isOpen }]));
  seen = new Set([...things.values()].filter((one) => !one.isOpen).map((one) => one.number));
  for (const row of await rowsOf(take)) if (row.round === round) seen.add(row.number);
  part("typing").elements.room.append(...Object.entries(rooms).map(([key, name]) => new Option(name, key)));
  drawMissing();
}

async function keepForLater() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(root.dataset.worker);
  const cache = await caches.open("nanhu-count-1");
  const loaded = performance.getEntriesByType("resource").map((one) => one.name);
  const files = loaded.filter((name) => name.startsWith(`${location.origin}/static/`) || name.startsWith(`${location.origin}/theme.css`));
  const { decoder, reader, wasm } = root.dataset;
  await cache.addAll([location.pathname, ...new Set(files)]);
  await cache.addAll([decoder, reader, wasm]);
}

function wire() {
  part("scan").addEventListener("click", async () => {
    sound ??= new AudioContext();
    const isOn = Boolean(stopCamera);
    stopCamera?.();
    stopCamera = null;
    part("camera").hidden = isOn;
    part("scan-word").textContent = isOn ? words.scan : words.stop;
    if (isOn) return;
    try {
      stopCamera = await startCamera(part("video"), root.dataset, onText);
      note("no-camera", false);
    } catch {
      part("camera").hidden = true;
      part("scan-word").textContent = words.scan;
      note("no-camera", true);
    }
  });
  part("type").addEventListener("click", () => {
    part("typing").hidden = !part("typing").hidden;
    part("typing").elements.number.focus();
  });
  part("typing").addEventListener("submit", async (event) => {
    event.preventDefault();
    const { number, room } = event.target.elements;
    const text = number.value.trim().toUpperCase();
    part("wrong").hidden = isNumber(text) || things.has(text);
    if (!part("wrong").hidden) return;
    if (room.value && room.value !== place?.key) enter(room.value, room.value);
    number.value = "";
    await see(text, "typed");
    number.focus();
  });
  part("other").addEventListener("click", async () => {
    // a row that was not uploaded yet is still ours to complete; one that was is followed by another
    const row = { ...lastRow, client_id: crypto.randomUUID(), is_other_keeper: true };
    await dropRows([lastRow.client_id]);
    await keepRow(row);
    lastRow = row;
    say("attention", words.other, part("name").textContent, part("detail").textContent);
    upload();
  });
  addEventListener("online", upload);
  document.addEventListener("visibilitychange", upload);
}

wire();
await load();
await drawQueue();
await upload();
setInterval(upload, AGAIN_MS);
navigator.storage?.persist?.();
keepForLater().catch(() => {});
