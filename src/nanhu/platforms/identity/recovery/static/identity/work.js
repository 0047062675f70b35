// The work of a challenge, away from the page: find a number so that SHA-256("seed:number") begins with enough zero bits.
// SHA-256 by FIPS 180-4; the browser's own is missing on plain HTTP, and slow for many small texts.
const primes = [];
for (let n = 2; primes.length < 64; n += 1) if (primes.every((prime) => n % prime)) primes.push(n);
const fraction = (root) => ((root % 1) * 2 ** 32) | 0;
const START = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const ROUND = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const schedule = new Int32Array(64);
const turned = (word, by) => (word >>> by) | (word << (32 - by));

// The first word of the hash of an ASCII text of at most 55 characters (one block); enough for 32 bits of work.
function firstWord(text) {
  schedule.fill(0);
  for (let at = 0; at < text.length; at += 1) schedule[at >> 2] |= text.charCodeAt(at) << (24 - 8 * (at & 3));
  schedule[text.length >> 2] |= 0x80 << (24 - 8 * (text.length & 3));
  schedule[15] = text.length * 8;
  for (let t = 16; t < 64; t += 1) {
    const near = schedule[t - 2];
    const far = schedule[t - 15];
    const small1 = turned(near, 17) ^ turned(near, 19) ^ (near >>> 10);
    const small0 = turned(far, 7) ^ turned(far, 18) ^ (far >>> 3);
    schedule[t] = (small1 + schedule[t - 7] + small0 + schedule[t - 16]) | 0;
  }
  let [a, b, c, d, e, f, g, h] = START;
  for (let t = 0; t < 64; t += 1) {
    const big1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const one = (h + big1 + ((e & f) ^ (~e & g)) + ROUND[t] + schedule[t]) | 0;
    const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  return (START[0] + a) | 0;
}

onmessage = ({ data: { seed, bits } }) => {
  let nonce = 0;
  while (firstWord(`${seed}:${nonce}`) >>> (32 - bits)) nonce += 1;
  postMessage(String(nonce));
};
