// Reads codes where the browser has no reader of its own: a worker, so that the page's own policy need not allow WebAssembly.
const folder = new URL(self.location).searchParams;
importScripts(folder.get("reader"));
const { BarcodeDetector, prepareZXingModule } = self.BarcodeDetectionAPI;
prepareZXingModule({ overrides: { locateFile: () => folder.get("wasm") } });
const detector = new BarcodeDetector({ formats: ["qr_code", "code_128"] });

self.onmessage = async ({ data }) => {
  try {
    self.postMessage((await detector.detect(data)).map((one) => one.rawValue));
  } catch (error) {
    self.postMessage({ trouble: String(error) });
  }
};
