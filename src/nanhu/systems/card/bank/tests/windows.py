"""A window of a real browser, at a phone's size and at a desk's; how a page in it looks is judged by axe and kept as a picture on demand."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections
from playwright.sync_api import Page

from nanhu.testing.accessibility import accessibility_faults
from nanhu.testing.browsers import open_browser

SIZES = {"phone": (390, 844), "desk": (1440, 900)}
PICTURES = os.environ.get("NANHU_PICTURES", "")


@contextmanager
def open_window(size: tuple[int, int], address: str) -> Iterator[tuple[Page, list[str]]]:
    """The page, and what the browser complained of."""
    faults: list[str] = []
    with open_browser() as chromium:
        width, height = size
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN", base_url=address)
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        yield page, faults
        connections.close_all()  # beside the browser's loop the test has a connection of its own


def look_at(page: Page, name: str, *, settled_ms: int, full_page: bool = False) -> None:
    page.wait_for_timeout(settled_ms)
    found = accessibility_faults(page)
    assert not found, f"{name}: {found}"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} scrolls sideways"
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{page.viewport_size['width']}.png", full_page=full_page)
