// The phone counter: scan the door, then things one by one. Each row is kept on the phone first, uploaded when it can be, and forgotten when
// the school says that it has it. Every word stands in the page.
import { startCamera } from "./camera.js";
import { madeSmall } from "../ui/js/pictures.js";
import { LARGEST, sendPhoto } from "./photo.js";
import { forgetPictures, keepPictures } from "./pictures.js";
import { dropRows, forgetList, keepList, keepRow, readList, replaceRow, rowsOf } from "./store.js";

const root = document.getElementById("count");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const words = part("words").dataset;
const { take, account } = root.dataset;
const BATCH = 200, AGAIN_MS = 15_000, SAME_LABEL_MS = 3000, NEXT_LABEL_MS = 1000, SHOWN = 200;
const ROOM = /\/a\/(R\.([0-9a-z.-]+)\.[0-9a-f]{12})$/;
const THING = /\/a\/([!-~]+)$/;
const NUMBER = /^(\d{4})-A(\d{2})-(\d{6,12})-(\d)$/;
const BARS = /^(\d{4})(A\d{2})(\d{6,12})(\d)$/;
// labels of the system before, and of others: no address, no sentence
const OLD = /^[0-9A-Z][0-9A-Z._\/-]{3,39}$/;
const OURS = /^[\dO]{4}-?A[\dO]{2}/;
const SHELL = /\/count\/([0-9a-f-]{36}\/)?$/;

// a thing with a former number stands in `things` twice
let things = new Map(), rooms = {}, round = 1, seen = new Set(), told = new Set(), place = null, session = crypto.randomUUID();
let last = { text: "", at: 0 }, stopCamera = null, isUploading = false, lastRow = null;

// The check digit of a number by GB/T 17710 (MOD 11-10), as the series of numbers makes it.
export function isNumber(text) {
  const digits = NUMBER.exec(text)?.slice(1).join("");
  if (!digits) return false;
  const rest = [...digits.slice(0, -1)].reduce((left, digit) => (((left + Number(digit)) % 10 || 10) * 2) % 11, 10);
  return (11 - rest) % 10 === Number(digits.at(-1));
}

// A label's bars say the number without its lines; what the list has as it stands is left as it is.
function written(text) {
  const upper = text.toUpperCase();
  return things.has(upper) ? upper : upper.replace(BARS, "$1-$2-$3-$4");
}

// Whatever else a code says is none of ours; a number whose check digit is wrong was read wrong.
const isLabel = (text) => isNumber(text) || things.has(text) || (OLD.test(text) && !OURS.test(text));

// Nobody is signed in, or not whoever this page was for.
const isTurnedAway = (answer) => answer.redirected || [401, 403].includes(answer.status);
const isThis = (one) => one === take;

function note(name, isShown) {
  root.querySelector(`[data-note="${name}"]`).hidden = !isShown;
}

function say(tone, verdict, name = "", detail = "", picture = "") {
  const box = part("last");
  box.hidden = false;
  box.dataset.tone = tone;
  part("verdict").textContent = verdict;
  part("name").textContent = name;
  part("detail").textContent = detail;
  // the one before goes at once: it stands beside no other thing's name while this one is loaded
  part("picture").hidden = true;
  part("picture").removeAttribute("src");
  if (picture) part("picture").src = picture;
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
  const here = [...new Set(things.values())].filter((one) => !place || one.room === place.key);
  const open = here.filter((one) => !seen.has(one.number));
  part("left").textContent = String(open.length);
  part("progress").textContent = place ? `${here.length - open.length} / ${here.length}` : "";
  part("room").textContent = place ? (rooms[place.key] ?? place.key) : words.first;
  part("missing").replaceChildren(
    ...open.slice(0, SHOWN).map((one) => {
      const line = document.createElement("li");
      for (const text of [one.name, one.number]) line.append(Object.assign(document.createElement("span"), { textContent: text }));
      const shoot = Object.assign(document.createElement("button"), { type: "button", className: "button button-quiet button-small", textContent: words.photo });
      shoot.setAttribute("aria-label", `${words.photo} ${one.name} ${one.number}`);
      shoot.addEventListener("click", () => shootOf(one.number));
      line.append(shoot);
      return line;
    }),
  );
}

