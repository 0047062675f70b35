// The camera: hands each text it reads to `onText`, one at a time. The browser's own reader, else ours in a worker. What ends it by itself is
// told to `onTrouble`; a reader that is not there is a trouble named "reader".
const FORMATS = ["qr_code", "code_128"];
const PAUSE = 150;

async function ownReader() {
  const formats = (await globalThis.BarcodeDetector?.getSupportedFormats?.()) ?? [];
  if (!formats.includes("qr_code")) return null;
  const detector = new BarcodeDetector({ formats: FORMATS.filter((one) => formats.includes(one)) });
  const read = async (video) => (await detector.detect(video)).map((one) => one.rawValue);
  return { read, end() {} };
}

function workerReader({ decoder, reader, wasm }) {
  const worker = new Worker(`${decoder}?${new URLSearchParams({ reader, wasm })}`);
  const canvas = new OffscreenCanvas(1, 1);
  const read = (video) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.trouble ? reject(new Error("reader")) : resolve(data));
      worker.onerror = () => reject(new Error("reader"));
      [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
      const drawing = canvas.getContext("2d", { willReadFrequently: true });
      drawing.drawImage(video, 0, 0);
      worker.postMessage(drawing.getImageData(0, 0, canvas.width, canvas.height));
    });
  return { read, end: () => worker.terminate() };
}

export async function startCamera(video, addresses, onText, onTrouble) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  video.srcObject = stream;
  await video.play();
  const reader = (await ownReader()) ?? workerReader(addresses);
  let isOn = true;
  const look = async () => {
    if (!isOn) return;
    const texts = video.videoWidth && !document.hidden ? await reader.read(video) : [];
    // several at once is a sheet of labels, not a thing in a room
    if (texts.length === 1) onText(texts[0]);
    setTimeout(() => look().catch((trouble) => isOn && (stop(), onTrouble(trouble))), PAUSE);
  };
  function stop() {
    isOn = false;
    reader.end();
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
  await look().catch((error) => (stop(), Promise.reject(error)));
  return stop;
}
