// While a new password is typed: how far it is from what the school asks. The server decides, with more knowledge.
const LONG = 10;
const SHORT = 8;
const classes = (text) =>
  [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{N}]|[^\x00-\x7f]/u].filter((one) => one.test(text)).length;

function judged(text) {
  const letters = [...text];
  if (new Set(letters).size < 4) return [letters.length < SHORT ? 0 : 1, letters.length < SHORT ? "short" : "same"];
  if (letters.length < SHORT) return [1, "short"];
  if (letters.length < LONG && classes(text) < 3) return [2, "classes"];
  return letters.length >= LONG + 4 && classes(text) >= 2 ? [4, "best"] : [3, "good"];
}

for (const hint of document.querySelectorAll("[data-strength-of]")) {
  const field = document.getElementById(hint.dataset.strengthOf);
  const meter = hint.querySelector("meter");
  const words = hint.querySelector("[role=status]");
  if (!field) continue;
  const show = () => {
    hint.hidden = !field.value;
    const [score, word] = judged(field.value.normalize("NFKC"));
    meter.value = score;
    const said = words.dataset[word].replace("#", String(Math.max(1, SHORT - [...field.value].length)));
    if (words.textContent !== said) words.textContent = said;
  };
  field.addEventListener("input", show);
  show(); // somebody may have typed before this was loaded
}
