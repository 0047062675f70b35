// A photo as proof: made small enough for the phone's store and the way, and sent by itself. The school reads the labels in it.
const LONGEST = 2400, QUALITY = 0.88;
export const LARGEST = 8 * 1024 * 1024;  // as `photos.py`: what is larger would be turned away unread, each time

// What the browser cannot draw goes as it is, and the school says what is wrong with it.
export async function madeSmall(file) {
  try {
    const picture = await createImageBitmap(file), scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  } catch {
    return file;
  }
}

export async function sendPhoto(address, row, token) {
  const { take: _take, account: _account, photo, ...facts } = row, form = new FormData();
  form.append("facts", JSON.stringify({ ...facts, sent_at: new Date().toISOString() }));
  form.append("photo", photo, "photo.jpg");
  const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token, Accept: "application/json" }, body: form });
  return { answer, said: await answer.json().catch(() => null) };
}
