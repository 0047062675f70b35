// Passkeys: a form asks the browser for one, puts the answer into its hidden field and is sent like any other form.
const bytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const prepared = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
  ...(options.excludeCredentials && { excludeCredentials: options.excludeCredentials.map(known) }),
  ...(options.allowCredentials && { allowCredentials: options.allowCredentials.map(known) }),
});
const known = (credential) => ({ ...credential, id: bytes(credential.id) });

const written = (credential) => {
  const { response } = credential;
  const parts = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = text(response[name]);
  }
  if (response.getTransports) parts.transports = response.getTransports();
  return JSON.stringify({
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response: parts, clientExtensionResults: {},
  });
};

const ask = async (form) => {
  const answer = await fetch(form.dataset.passkeyOptions, { method: "POST", body: new FormData(form) });
  if (!answer.ok) throw new Error(String(answer.status));
  const publicKey = prepared(await answer.json());
  const how = form.dataset.passkey === "create" ? "create" : "get";
  form.elements.credential.value = written(await navigator.credentials[how]({ publicKey }));
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("[type='submit']");
  const area = form.closest("[data-passkey-area]") ?? form;
  const failed = area.querySelector("[data-passkey-failed]");
  if (!window.PublicKeyCredential) {
    area.querySelector("[data-passkey-missing]")?.removeAttribute("hidden");
    continue;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    button.setAttribute("aria-busy", "true");
    try {
      await ask(form);
      form.submit();
    } catch {
      failed.hidden = false;
      button.removeAttribute("aria-busy");
    }
  });
  button.disabled = false; // pressed earlier, the form would be sent without a passkey
}
