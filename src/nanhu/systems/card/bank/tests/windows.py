"""A phone in a real browser; what is on it is looked at, as a desk would show it, too, and kept as pictures on demand."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from playwright.sync_api import Page

from nanhu.testing import accessibility
from nanhu.testing.browsers import on_console_error, open_browser, settle


@contextmanager
def open_window(address: str) -> Iterator[tuple[Page, list[str]]]:
    """The page, and what the browser complained of."""
    faults: list[str] = []
    with open_browser() as chromium:
        width, height = accessibility.SIZES["phone"]
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN", base_url=address)
        page = context.new_page()
        on_console_error(page, faults.append)
        page.on("pageerror", lambda error: faults.append(str(error)))
        yield page, faults
        connections.close_all()  # beside the browser's loop the test has a connection of its own


def look_at(page: Page, name: str) -> None:
    settle(page)
    accessibility.look_at(page, name)