async function drawQueue() {
  const rows = await rowsOf(take);
  part("queued").textContent = String(rows.filter((row) => !row.refused).length);
  drawRefused(rows.filter((row) => row.refused));
  return rows;
}

// Photos that the school did not take, with its words: they go when whoever took them says so.
function drawRefused(rows) {
  part("refused-photos").replaceChildren(
    ...rows.map((row) => {
      const line = document.createElement("li"), at = new Date(row.seen_at).toLocaleTimeString();
      const drop = Object.assign(document.createElement("button"), { type: "button", className: "button button-quiet button-small", textContent: words.discard });
      drop.addEventListener("click", async () => (await dropRows([row.client_id]), await drawQueue()));
      line.append(Object.assign(document.createElement("span"), { textContent: `${at} ${row.number} ${row.refused}` }), drop);
      return line;
    }),
  );
}

// Of the thing that it is to show, or of whichever its label names.
function shootOf(number) {
  part("photo").dataset.number = number;
  part("photo").click();
}

async function keepPhoto(file, number) {
  const row = {
    client_id: crypto.randomUUID(), take, account, session, number, round, method: "photo", room: place?.code ?? "", room_at: place?.at ?? null,
    seen_at: new Date().toISOString(), is_other_keeper: false, photo: await madeSmall(file),
  };
  lastRow = null;
  if (row.photo.size > LARGEST) return say("danger", words.photoRefused, things.get(number)?.name ?? "", words.photoLarge);
  await keepRow(row);
  say("attention", words.photoKept, things.get(number)?.name ?? "", number);
  await drawQueue();
  upload();
}

// What the school read in a photo; what it read nothing in stays here with its words, and is not sent again.
async function bringPhoto(row, token) {
  const { answer, said } = await sendPhoto(root.dataset.photos, row, token);
  if (answer.status === 429 || answer.status >= 500 || !said) return false;
  if (!answer.ok) {
    await replaceRow(row.client_id, { ...row, client_id: crypto.randomUUID(), refused: said.message });
    lastRow = null;
    say("danger", words.photoRefused, things.get(row.number)?.name ?? row.number, said.message);
    return true;
  }
  await dropRows([row.client_id]);
  note("late", said.is_late);
  for (const read of said.numbers) {
    const known = things.get(read), number = known?.number ?? read, wasSeen = seen.has(number);
    seen.add(number);
    lastRow = null;
    say(...verdictOf(known, number, wasSeen, said.is_proven, said.room || row.room), known?.picture);
  }
  for (const number of said.gone) sayOnce(number, words.gone);
  for (const number of said.twice) sayOnce(number, words.twice, words.byOther);
  drawMissing();
  return true;
}

function enter(key, code, isDoor) {
  place = { key, code, isDoor, at: new Date().toISOString() };
  session = crypto.randomUUID();
  lastRow = null;
  say("good", words.room, rooms[key] ?? key);
  drawMissing();
}

async function see(read, method) {
  const known = things.get(read), number = known?.number ?? read, wasSeen = seen.has(number);
  const row = {
    client_id: crypto.randomUUID(), take, account, session, number: read, round, method,
    room: place?.code ?? "", room_at: place?.at ?? null, seen_at: new Date().toISOString(), is_other_keeper: false,
  };
  await keepRow(row);
  lastRow = wasSeen ? null : row;
  seen.add(number);
  if (wasSeen) told.add(number);
  say(...verdictOf(known, number, wasSeen, method === "scan" && place?.isDoor), known?.picture);
  drawMissing();
  await drawQueue();
  upload();
}

