// Shows what was pushed, and leads to it. It keeps nothing and answers no request.
addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data?.json() ?? {};
  } catch {
    said = {};
  }
  const shown = { body: said.body ?? "", tag: said.tag, data: { url: said.url } };
  event.waitUntil(registration.showNotification(said.title ?? "新消息", shown));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = event.notification.data?.url;
  if (url && new URL(url).origin === location.origin) event.waitUntil(clients.openWindow(url));
});
