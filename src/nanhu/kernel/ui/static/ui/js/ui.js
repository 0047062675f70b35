// The one script of every page. Each part is small and works on markup that already works without it.
import "./dialogs.js";
import "./keys.js";
import "./forms.js";
import "./echoes.js";
import "./copy.js";
import "./menus.js";
import "./search.js";
import "./tables.js";
import "./slots.js";
import "./uploads.js";
import "./renewals.js";
import "./installed.js";
import "./bell.js";
import "./refusals.js";
import "./print.js";

// A number beside the page is not asked for without a network: the page itself may be one that works without it.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (!navigator.onLine && event.detail.elt.matches("[data-online]")) event.preventDefault();
});
