for (const button of document.querySelectorAll("button[data-what]")) {
  button.addEventListener("click", async () => {
    await fetch("/phone", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...button.dataset }) });
    location.reload();
  });
}
