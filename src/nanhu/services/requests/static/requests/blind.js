// Blind signatures, the asker's side of RFC 9474, RSABSSA-SHA384-PSS-Randomized (the signer's: blind.py). Checked against the vectors of its
// appendix A.1. The reckoning is on one's own device, so that it need not take the same time for every secret.
const SALT = 48, PREFIX = 32, HASH = 48;
const E = 65537n;

export const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
export const toHex = (bytes) => [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
const toNumber = (bytes) => BigInt(`0x${toHex(bytes)}`);
const toBytes = (number, size) => fromHex(number.toString(16).padStart(2 * size, "0"));
const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const random = (size) => crypto.getRandomValues(new Uint8Array(size));
const sha384 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-384", bytes));

export function power(base, exponent, modulus) {
  let result = 1n;
  for (let left = base % modulus, rest = exponent; rest > 0n; rest >>= 1n, left = (left * left) % modulus)
    if (rest & 1n) result = (result * left) % modulus;
  return result;
}

// Throws where there is none: then the number shares a factor with the modulus.
export function inverse(number, modulus) {
  let [above, below, one, other] = [modulus, number % modulus, 0n, 1n];
  while (below > 0n) {
    const times = above / below;
    [above, below] = [below, above - times * below];
    [one, other] = [other, one - times * other];
  }
  if (above !== 1n) throw new Error("no inverse");
  return ((one % modulus) + modulus) % modulus;
}

async function mask(seed, size) {
  const parts = [];
  for (let count = 0; parts.length * HASH < size; count += 1) parts.push(await sha384(join(seed, toBytes(BigInt(count), 4))));
  return join(...parts).slice(0, size);
}

// EMSA-PSS (RFC 8017, 9.1.1) with SHA-384, MGF1 and a salt of 48 bytes.
export async function encode(message, bits, salt) {
  const size = Math.ceil(bits / 8);
  const hash = await sha384(join(new Uint8Array(8), await sha384(message), salt));
  const data = join(new Uint8Array(size - SALT - HASH - 2), [1], salt);
  const over = await mask(hash, data.length);
  const masked = data.map((one, at) => one ^ over[at]);
  masked[0] &= 0xff >> (8 * size - bits);
  return join(masked, hash, [0xbc]);
}

const sizeOf = (modulus) => Math.ceil(modulus.toString(2).length / 8);

export const prepare = (message, prefix = random(PREFIX)) => join(prefix, message);

// What is sent, and what undoes it; `given` is for the vectors alone.
export async function blind(modulusHex, message, given = {}) {
  const modulus = BigInt(`0x${modulusHex}`);
  const encoded = toNumber(await encode(message, modulus.toString(2).length - 1, given.salt ?? random(SALT)));
  inverse(encoded, modulus);
  let factor = given.factor;
  while (!factor || factor < 2n || factor >= modulus) factor = toNumber(random(sizeOf(modulus)));
  const blinded = (encoded * power(factor, E, modulus)) % modulus;
  return { blinded: toHex(toBytes(blinded, sizeOf(modulus))), inverse: inverse(factor, modulus).toString(16) };
}

// The signature under the message, or an error where the signer did not sign this: nothing that was not checked is kept.
export async function finalize(modulusHex, message, signedHex, inverseHex) {
  const modulus = BigInt(`0x${modulusHex}`), size = sizeOf(modulus);
  const signature = (BigInt(`0x${signedHex}`) * BigInt(`0x${inverseHex}`)) % modulus;
  const opened = toBytes(power(signature, E, modulus), size);
  const bits = modulus.toString(2).length - 1, encodedSize = Math.ceil(bits / 8);
  const encoded = opened.slice(size - encodedSize);
  const hash = encoded.slice(-HASH - 1, -1), masked = encoded.slice(0, -HASH - 1);
  const over = await mask(hash, masked.length);
  const data = masked.map((one, at) => one ^ over[at]);
  const again = await encode(message, bits, data.slice(-SALT));
  if (toHex(again) !== toHex(encoded)) throw new Error("not signed");
  return toHex(toBytes(signature, size));
}
