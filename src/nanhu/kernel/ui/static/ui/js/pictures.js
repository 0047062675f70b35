// A photo that a page keeps or sends by itself: made small enough for the phone's store and the way.
const LONGEST = 2400, QUALITY = 0.88;

export async function drawnSmall(file, longest, quality) {
  const picture = await createImageBitmap(file), scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality });
}

// What the browser cannot draw goes as it is, and the school says what is wrong with it.
export async function madeSmall(file) {
  try {
    return await drawnSmall(file, LONGEST, QUALITY);
  } catch {
    return file;
  }
}

export async function smallFile(file) {
  const small = await madeSmall(file);
  return small === file ? file : new File([small], `${file.name.replace(/\.\w+$/, "")}.jpg`, { type: small.type });
}
