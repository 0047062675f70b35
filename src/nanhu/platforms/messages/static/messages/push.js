// Lets this browser in for pushes: asks, subscribes with the school's key, hands the subscription over.
const root = document.querySelector("[data-push]");
const button = root?.querySelector("[data-push-on]");
const show = (name) => root.querySelector(`[${name}]`)?.removeAttribute("hidden");

const bytesOf = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
};

const nameOf = () => {
  const known = navigator.userAgentData?.brands?.at(-1)?.brand ?? navigator.userAgent.match(/(Firefox|Edg|Chrome|Safari)/)?.[1] ?? "";
  const system = navigator.userAgentData?.platform ?? navigator.platform ?? "";
  return [known, system].filter(Boolean).join(" · ");
};

async function letIn() {
  if ((await Notification.requestPermission()) !== "granted") return show("data-push-cannot");
  const worker = await navigator.serviceWorker.register(root.dataset.worker);
  const asked = { userVisibleOnly: true, applicationServerKey: bytesOf(root.dataset.key) };
  const subscription = await worker.pushManager.subscribe(asked);
  const answer = await fetch(root.dataset.address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": root.dataset.token },
    body: JSON.stringify({ ...subscription.toJSON(), device: nameOf() }),
  });
  if (answer.ok) location.reload();
  else root.querySelector("[data-push-why]").textContent = (await answer.json()).why ?? "";
}

if (button) {
  const can = "serviceWorker" in navigator && "PushManager" in window && Notification.permission !== "denied";
  if (can) show("data-push-on");
  else show("data-push-cannot");
  button.addEventListener("click", () => letIn().catch(() => show("data-push-cannot")));
}
