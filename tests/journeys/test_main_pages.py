"""The six pages that everybody uses, in English, in large type, and by the keyboard alone, on a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from nanhu.sample.cast import CAST
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from nanhu.testing.accessibility import IN_LARGE_TYPE, SCROLLS, SIZES

PAGES = ("/", "/apps/", "/messages/", "/requests/", "/lostfound/", "/venues/")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OWN_WORDS = """() => [document.title.split(" · ")[0], ...[...document.querySelectorAll("h1, main h2, main button, main label, main th, nav a, main .tabs a")]
    .filter(one => one.checkVisibility() && !one.closest("[data-said], .tile, .card")).map(one => one.innerText.trim())].filter(Boolean)"""
"""Words of the program, not of people: headings, buttons, labels, ways on."""
FOCUSED = """() => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    const [x, y] = [box.left + Math.min(box.width, innerWidth) / 2, box.top + box.height / 2], top = document.elementFromPoint(x, y);
    return {name: one.outerHTML.slice(0, 120), isBody: one === document.body,
        isRinged: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none" || one.matches(":focus-within label *"),
        isSeen: y >= 0 && y <= innerHeight && (!top || one.contains(top) || top.contains(one))};
}"""
STEPS = 12


def is_in_english(page: Page) -> list[str]:
    assert page.evaluate("document.documentElement.lang") == "en"
    said = page.evaluate(OWN_WORDS)
    return [words for words in said if CHINESE.search(words)]


def is_in_large_type(page: Page) -> list[str]:
    page.evaluate("document.documentElement.dataset.type = 'large'")
    return [*page.evaluate(IN_LARGE_TYPE), *(["scrolls sideways"] if page.evaluate(SCROLLS) else [])]


def goes_by_keyboard(page: Page) -> list[str]:
    """The first stop leads over the bars; at each further one its place is seen and marked."""
    page.keyboard.press("Tab")
    faults = [] if "skip-link" in page.evaluate(FOCUSED)["name"] else ["no way over the bars"]
    page.keyboard.press("Enter")
    seen = set()
    for _step in range(STEPS):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        if found["isBody"]:
            break
        seen.add(found["name"])
        if not (found["isRinged"] and found["isSeen"]):
            faults.append(f"hidden or unmarked: {found['name']}")
    return faults if seen else [*faults, "nothing can be reached"]


@pytest.mark.parametrize(
    ("language", "look"),
    [("en-GB", is_in_english), ("zh-CN", is_in_large_type), ("zh-CN", goes_by_keyboard)],
    ids=["english", "large-type", "keyboard"],
)
def test_the_main_pages_are_for_everybody(campus, browser, visit, language: str, look: Callable[[Page], list[str]]):
    visitor = visit("phone")
    visitor.sign_in(campus.url, CAST["student"].campus_no, SAMPLE_PASSWORD)
    width, height = SIZES["phone"]
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale=language, storage_state=visitor.page.context.storage_state()
    )
    page, faults = context.new_page(), {}
    for path in PAGES:
        page.goto(f"{campus.url}{path}")
        faults[path] = look(page)
    context.close()
    assert not any(faults.values()), {path: found for path, found in faults.items() if found}
