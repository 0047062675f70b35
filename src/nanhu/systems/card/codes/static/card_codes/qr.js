// A QR code of up to 61 characters of the alphanumeric mode: always version 3 with correction level M (29 × 29, ISO/IEC 18004).
// matrix(text) gives rows of booleans, true is dark.
const SIZE = 29;
const DATA_WORDS = 44;
const CHECK_WORDS = 26;
const MIDDLE = 22; // of the small square
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

export function matrix(text) {
  const words = dataWords(text);
  const bits = [...words, ...checkWords(words)].flatMap((word) => bitsOf(word, 8));
  const { dark, fixed } = skeleton();
  place(dark, fixed, bits);
  const drawn = MASKS.map((mask, number) => masked(dark, fixed, mask, number));
  return drawn.reduce((best, next) => (penalty(next) < penalty(best) ? next : best));
}

function bitsOf(number, length) {
  return Array.from({ length }, (_one, place) => (number >> (length - 1 - place)) & 1);
}

function dataWords(text) {
  const bits = [0, 0, 1, 0, ...bitsOf(text.length, 9)];
  for (let place = 0; place < text.length; place += 2) {
    const [first, second] = [LETTERS.indexOf(text[place]), LETTERS.indexOf(text[place + 1] ?? "")];
    bits.push(...(place + 1 < text.length ? bitsOf(first * 45 + second, 11) : bitsOf(first, 6)));
  }
  bits.push(...Array(Math.min(4, DATA_WORDS * 8 - bits.length)).fill(0));
  while (bits.length % 8) bits.push(0);
  const words = Array.from({ length: bits.length / 8 }, (_one, place) => parseInt(bits.slice(place * 8, place * 8 + 8).join(""), 2));
  for (let filler = 0xec; words.length < DATA_WORDS; filler ^= 0xec ^ 0x11) words.push(filler);
  return words;
}

function times(left, right) {
  let product = 0;
  for (; right; right >>= 1) {
    if (right & 1) product ^= left;
    left = left & 0x80 ? (left << 1) ^ 0x11d : left << 1;
  }
  return product;
}

function checkWords(words) {
  let generator = [1];
  for (let degree = 0, root = 1; degree < CHECK_WORDS; degree += 1, root = times(root, 2)) {
    const next = [...generator, 0];
    generator.forEach((factor, place) => (next[place + 1] ^= times(factor, root)));
    generator = next;
  }
  const rest = [...words, ...Array(CHECK_WORDS).fill(0)];
  for (let place = 0; place < words.length; place += 1) {
    const lead = rest[place];
    generator.forEach((factor, step) => (rest[place + step] ^= times(factor, lead)));
  }
  return rest.slice(words.length);
}

function skeleton() {
  const dark = Array.from({ length: SIZE }, () => Array(SIZE).fill(false));
  const fixed = Array.from({ length: SIZE }, () => Array(SIZE).fill(false));
  const set = (x, y, isDark) => {
    if (x < 0 || y < 0 || x >= SIZE || y >= SIZE) return;
    dark[y][x] = isDark;
    fixed[y][x] = true;
  };
  for (let place = 0; place < SIZE; place += 1) {
    set(place, 6, place % 2 === 0);
    set(6, place, place % 2 === 0);
  }
  for (const [cx, cy] of [[3, 3], [SIZE - 4, 3], [3, SIZE - 4]])
    for (let y = -4; y <= 4; y += 1)
      for (let x = -4; x <= 4; x += 1) {
        const ring = Math.max(Math.abs(x), Math.abs(y));
        set(cx + x, cy + y, ring !== 2 && ring !== 4);
      }
  for (let y = -2; y <= 2; y += 1)
    for (let x = -2; x <= 2; x += 1) set(MIDDLE + x, MIDDLE + y, Math.max(Math.abs(x), Math.abs(y)) !== 1);
  for (const [x, y] of formatPlaces().flat()) set(x, y, false);
  set(8, SIZE - 8, true);
  return { dark, fixed };
}

// The fifteen places of the format, twice; bit 14 (the most significant) first.
function formatPlaces() {
  const first = [[8, 0], [8, 1], [8, 2], [8, 3], [8, 4], [8, 5], [8, 7], [8, 8], [7, 8], [5, 8], [4, 8], [3, 8], [2, 8], [1, 8], [0, 8]];
  const second = Array.from({ length: 15 }, (_one, bit) => (bit < 8 ? [SIZE - 1 - bit, 8] : [8, SIZE - 15 + bit]));
  return [first.reverse(), second.reverse()];
}

function formatBits(mask) {
  const data = mask; // level M is 00
  let rest = data << 10;
  for (let bit = 14; bit >= 10; bit -= 1) if ((rest >> bit) & 1) rest ^= 0x537 << (bit - 10);
  return bitsOf(((data << 10) | rest) ^ 0x5412, 15);
}

function place(dark, fixed, bits) {
  let next = 0;
  for (let right = SIZE - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < SIZE; step += 1) {
      const upwards = ((right + 1) & 2) === 0;
      const y = upwards ? SIZE - 1 - step : step;
      for (const x of [right, right - 1]) if (!fixed[y][x]) dark[y][x] = bits[next++] === 1;
    }
  }
}

function masked(dark, fixed, mask, number) {
  const rows = dark.map((row, y) => row.map((isDark, x) => (fixed[y][x] ? isDark : isDark !== mask(x, y))));
  const bits = formatBits(number);
  for (const places of formatPlaces()) places.forEach(([x, y], place) => (rows[y][x] = bits[place] === 1));
  return rows;
}

// Long runs and blocks of one colour make a code hard to read; the mask with the fewest wins. (Any mask can be read.)
function penalty(rows) {
  let sum = 0;
  const columns = rows.map((_row, x) => rows.map((row) => row[x]));
  for (const line of [...rows, ...columns]) {
    let run = 1;
    for (let place = 1; place <= SIZE; place += 1) {
      if (place < SIZE && line[place] === line[place - 1]) run += 1;
      else {
        if (run >= 5) sum += run - 2;
        run = 1;
      }
    }
  }
  for (let y = 1; y < SIZE; y += 1)
    for (let x = 1; x < SIZE; x += 1)
      if (rows[y][x] === rows[y - 1][x] && rows[y][x] === rows[y][x - 1] && rows[y][x] === rows[y - 1][x - 1]) sum += 3;
  return sum;
}
