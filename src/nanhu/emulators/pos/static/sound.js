// A click under the finger, two notes for a sale, a hum for a refusal. Made here, no file is played.

const button = document.getElementById("sound");
let context = null;
let loud = localStorage.getItem("pos-sound") !== "off";

function show() {
  button.setAttribute("aria-pressed", String(loud));
}

button.addEventListener("click", () => {
  loud = !loud;
  localStorage.setItem("pos-sound", loud ? "on" : "off");
  show();
});
show();

function note(frequency, start, length, volume, shape = "sine") {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = shape;
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(volume, context.currentTime + start);
  gain.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + start + length);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(context.currentTime + start);
  oscillator.stop(context.currentTime + start + length);
}

const TUNES = {
  key: () => note(1900, 0, 0.03, 0.03, "square"),
  green: () => { note(880, 0, 0.12, 0.08); note(1320, 0.11, 0.22, 0.08); },
  red: () => { note(220, 0, 0.18, 0.09, "triangle"); note(196, 0.2, 0.3, 0.09, "triangle"); },
  amber: () => { note(660, 0, 0.1, 0.07); note(660, 0.16, 0.1, 0.07); },
};

export function play(tune) {
  if (tune === "key") navigator.vibrate?.(8);
  if (!loud || !TUNES[tune]) return;
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
  TUNES[tune]();
}
