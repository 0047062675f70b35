"""A reader with a keyboard and a screen reader, in English and in large type: goes by Tab to what the browser's accessibility tree names."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.test import Client
from django.utils import translation
from playwright.sync_api import Page, expect

from nanhu.testing.accessibility import SIZES, accessibility_faults
from nanhu.testing.browsers import on_console_error, open_browser

MOST_STEPS = 150
"""Presses of Tab to one thing: more is no way for anybody."""
CHINESE = re.compile(r"[\u3400-\u9fff]")
LEFT_IN_CHINESE = r"""() => {
    const found = [], walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const { data, parentElement: holder } = walker.currentNode;
        if (!/[\u3400-\u9fff]/.test(data) || holder.closest("script, style, datalist, [lang^=zh]:not(html)")) continue;
        if (holder.checkVisibility()) found.push(data.trim());
    }
    return found;
}"""


def english(words: str) -> str:
    with translation.override("en"):
        return translation.gettext(words)


class Reader:
    """`here` is what a screen reader says of the place of the focus."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.tree = page.context.new_cdp_session(page)

    def here(self) -> tuple[str, str]:
        """Role and name in the browser's accessibility tree."""
        focus = self.tree.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]["objectId"]
        asked = {"objectId": focus, "fetchRelatives": False}
        node = self.tree.send("Accessibility.getPartialAXTree", asked)["nodes"][0]
        return str(node.get("role", {}).get("value", "")), str(node.get("name", {}).get("value", ""))

    def go(self, role: str, name: str, key: str = "Tab") -> None:
        """By one key, as often as it takes. `name`: the words of the program, or how the name begins."""
        wanted, heard = english(name) if name else "", []
        for _step in range(MOST_STEPS):
            said = self.here()
            if said[0] == role and said[1].startswith(wanted):
                return
            heard.append(said)
            self.page.keyboard.press(key)
        raise AssertionError(f"{key} leads to no {role} “{wanted}”, but to {sorted(set(heard))}")

    def press(self, role: str, name: str) -> None:
        """What leads to another page."""
        self.go(role, name)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, name: str, words: str, role: str = "textbox") -> None:
        self.go(role, name)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(words)

    def tick(self, name: str) -> None:
        self.go("checkbox", name)
        self.page.keyboard.press("Space")

    def pick(self, name: str) -> None:
        """One of the next group of radio buttons: Tab leads into it, arrows through it."""
        self.go("radio", "")
        self.go("radio", name, key="ArrowDown")
        self.page.keyboard.press("Space")

    def hears(self, words: str) -> None:
        expect(self.page.get_by_role("main")).to_contain_text(english(words))

    def look(self, *own: str) -> None:
        """Nothing that only eyes find, nothing pushed out by large letters, and no Chinese but what is marked as such or somebody's `own`."""
        assert (faults := accessibility_faults(self.page)) == [], faults
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{self.page.url} scrolls"
        assert self.page.evaluate("[document.documentElement.lang, document.documentElement.dataset.type]") == [
            "en",
            "large",
        ]
        theirs = re.compile("|".join(map(re.escape, own)) or "$^")
        left = [one for one in self.page.evaluate(LEFT_IN_CHINESE) if CHINESE.search(theirs.sub("", one))]
        assert left == [], f"{self.page.url}: {left}"


def as_a_foreigner(client: Client) -> str:
    """The session of somebody who has chosen English and large type."""
    client.post("/preferences/language/en")
    client.post("/preferences/type_size/large")
    return client.cookies["nanhu_session"].value


@contextmanager
def reading(url: str, cookie: str, size: str = "phone") -> Iterator[Reader]:
    width, height = SIZES[size]
    faults: list[str] = []
    with open_browser() as chromium:
        context = chromium.new_context(base_url=url, viewport={"width": width, "height": height}, locale="en-GB")
        context.add_cookies([{"name": "nanhu_session", "value": cookie, "url": url}])
        page = context.new_page()
        page.on("pageerror", lambda told: faults.append(str(told)))
        on_console_error(page, faults.append)
        yield Reader(page)
    assert faults == []
