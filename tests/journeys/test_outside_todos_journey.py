"""To-dos of the OA, a program of its own: pushed by its key, seen on the phone, opened where they are dealt with, gone when they are done."""

import os
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from nanhu.emulators.office.desk import DOCUMENTS
from nanhu.platforms.flows.models import OutsideTodo
from nanhu.platforms.flows.services import outside
from nanhu.platforms.flows.sources import KEEPER
from nanhu.platforms.flows.tests.conftest import PASSWORD, SYSTEM, flows_of_tests, make_school
from nanhu.platforms.identity import api as identity
from nanhu.platforms.openapi import api as openapi
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import open_browser, sign_in_by_form
from nanhu.testing.patience import PATIENCE_SECONDS

__all__ = ["flows_of_tests"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
OFFICE = "https://oa.example.edu.cn"


@pytest.fixture
def campus(live_server, flows_of_tests):
    """Filled before Playwright starts: inside its event loop Django would open a connection that nobody closes."""
    school = make_school()
    account = identity.account_of(school["T5"])
    identity.grant_role(by=SYSTEM, account_id=account.pk, role=KEEPER)
    order = openapi.VendorOrder(company="致远", contact="刘工", scopes=("flows.todos",), addresses=("127.0.0.1/32",))
    vendor = openapi.register_vendor(by=SYSTEM, order=order)
    outside.register(by=SYSTEM, key="oa", name="办公系统", vendor=vendor, origin=OFFICE)
    key = openapi.make_key(by=SYSTEM, vendor=vendor, mode="live", name="OA").text
    return live_server.url, key


def run(campus, *command):
    """The program in a process of its own; what it printed."""
    url, key = campus
    surroundings = {**os.environ, "NANHU_URL": url, "NANHU_KEY": key, "NANHU_SOURCE": "oa", "NANHU_OFFICE": OFFICE}
    done = subprocess.run(
        [sys.executable, "-m", "nanhu.emulators.office.todos", *command],
        env=surroundings | {"no_proxy": "*"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def sign_in(browser, url, who, size):
    width, height = SIZES[size]
    page = browser.new_context(base_url=url, viewport={"width": width, "height": height}, locale="zh-CN").new_page()
    sign_in_by_form(page, who, PASSWORD)
    return page


@pytest.mark.capability("A028.1")
def test_documents_of_the_office_are_pushed_seen_and_completed(campus):
    assert run(campus, "push", "T1").count("applied") == len(DOCUMENTS)
    assert run(campus, "push", "T1").count("applied") == len(DOCUMENTS), "the same deed again gets the same answer"
    assert run(campus, "push", "T404", "--sequence", "2").count("applied") == len(DOCUMENTS), (
        "no word of who is unknown"
    )
    assert run(campus, "push", "T1", "--sequence", "3").count("applied") == len(DOCUMENTS)
    with open_browser() as browser:
        phone = sign_in(browser, campus[0], "T1", "phone")
        phone.click("nav.bottom a:has-text('待办')")
        expect(phone.locator("main")).to_contain_text("关于做好2026年冬季安全工作的通知")
        expect(phone.locator("main")).to_contain_text("办公系统")
        phone.locator("main a:has-text('冬季安全工作')").click(trial=True)  # the card's own link does not cover it
        look_at(phone, "flows-todo-outside")
        phone.click("main a:has-text('去办理')")
        expect(phone.locator("main tbody tr")).to_have_count(len(DOCUMENTS))
        link = phone.locator("main a:has-text('冬季安全工作')")
        expect(link).to_have_attribute("href", f"{OFFICE}/documents/0")
        look_at(phone, "flows-outside")

        assert run(campus, "done").count("applied") == len(DOCUMENTS)
        phone.reload()
        expect(phone.locator("main")).to_contain_text("没有别的系统的待办")

        keeper = sign_in(browser, campus[0], "T5", "desk")
        keeper.goto("/flows/keeping/")
        expect(keeper.locator("main")).to_contain_text("办公系统")
        look_at(keeper, "flows-sources")
    assert OutsideTodo.objects.filter(state="done", is_ended=True).count() == len(DOCUMENTS)
