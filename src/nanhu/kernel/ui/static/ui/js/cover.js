// Photos before they are sent ("kit/photos.html"): made small, and covered with a finger where a face or a number is. Without this script they
// go as they are.
const LONGEST = 1600, QUALITY = 0.85, TILES = 24;
const field = document.querySelector('form [type=file][accept^="image/"]'), place = document.getElementById("covers");
const submit = field.form.querySelector("[type=submit]");
let sent = [], round = 0;

const encoded = (canvas) => new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));

async function drawn(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

// The mean colour of a tile in the place of the tile: what was there cannot be brought back.
function coverTile(context, left, top, size) {
  const width = Math.min(size, context.canvas.width - left), height = Math.min(size, context.canvas.height - top);
  if (left < 0 || top < 0 || width <= 0 || height <= 0) return;
  const { data } = context.getImageData(left, top, width, height), sum = [0, 0, 0];
  for (let at = 0; at < data.length; at += 4) for (const part of [0, 1, 2]) sum[part] += data[at + part];
  context.fillStyle = `rgb(${sum.map((one) => Math.round((one * 4) / data.length)).join(" ")})`;
  context.fillRect(left, top, width, height);
}

function coverAt(canvas, event) {
  const box = canvas.getBoundingClientRect(), size = Math.ceil(Math.max(canvas.width, canvas.height) / TILES);
  const column = Math.floor((((event.clientX - box.left) / box.width) * canvas.width) / size);
  const row = Math.floor((((event.clientY - box.top) / box.height) * canvas.height) / size);
  for (const across of [-1, 0, 1]) for (const down of [-1, 0, 1]) coverTile(canvas.getContext("2d"), (column + across) * size, (row + down) * size, size);
}

function hand() {
  const files = new DataTransfer();
  for (const file of sent) files.items.add(file);
  field.files = files.files;
  submit.disabled = false;
}

// What is shown is what is sent: nobody can send meanwhile.
async function keep(canvas, number) {
  const now = round, blob = await encoded(canvas);
  if (now !== round) return;
  sent[number] = new File([blob], sent[number].name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  hand();
}

function show(canvas, number) {
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${place.dataset.label} ${number + 1}`);
  canvas.addEventListener("pointerdown", (event) => {
    submit.disabled = true;
    canvas.setPointerCapture(event.pointerId);
    coverAt(canvas, event);
  });
  canvas.addEventListener("pointermove", (event) => canvas.hasPointerCapture(event.pointerId) && coverAt(canvas, event));
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => keep(canvas, number));
  place.querySelector("div").append(canvas);
}

async function begin() {
  const now = ++round;
  sent = [...field.files];
  place.querySelector("div").replaceChildren();
  place.hidden = true;
  submit.disabled = sent.length > 0;
  const canvases = await Promise.all(sent.map((file) => drawn(file).catch(() => null)));
  if (now !== round) return;
  canvases.forEach((canvas, number) => canvas && show(canvas, number));
  place.hidden = !canvases.some(Boolean);
  await Promise.all(canvases.map((canvas, number) => canvas && keep(canvas, number)));
  submit.disabled = false;
}

field.addEventListener("change", begin);
if (field.files.length) begin(); // chosen before this script was here
