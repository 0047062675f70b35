// A table wider than its place gets a window of its own to scroll in; every other leaves its head to the page. On a phone,
// where a row is a card, a long list begins with its first rows and each of them with its first lines, its money and its state; the rest
// is one tap away. The list of a desk begins with its first rows alone.
const ROWS = 12, LINES = 3;
const phone = matchMedia("(max-width: 40em)");
const opened = new Set();

function measure(wrap) {
  wrap.classList.remove("is-wide");
  wrap.classList.toggle("is-wide", wrap.scrollWidth > wrap.clientWidth + 1);
}

function button(text, act) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "link-button", textContent: text });
  made.addEventListener("click", act);
  return made;
}

function foldRow(row, words) {
  const lines = [...row.cells].filter((cell) => cell.dataset.label && !cell.classList.contains("wide-only"));
  if (row.dataset.folded !== undefined || lines.length < LINES + 2) return;
  row.dataset.folded = "";
  const rest = lines.slice(LINES).filter((cell) => !cell.matches(".num") && !cell.querySelector("form, button, input, select, .badge"));
  if (!rest.length) return;
  for (const cell of rest) cell.classList.add("is-rest");
  const cell = row.insertCell();
  cell.className = "row-more";
  const more = button(words.more, () => {
    const isOpen = row.classList.toggle("is-open");
    more.textContent = isOpen ? words.less : words.more;
    more.setAttribute("aria-expanded", String(isOpen));
  });
  more.setAttribute("aria-expanded", "false");
  cell.append(more);
}

function foldList(wrap, rows) {
  const table = wrap.querySelector("table"), name = wrap.getAttribute("aria-label") ?? table.caption?.textContent ?? "";
  const rest = rows.slice(ROWS);
  if (rest.length < 4 || wrap.querySelector(".table-rest") || opened.has(name)) return;
  for (const row of rest) row.classList.add("is-rest");
  const more = button(wrap.dataset.rest.replace("#", String(rest.length)), () => {
    opened.add(name);
    for (const row of rest) row.classList.remove("is-rest");
    more.remove();
    rest[0].tabIndex = -1;
    rest[0].focus({ preventScroll: true });
  });
  more.className = "button button-quiet table-rest";
  table.after(more);
}

function look(root) {
  if (phone.matches) for (const list of root.querySelectorAll(".list[data-rest]")) foldList(list, [...list.querySelectorAll(".rows > tbody > tr")]);
  for (const wrap of root.querySelectorAll(".table-wrap")) {
    if (!phone.matches) measure(wrap);
    else if (wrap.dataset.rest && wrap.querySelector("td[data-label]")) {
      const rows = [...wrap.querySelectorAll("tbody > tr")];
      const hasLinesOfItsOwn = wrap.closest(".statement");
      if (rows.length > 4 && !hasLinesOfItsOwn) for (const row of rows) foldRow(row, wrap.dataset);
      foldList(wrap, rows);
    }
  }
}

look(document);
addEventListener("resize", () => look(document));
document.addEventListener("htmx:afterSettle", (event) => look(event.target.parentElement ?? document));
