// A typed sum, read as kernel/money.py reads it: 12, 12.5, 12.50, 1,234.50. Anything else is no sum.
const FORM = /^(?:¥ ?)?(0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.([0-9]{1,2}))?$/;
const FULL = "０１２３４５６７８９．，￥", HALF = "0123456789.,¥", YUAN_DIGITS = 10;

export function fenOf(text) {
  const plain = Array.from(text, (letter) => HALF[FULL.indexOf(letter)] ?? letter).join("").replace(/^\s+|\s+$/g, "");
  const found = FORM.exec(plain), yuan = found?.[1].replaceAll(",", "") ?? "";
  if (!found || yuan.length > YUAN_DIGITS) return null;
  return Number(yuan) * 100 + Number((found[2] ?? "0").padEnd(2, "0"));
}

export function formatYuan(fen) {
  const [yuan, cents] = [Math.floor(fen / 100), String(fen % 100).padStart(2, "0")];
  return `¥ ${String(yuan).replace(/\B(?=(?:\d{3})+$)/g, ",")}.${cents}`;
}
