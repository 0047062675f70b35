// The amount as it is typed: text in, whole fen out. Nothing here knows the page.

const LARGEST_DIGITS = 4;

export function typed(entry, key) {
  if (key === "back") return entry.slice(0, -1);
  if (key === ".") return entry.includes(".") ? entry : (entry || "0") + ".";
  const next = (entry + key).replace(/^0+(?=\d)/, "");
  const [yuan, cents = ""] = next.split(".");
  if (cents.length > 2) return key === "00" ? typed(entry, "0") : entry;
  return yuan.length > LARGEST_DIGITS ? entry : next;
}

export function fenOf(entry) {
  const [yuan, cents = ""] = entry.split(".");
  return Number(yuan || "0") * 100 + Number(cents.padEnd(2, "0").slice(0, 2));
}

export function shown(entry) {
  return "¥ " + (entry === "" ? "0.00" : entry);
}

export function yuan(fen) {
  const whole = Math.abs(fen);
  const text = `¥ ${Math.floor(whole / 100).toLocaleString("en-US")}.${String(whole % 100).padStart(2, "0")}`;
  return fen < 0 ? `-${text}` : text;
}
