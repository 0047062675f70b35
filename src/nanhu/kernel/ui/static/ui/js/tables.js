// A table wider than its place gets a window of its own to scroll in; every other leaves its head to the page.
const wraps = document.querySelectorAll(".table-wrap");
const measure = () => {
  for (const wrap of wraps) {
    wrap.classList.remove("is-wide");
    wrap.classList.toggle("is-wide", wrap.scrollWidth > wrap.clientWidth + 1);
  }
};
if (wraps.length) {
  measure();
  addEventListener("resize", measure);
}
