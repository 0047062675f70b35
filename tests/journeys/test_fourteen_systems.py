"""One sign-in opens fourteen systems, one sign-out closes them all, and the ledger shows it (A002)."""

import re

import pytest
from playwright.sync_api import Page, expect

from nanhu.emulators.systems.catalogue import SYSTEMS
from nanhu.sample.cast import CAST
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from tests.conftest import Campus

pytestmark = pytest.mark.journey
TEACHER = CAST["teacher"]


def fourteen(campus: Campus) -> dict[str, str]:
    """Names and addresses, as a bookmark would have them."""
    origin = f"http://localhost:{campus.port('systems')}"
    return {"OA 办公系统": f"http://localhost:{campus.port('office')}/"} | {
        one.name: f"{origin}/{one.key}/" for one in SYSTEMS
    }


def is_asked_to_sign_in(page: Page, campus: Campus) -> bool:
    return page.url.startswith(f"{campus.url}/cas/login") and page.locator("input[type=password]").count() > 0


@pytest.mark.capability("A002.1", "A002.2")
def test_one_sign_in_opens_fourteen_systems_and_one_sign_out_closes_them(campus, visit):
    systems = fourteen(campus)
    assert len(systems) == 14
    visitor = visit("desk")
    page = visitor.page
    page.goto(next(iter(systems.values())))
    assert is_asked_to_sign_in(page, campus)

    visitor.sign_in(campus.url, TEACHER.campus_no, SAMPLE_PASSWORD)
    page.goto(f"{campus.url}/apps/")
    menu = {link.inner_text().strip(): link.get_attribute("href") for link in page.locator("main a").all()}
    for name, address in systems.items():
        assert any(name in text and href is not None for text, href in menu.items()), name
        page.goto(address)
        assert page.url == address
        expect(page.locator("header")).to_contain_text(name)
        expect(page.locator("body")).to_contain_text(TEACHER.name)
        assert page.locator("input[type=password]").count() == 0

    page.goto(f"{campus.url}/me/")
    page.locator("main form[action='/sign-out'] button").click()
    page.wait_for_url(f"{campus.url}/signed-out")
    ledger = page.locator(".ledger li")
    expect(ledger).to_have_count(14)
    expect(ledger.filter(has_text=re.compile("已退出|已通知"))).to_have_count(14)
    expect(page.locator("progress")).to_have_attribute("value", "14")
    for name in systems:
        expect(ledger.filter(has_text=name)).to_have_count(1)
    visitor.look()
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.look()

    for address in systems.values():
        page.goto(address)
        assert is_asked_to_sign_in(page, campus), address
