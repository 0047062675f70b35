// The desktop that waits for a phone: asks every two seconds, and shows the page anew when something happened.
const waiting = document.querySelector("[data-scan]");
const ask = async () => {
  let state = waiting.dataset.scanNow;
  try {
    const answer = await fetch(waiting.dataset.scan, { headers: { Accept: "application/json" } });
    if (answer.ok) ({ state } = await answer.json());
  } catch {
    // no network for a moment: ask again
  }
  if (state !== waiting.dataset.scanNow) location.reload();
  else setTimeout(ask, 2000);
};
if (waiting) setTimeout(ask, 2000);
