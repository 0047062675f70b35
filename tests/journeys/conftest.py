"""Journeys: a real browser on a real campus, at a desk and on a phone. Complaints of the page's console fail the test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from nanhu.testing.accessibility import SIZES, accessibility_faults, each_view
from nanhu.testing.browsers import on_console_error, open_browser
from tests.conftest import second_code


@dataclass
class Visitor:
    """A browser window of one person on one device."""

    page: Page
    faults: list[str] = field(default_factory=list)
    excused: set[str] = field(default_factory=set)
    """Words of faults that the journey is about; the browser may tell of one long after the press."""

    def note(self, fault: str) -> None:
        if not any(words in fault for words in self.excused):
            self.faults.append(fault)

    def check_accessibility(self) -> None:
        found = accessibility_faults(self.page)
        assert not found, found

    def check_width(self) -> None:
        """Nothing may stick out sideways."""
        wide, room = self.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide <= room, f"{self.page.url} is {wide} wide in {room}"

    def look(self) -> None:
        self.check_accessibility()
        self.check_width()

    def look_at_both_sizes(self) -> None:
        """The page as it stands, at a desk and on a phone."""
        for _kind in each_view(self.page):
            self.look()

    def sign_in(self, url: str, campus_no: str, password: str) -> None:
        """With the second step, where it is asked for, by the code the sample phone shows."""
        self.page.goto(f"{url}/sign-in")
        self.page.get_by_label("账号", exact=True).fill(campus_no)
        self.page.get_by_label("密码", exact=True).fill(password)
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="登录", exact=True).click()
        if "/sign-in/second" in self.page.url:
            self.page.get_by_label("验证码", exact=True).fill(second_code(url, campus_no))
            with self.page.expect_navigation():
                self.page.get_by_role("button", name="验证并继续").click()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as chromium:
        yield chromium


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[str], Visitor]]:
    visitors: list[Visitor] = []

    def open_window(size: str = "desk", *, service_workers: Literal["allow", "block"] = "block") -> Visitor:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            accept_downloads=True,
            service_workers=service_workers,
        )
        visitor = Visitor(context.new_page())
        on_console_error(visitor.page, visitor.note)
        visitor.page.on("pageerror", lambda error: visitor.note(str(error)))
        visitors.append(visitor)
        return visitor

    yield open_window
    faults = [fault for visitor in visitors for fault in visitor.faults]  # closing cuts off what a page still fetches
    for visitor in visitors:
        visitor.page.context.close()
    assert not faults
