"""Accessibility of a page by axe-core: every rule on the whole page but the later rows of its lists; contrast, of the words that no page
of this run has shown alike: in the same colour and size, on and under the same ground.

Later rows are made like the first ones, and would be nine tenths of the time a page takes; contrast is seven tenths of the rest.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from struct import Struct
from typing import Literal, NamedTuple

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships none
from playwright.sync_api import Page

FOLDER = "NANHU_DATA_DIR"
"""Names the folder that all workers of a run share (nanhu.testing.plugin)."""
PICTURES = os.environ.get("NANHU_PICTURES", "")
"""A folder: then each view that is looked at is also kept as a picture."""
SIZES = {"desk": (1440, 900), "phone": (390, 844)}


class View(NamedTuple):
    width: int
    height: int
    scheme: Literal["light", "dark"]

    @property
    def other_scheme(self) -> Literal["light", "dark"]:
        return "dark" if self.scheme == "light" else "light"


VIEWS = {"desk": View(*SIZES["desk"], "light"), "phone": View(*SIZES["phone"], "dark")}
SCROLLS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
IN_LARGE_TYPE = r"""() => {
    const root = document.documentElement, before = root.dataset.type;
    root.dataset.type = "large";
    const wide = root.scrollWidth > root.clientWidth;
    const out = wide ? [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1) : [];
    const found = wide ? [`scrolls sideways in large type: ${out.slice(-2).map((one) => one.outerHTML.slice(0, 160)).join(" ")}`] : [];
    const isHidden = (one) => one.closest(".visually-hidden, option, svg") || getComputedStyle(one.closest("thead") ?? one).clipPath !== "none";
    const texts = [], walker = document.createTreeWalker(document.querySelector("main") ?? document.body, NodeFilter.SHOW_TEXT);
    while (texts.length < 300 && walker.nextNode()) {
        const node = walker.currentNode, holder = node.parentElement;
        if (!node.data.trim() || !holder.checkVisibility() || isHidden(holder)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        texts.push([node.data.trim().slice(0, 30), [...range.getClientRects()]]);
    }
    const crosses = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
    for (const [date, places] of texts.filter(([text]) => /\d{4}-\d|\d月\d|\d:\d\d/.test(text)))
        for (const [text, others] of texts)
            if (places !== others && places.some((place) => others.some((other) => crosses(place, other)))) found.push(`"${date}" lies over "${text}" in large type`);
    if (before === undefined) delete root.dataset.type; else root.dataset.type = before;
    return found.slice(0, 5);
}"""
"""On a phone the letters of 大字 push nothing out of the page, and no date (of the first 300 texts) over what stands beside it."""
ROWS = 12
LATER_ROWS = [f"tbody tr:nth-child(n+{ROWS + 1})", f":is(ol, ul) > li:nth-child(n+{ROWS + 1})"]
AT_HAND = f"window.__axe = () => {{{Axe().axe_script}\n}};"
"""Axe as a page begins with it, not yet awake: to send half a megabyte after each is four times as dear."""
AWAKE = "'axe' in window || ('__axe' in window && (window.__axe(), true))"
RUN = """async ([later]) => {
    const violations = [], rows = [...document.querySelectorAll(later.join(", "))].map((row) => [row, document.createComment("")]);
    for (const [row, place] of rows) row.replaceWith(place);
    try {
        violations.push(...(await axe.run(document, { resultTypes: ["violations"], rules: { "color-contrast": { enabled: false } } })).violations);
    } finally {
        for (const [row, place] of rows) place.replaceWith(row);
    }
    return violations.map((one) => `${one.id}: ${one.nodes.slice(0, 4).map((node) => node.html.slice(0, 160)).join(" ")}`);
}"""


CONTRAST = r"""async ([later, known]) => {
    const seen = new Set(known), fresh = [], numbers = [];
    const add = (sum, text) => { for (let i = 0; i < text.length; i += 1) sum = (Math.imul(sum, 31) + text.charCodeAt(i)) | 0; return sum; };
    const PLAIN = "rgba(0, 0, 0, 0)|none|1|none|normal|none";
    const painted = (style) => [style.backgroundColor, style.backgroundImage, style.opacity, style.filter, style.mixBlendMode, style.backdropFilter].join("|");
    const grounds = new Map(), lying = [], bars = new Set();
    const ground = (one) => {
        if (!one) return 0;
        if (!grounds.has(one)) {
            const style = getComputedStyle(one), paint = painted(style), isPicture = /^(IMG|CANVAS|VIDEO)$/.test(one.tagName);
            if (/^(fixed|sticky)$/.test(style.position)) bars.add(one);
            else if (isPicture || (style.position !== "static" && paint !== PLAIN)) lying.push([one, add(0, one.tagName + paint + one.className)]);
            const below = ground(one.parentElement);
            grounds.set(one, paint === PLAIN ? below : add(below, paint));
        }
        return grounds.get(one);
    };
    const all = [...document.body.querySelectorAll("*")];
    all.forEach(ground);
    const bar = (one) => one && (bars.has(one) ? one : bar(one.parentElement));
    const isDrawn = ([one]) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && one.getClientRects().length;
    const drawn = lying.filter(isDrawn).map(([one, sum]) => [one, sum, bar(one), one.getBoundingClientRect()]);
    const crosses = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    for (const one of all) {
        if (one.closest("svg, script, style, option") || later.some((rows) => one.closest(rows))) continue;
        const isControl = /^(INPUT|TEXTAREA|SELECT)$/.test(one.tagName);
        if (![...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) && !isControl) continue;
        if (!one.checkVisibility()) continue;
        const { color, fontSize, fontWeight, textShadow } = getComputedStyle(one), place = one.getBoundingClientRect();
        const isOff = !!one.closest(":disabled, [aria-disabled=true]") || !!one.closest("label")?.control?.disabled;
        const isLarge = parseFloat(fontSize) >= (fontWeight >= 700 ? 18.66 : 24), own = bar(one);
        const beside = drawn.filter(([other, , its, at]) => its === own && !other.contains(one) && !one.contains(other) && crosses(place, at));
        const words = [color, isLarge, textShadow, isControl ? one.tagName + one.type : "", isOff, ...beside.map(([, sum]) => sum)];
        const number = add(ground(one), words.join("|"));
        if (seen.has(number)) continue;
        seen.add(number);
        numbers.push(number);
        fresh.push(one);
    }
    if (!fresh.length) return [[], []];
    const found = await axe.run({ include: fresh.map((one) => [one]) }, { runOnly: ["color-contrast"], resultTypes: ["violations"] });
    return [found.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 4).map((node) => node.html.slice(0, 160)).join(" ")}`), numbers];
}"""
"""Faults, and by numbers how the measured words look: their colour and size, what each element around them paints, and what lies over
or under them. Words that look the same need no second measure, whatever the page, width or theme."""


class Words:
    """How words look whose contrast was measured without a fault, by any worker of the run: a measure is a fifth of a second.

    What `file` is given at its end by one is read by the others before they measure.
    """

    def __init__(self, file: Path | None) -> None:
        self.file, self.read_bytes = file, 0
        self.known: set[int] = set()

    def all(self) -> list[int]:
        if self.file is not None and self.file.exists():
            with self.file.open("rb") as file:
                file.seek(self.read_bytes)
                fresh = file.read()
            whole = len(fresh) // NUMBER.size * NUMBER.size
            self.known.update(number for (number,) in NUMBER.iter_unpack(fresh[:whole]))
            self.read_bytes += whole
        return sorted(self.known)

    def add(self, numbers: Sequence[int]) -> None:
        self.known.update(numbers)
        if self.file is not None and numbers:
            with self.file.open("ab", buffering=0) as file:
                file.write(b"".join(map(NUMBER.pack, numbers)))


NUMBER = Struct("<i")
measured_words = Words(Path(os.environ[FOLDER]) / "words-of-pages" if FOLDER in os.environ else None)


def accessibility_faults(page: Page) -> list[str]:
    """Each violation with the beginnings of the first elements that show it; empty where all is well."""
    page.wait_for_load_state()  # a press that leads on is answered while the former page is still there
    wake(page)
    return [*page.evaluate(RUN, [LATER_ROWS]), *contrast_faults(page)]


def wake(page: Page) -> None:
    """From the first look on each page of this browser context begins with axe."""
    if not page.evaluate(AWAKE):
        page.context.add_init_script(AT_HAND)
        page.evaluate(f"{AT_HAND} window.__axe()")


def contrast_faults(page: Page) -> list[str]:
    """Of the words as they stand now, at the width and in the theme of now. Axe is awake on the page."""
    found, numbers = page.evaluate(CONTRAST, [LATER_ROWS, measured_words.all()])
    if not found:
        measured_words.add(numbers)
    return list(found)


def each_view(page: Page) -> Iterator[str]:
    """ "desk", then "phone", with the page in that size; afterwards as it stood."""
    stood = page.viewport_size
    for kind, view in VIEWS.items():
        page.set_viewport_size({"width": view.width, "height": view.height})
        yield kind
    if stood is not None:
        page.set_viewport_size(stood)


def sideways_faults(page: Page) -> list[str]:
    """At which of a desk's and a phone's widths the page as it stands scrolls sideways; one journey looks at both."""
    return [f"scrolls sideways at a {kind}'s width" for kind in each_view(page) if page.evaluate(SCROLLS)]


def look_at(page: Page, name: str) -> None:
    """No accessibility violation and no sideways scrolling of the page as it stands, at a desk by day and on a phone by night, there
    in large type as well; nor pale words at the desk by night and on the phone by day."""
    for kind in each_view(page):
        scheme, other = VIEWS[kind].scheme, VIEWS[kind].other_scheme
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{kind}-{scheme}.png", full_page=True)
        found = [*accessibility_faults(page), *(["scrolls sideways"] if page.evaluate(SCROLLS) else [])]
        found += page.evaluate(IN_LARGE_TYPE) if kind == "phone" else []
        page.emulate_media(color_scheme=other, reduced_motion="reduce")
        found += [f"{fault} ({other})" for fault in contrast_faults(page)]
        if found:
            raise AssertionError(f"{name}, {kind}: {found}")
    page.emulate_media(color_scheme="light")
