// The phone's keys: put into the browser's own store as keys that no script can read out again, used to sign codes. The store goes with the
// sign-out (`ui/js/installed.js`, by its name); the number stays, so that the phone that is enabled again takes the place of what it was.
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const NUMBER = "nanhu-code-number";
export const STEP_SECONDS = 30;

function store(mode, work) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("nanhu-own-code", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("device");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction("device", mode);
      const asked = work(transaction.objectStore("device"));
      transaction.oncomplete = () => (opening.result.close(), resolve(asked.result));
      transaction.onerror = () => reject(transaction.error);
    };
  });
}

export const readDevice = () => store("readonly", (rows) => rows.get("this"));
export const forgetDevice = () => store("readwrite", (rows) => rows.delete("this"));
export const keepDevice = (device) => store("readwrite", (rows) => rows.put(device, "this"));

export const ownerHere = () => document.querySelector('meta[name="app-worker"]').dataset.owner;
export const numberBefore = () => localStorage.getItem(NUMBER) ?? "";

export async function installDevice(told) {
  const device = { number: told.number, owner: ownerHere(), offset: told.server_time - Date.now() / 1000 };
  for (const kind of ["pay", "door"]) device[kind] = await importKey(told[`${kind}_key`]);
  await keepDevice(device);
  localStorage.setItem(NUMBER, told.number);
  navigator.storage?.persist?.();
  return device;
}

function importKey(hex) {
  const bytes = Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

export function secondsNow(device) {
  return Date.now() / 1000 + (device.offset ?? 0);
}

// `kinds`: "pay", "door" or both, in this order. Both stand in one picture under one nonce; a reader sends its own part on.
export async function makeCode(device, kinds) {
  const step = Math.floor(secondsNow(device) / STEP_SECONDS);
  const nonce = Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => ALPHABET[byte & 31]).join("");
  const proofs = await Promise.all(kinds.map((kind) => proofOf(device, kind, step, nonce)));
  const letter = kinds.length > 1 ? "A" : kinds[0] === "pay" ? "P" : "D";
  return { step, nonce, text: `N1${letter}${device.number}${base32(BigInt(step), 6)}${nonce}${proofs.join("")}` };
}

async function proofOf(device, kind, step, nonce) {
  const text = new TextEncoder().encode(`nanhu-code-1\n${kind}\n${device.number}\n${step}\n${nonce}`);
  const digest = new Uint8Array(await crypto.subtle.sign("HMAC", device[kind], text));
  return base32(digest.slice(0, 10).reduce((number, byte) => (number << 8n) | BigInt(byte), 0n), 16);
}

function base32(number, length) {
  return Array.from({ length }, (_one, place) => ALPHABET[Number((number >> BigInt(5 * (length - 1 - place))) & 31n)]).join("");
}
