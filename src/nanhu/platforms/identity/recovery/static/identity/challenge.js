// A challenge is worked off by the browser itself; the picture stays for who wants it, and for browsers without script.
for (const box of document.querySelectorAll("[data-challenge]")) {
  const status = box.querySelector("[role=status]");
  const work = box.querySelector("[name=challenge_work]");
  const picture = box.querySelector("details");
  const form = box.closest("form");
  const say = (what) => {
    status.textContent = status.dataset[what];
    box.dataset.state = what;
  };
  let isSent = false;
  if (picture) picture.open = false;
  status.hidden = false;
  say("working");
  const worker = new Worker(box.dataset.worker);
  worker.onmessage = ({ data }) => {
    work.value = data;
    say("done");
    if (isSent) form.requestSubmit();
  };
  worker.onerror = () => {
    say("failed");
    if (picture) picture.open = true;
    isSent = false;
    box.removeAttribute("data-challenge");
  };
  worker.postMessage({ seed: box.dataset.challenge, bits: Number(box.dataset.bits) });
  // Sent before the work is done: wait for it, unless the letters were typed.
  form.addEventListener("submit", (event) => {
    const typed = form.elements.challenge_letters?.value;
    if (work.value || typed || !box.hasAttribute("data-challenge")) return;
    event.preventDefault();
    isSent = true;
  });
}