// Tone, word, name and detail, each of them: as the school will say it, as far as the phone can know.
function verdictOf(known, number, wasSeen, isProven, room = place?.key) {
  const detail = [number, known?.keeper, isProven ? "" : words.said].filter(Boolean).join(" · ");
  if (wasSeen) return ["attention", words.twice, known?.name ?? number, detail];
  if (!known) return ["attention", words.unknown, number, ""];
  if (!room) return ["attention", words.noRoom, known.name, detail];
  if (known.room !== room) return ["attention", words.moved, known.name, `${detail} · ${words.belongs} ${rooms[known.room] ?? known.room}`];
  return [isProven ? "good" : "attention", words.match, known.name, detail];
}

// One label at a time: the same again only after a pause, another not within a second.
function onText(text) {
  const now = Date.now();
  if (now - last.at < (text === last.text ? SAME_LABEL_MS : NEXT_LABEL_MS)) return (text === last.text ? (last.at = now) : undefined);
  const room = ROOM.exec(text);
  const number = room ? "" : written(THING.exec(text)?.[1] ?? text);
  if (!room && !isLabel(number)) return;
  last = { text, at: now };
  if (room) enter(room[2], room[1], true);
  else see(number, "scan");
}

// Uploads what is queued, oldest first; asks before it does whose rows would be taken.
async function upload() {
  if (isUploading) return;
  isUploading = true;
  try {
    const waiting = (await drawQueue()).filter((row) => row.account === account && !row.refused).sort((a, b) => a.seen_at.localeCompare(b.seen_at));
    if (waiting.length === 0) return;
    const mine = waiting.filter((row) => !row.photo);
    const asked = await fetch(root.dataset.rows, { headers: { Accept: "application/json" }, cache: "no-store" });
    const said = asked.ok && !asked.redirected ? await asked.json() : null;
    note("offline", false);
    note("later", asked.status >= 500);
    note("not-yours", asked.status === 404);
    const isAnother = said ? String(said.account) !== account : isTurnedAway(asked);
    note("signed-out", isAnother);
    if (isAnother) await forgetPictures(isThis);
    if (!said || isAnother) return;
    const { token } = said;
    for (let at = 0; at < mine.length; at += BATCH) if (!(await send(mine.slice(at, at + BATCH), token))) return;
    for (const row of waiting.filter((one) => one.photo)) if (!(await bringPhoto(row, token))) return;
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
  const { ids, twice, gone, said, is_late: isLate } = await answer.json();
  await dropRows(ids);
  note("late", isLate);
  for (const number of gone) sayOnce(number, words.gone);
  for (const number of twice) sayOnce(number, words.twice, words.byOther);
  note("door", rows.some((row) => said.includes(row.client_id) && row.room.startsWith("R.")));
  return ids.length > 0;
}

// What the school alone knew: another phone had seen it before this one, or it left the books and stands there still.
function sayOnce(read, verdict, why = "") {
  const number = things.get(read)?.number ?? read;
  if (told.has(number)) return;
  told.add(number);
  lastRow = null;
  say("attention", verdict, things.get(number)?.name ?? number, [number, why].filter(Boolean).join(" · "));
}

// Counts by the list that this phone keeps at once, and by the school's as soon as it has come; without one nothing is read in.
async function load() {
  const kept = await readList(take, account);
  if (kept) await countBy(kept);
  const list = await fetchList(Boolean(kept));
  if (list) await countBy(list);
  if (list) keepPictures(take, root.dataset.pictures, picturesOf(list)).catch(() => {});
  part("loading").hidden = true;
}

async function fetchList(hasOne) {
  let given = null;
  try {
    const answer = await fetch(root.dataset.things, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (isTurnedAway(answer)) await forgetPictures(isThis);
    given = answer.ok && !answer.redirected ? await answer.json() : null;
  } catch {
    note("offline", true);
  }
  if (!given) return note("no-list", !hasOne);
  if (!given.things) return mayRead(false), await forgetList(take, account), await forgetPictures(isThis), note("ended", true);
  const list = { take, account, ...given };
  await keepList(list);
  return list;
}

async function countBy(list) {
  const known = list.things.map(([number, name, room, keeper, isOpen, former, picture]) => ({ number, name, room, keeper, isOpen, former, picture }));
  const rows = await rowsOf(take);
  ({ rooms, round } = list);
  things = new Map(known.flatMap((one) => [[one.former.toUpperCase(), one], [one.number, one]]));
  things.delete("");
  seen = new Set(known.filter((one) => !one.isOpen).map((one) => one.number));
  for (const row of rows) if (row.round === round && !row.photo) seen.add(things.get(row.number)?.number ?? row.number);
  const { room } = part("typing").elements, chosen = room.value;
  while (room.options.length > 1) room.remove(1);
  room.append(...Object.entries(rooms).map(([key, name]) => new Option(name, key, false, key === chosen)));
  drawMissing();
  mayRead(true);
}

// What is open first: of the rest the whole picture comes over the network, where there is one.
function picturesOf(list) {
  const [open, done] = [true, false].map((isOpen) => list.things.filter((one) => one[4] === isOpen));
  return [...open, ...done].map((one) => one[6]).filter(Boolean);
}

function mayRead(isSo) {
  for (const name of ["scan", "type", "shoot"]) part(name).disabled = !isSo;
}

// Files first, then the page that needs them; what no page needs any more goes.
async function keepForLater() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(root.dataset.worker);
  const cache = await caches.open("nanhu-own-count-1");
  const loaded = performance.getEntriesByType("resource").map((one) => one.name);
  const { decoder, reader, wasm } = root.dataset;
  const addresses = [decoder, reader, wasm].map((one) => new URL(one, location.href).href);
  const files = new Set(loaded.filter((name) => name.startsWith(`${location.origin}/static/`) || name.startsWith(`${location.origin}/theme.css`)));
  await cache.addAll(files);
  for (const address of [location.pathname, root.dataset.home]) {
    const answer = await fetch(address);
    if (!answer.ok || answer.redirected) return;
    await cache.put(address, answer);
  }
  part("ready").hidden = false;
  await Promise.allSettled(addresses.map((one) => cache.add(one)));
  const kept = await cache.keys();
  const isOf = ({ url }) => files.has(url) || addresses.includes(url) || SHELL.test(new URL(url).pathname);
  await Promise.all(kept.filter((one) => !isOf(one)).map((one) => cache.delete(one)));
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
    const onTrouble = ({ message }) => {
      stopCamera = null;
      part("camera").hidden = true;
      part("scan-word").textContent = words.scan;
      note(message === "reader" ? "no-reader" : "no-camera", true);
    };
    note("no-camera", false);
    stopCamera = await startCamera(part("video"), root.dataset, onText, onTrouble).catch(onTrouble);
  });
  part("shoot").addEventListener("click", () => shootOf(""));
  part("photo").addEventListener("change", async ({ target }) => {
    const [file] = target.files, { number } = target.dataset;
    if (file) await keepPhoto(file, number);
    target.value = "";
  });
  part("type").addEventListener("click", () => {
    part("typing").hidden = !part("typing").hidden;
    part("typing").elements.number.focus();
  });
  part("typing").addEventListener("submit", async (event) => {
    event.preventDefault();
    const { number, room } = event.target.elements;
    const text = written(number.value.trim());
    part("wrong").hidden = isLabel(text);
    if (!part("wrong").hidden) return;
    if (room.value && room.value !== place?.key) enter(room.value, room.value, false);
    number.value = "";
    await see(text, "typed");
    number.focus();
  });
  part("other").addEventListener("click", async () => {
    // a row that was not uploaded yet is still ours to complete; one that was is followed by another
    const row = { ...lastRow, client_id: crypto.randomUUID(), is_other_keeper: true };
    await replaceRow(lastRow.client_id, row);
    lastRow = row;
    say("attention", words.other, part("name").textContent, part("detail").textContent);
    upload();
  });
  // without a network there is none but those that were kept
  part("picture").addEventListener("load", () => (part("picture").hidden = false));
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
