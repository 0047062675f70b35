// Sealed replies (replies.py): a code of sixteen letters, the X25519 key that it makes, opening what was sealed to it. X25519 (RFC 7748) stands
// here, because not every browser has it.
import { fromHex, toHex } from "./blind.js";

const LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ0123456789";
const P = 2n ** 255n - 19n, A24 = 121665n;
const text = (words) => new TextEncoder().encode(words);
const modulo = (number) => ((number % P) + P) % P;
const littleEndian = (bytes) => BigInt(`0x${toHex([...bytes].reverse())}`);

export function newCode() {
  const drawn = crypto.getRandomValues(new Uint8Array(16));
  return [...drawn].map((one) => LETTERS[one % LETTERS.length]).join("");
}

// As it may be typed: groups, small letters, letters that look like digits.
export const readCode = (typed) => typed.toUpperCase().replace(/[^A-Z0-9]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
export const showCode = (code) => code.match(/.{4}/g).join("-");

function inverse(number) {
  let result = 1n;
  for (let base = modulo(number), rest = P - 2n; rest > 0n; rest >>= 1n, base = (base * base) % P) if (rest & 1n) result = (result * base) % P;
  return result;
}

export function x25519(scalar, point) {
  const bytes = Uint8Array.from(scalar);
  bytes[0] &= 248;
  bytes[31] = (bytes[31] & 127) | 64;
  const k = littleEndian(bytes), u = modulo(littleEndian(point) & (2n ** 255n - 1n));
  let [x2, z2, x3, z3, swap] = [1n, 0n, u, 1n, 0n];
  for (let at = 254n; at >= 0n; at -= 1n) {
    const bit = (k >> at) & 1n;
    if (swap ^ bit) [x2, x3, z2, z3] = [x3, x2, z3, z2];
    swap = bit;
    const a = modulo(x2 + z2), b = modulo(x2 - z2), aa = modulo(a * a), bb = modulo(b * b), e = modulo(aa - bb);
    const da = modulo((x3 - z3) * a), cb = modulo((x3 + z3) * b);
    [x3, z3] = [modulo((da + cb) ** 2n), modulo(u * modulo((da - cb) ** 2n))];
    [x2, z2] = [modulo(aa * bb), modulo(e * (aa + A24 * e))];
  }
  if (swap) [x2, x3, z2, z3] = [x3, x2, z3, z2];
  return fromHex(modulo(x2 * inverse(z2)).toString(16).padStart(64, "0")).reverse();
}

async function derived(secret, salt, info) {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info: text(info) }, key, 256));
}

const keyOf = (code) => derived(text(code), new Uint8Array(), "nanhu.requests.reply-key");
const publicOf = (own) => x25519(own, Uint8Array.from([9, ...new Uint8Array(31)]));

export async function digestOf(code) {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", text(`nanhu.requests.reply-code:${code}`))));
}

export const publicKeyOf = async (code) => toHex(publicOf(await keyOf(code)));

export async function open(contentHex, code) {
  const content = fromHex(contentHex), own = await keyOf(code), theirs = content.slice(0, 32);
  const salt = Uint8Array.from([...theirs, ...publicOf(own)]);
  const secret = await derived(x25519(own, theirs), salt, "nanhu.requests.reply");
  const key = await crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["decrypt"]);
  const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, key, content.slice(32));
  return new TextDecoder().decode(opened);
}
