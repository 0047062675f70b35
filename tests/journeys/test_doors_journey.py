"""Doors in a real browser: cards at the reader, the network plug, an emergency; the guard's, the manager's and the holder's pages."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from nanhu.emulators.doors.web import DoorsApplication
from nanhu.platforms.access.models import Passage
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.doors.tests.conftest import hang_doors, put
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.tests.conftest import CAST, PASSWORD, SYSTEM, bring_in_the_cast
from nanhu.testing.accessibility import accessibility_faults, sideways_faults
from nanhu.testing.browsers import on_console_error
from tests.journeys import test_card_journey
from tests.journeys.kiosks import DESK, beside, late_looks, serving_site, write

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
chromium, sign_in = test_card_journey.chromium, test_card_journey.sign_in
PICTURES = os.environ.get("NANHU_PICTURES", "")


@pytest.fixture
def campus(live_server, tmp_path) -> Iterator[Any]:
    """Before Playwright starts: inside its event loop Django would open a connection that nobody closes."""
    campus = bring_in_the_cast()
    campus.url = live_server.url
    for _name, _kind, campus_no, _category in CAST.values():
        identity_sample.set_password_for_sample(by=SYSTEM, campus_no=campus_no, password=PASSWORD)
    for part, role in (("second_clerk", "access.guard"), ("clerk", "access.manager")):
        identity.grant_role(by=SYSTEM, account_id=campus.actor(part).account_id, role=role)
    campus.uids = {part: campus.card(part).uid for part in CAST}
    hang_doors()
    put("library", holder_class="student")
    write(
        tmp_path / "doors.json",
        {
            "services": live_server.url,
            "school": "南湖大学",
            "terminals": [
                {"number": one.number, "key": one.key, "place": one.place}
                for one in Terminal.objects.filter(kind="door").order_by("-place")
            ],
            "cards": [{"uid": campus.uids[part], "name": CAST[part][0], "campus_no": CAST[part][2]} for part in CAST],
        },
    )
    with serving_site(DoorsApplication(tmp_path / "doors.json", beats=False)) as doors:
        campus.doors = doors
        yield campus


def look(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"doors-{name}.png", full_page=True)
    assert [*accessibility_faults(page), *sideways_faults(page)] == []


@contextmanager
def at_door(campus: Any, chromium: Any, number: str = "ML01") -> Iterator[Page]:
    faults: list[str] = []
    page = chromium.new_context(viewport=DESK, locale="zh-CN").new_page()
    on_console_error(page, faults.append)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{campus.doors}/?door={number}")
    expect(page.locator("#inside")).to_have_attribute("data-version", re.compile("[1-9]"))
    yield page
    page.context.close()
    assert faults == []


def lamp(page: Page, state: str, words: str) -> None:
    expect(page.locator("#frame")).to_have_attribute("data-lamp", state)
    expect(page.locator("#says")).to_have_text(words)


def lay(page: Page, uid: str) -> None:
    page.locator(f'#cards [data-uid="{uid}"]').click()


@pytest.mark.capability("A100.5", "A100.6")
def test_a_door_opens_and_refuses_goes_on_without_network_and_hears_an_emergency(campus, chromium, sign_in):
    with at_door(campus, chromium) as page:
        lay(page, campus.uids["student"])
        lamp(page, "open", "请进")
        expect(page.locator("#who")).to_have_text("林*满")
        look(page, "open")
        lay(page, campus.uids["teacher"])
        lamp(page, "refused", "您没有这里的通行权限")

        held = page.get_by_text(re.compile(r"第 \d+ 版，[1-9]\d* 张卡"))
        before = held.inner_text()
        beside(lambda: report_lost(by=SYSTEM, card=campus.card("other_student"), reason="掉了"))
        lay(page, campus.uids["other_student"])
        lamp(page, "refused", "这张卡已挂失")
        expect(held).not_to_have_text(before)  # its next poll: the list loses the card

        page.locator("#network").click()
        lay(page, campus.uids["student"])
        lamp(page, "open", "请进")
        lay(page, campus.uids["other_student"])
        lamp(page, "refused", "断网名单里没有这张卡")
        expect(page.locator("#inside")).to_have_attribute("data-stored", "2")
        look(page, "offline")
        page.locator("#network").click()
        expect(page.locator("#inside")).to_have_attribute("data-stored", "0")

        guard = sign_in("second_clerk", "desk")
        guard.goto("/card/doors/emergency/")
        guard.get_by_label("打开哪里的门").fill("library")
        guard.get_by_label("原因").fill("消防演练")
        guard.get_by_role("button", name="现在开门").click()
        lamp(page, "emergency", "紧急开门，请通行")
        expect(guard.get_by_text("1 扇已打开")).to_be_visible()
        look(guard, "emergency")
        guard.get_by_role("button", name="现在关门").click()
        expect(page.locator("#frame")).not_to_have_attribute("data-lamp", "emergency")
        for path in ("", "places/library/", "places/library/log/"):
            guard.goto(f"/card/doors/{path}")
            look(guard, f"guard-{path.replace('/', '-')}")
        expect(guard.locator("tbody tr")).to_have_count(5)
    rows = beside(
        lambda: list(Passage.objects.filter(is_offline=True).order_by("sequence").values_list("code", "is_opened"))
    )
    assert rows == [("allowed", True), ("no_rule", False)]


def test_what_the_page_asked_before_a_card_is_not_drawn_over_what_the_door_said_to_it(campus, chromium):
    """The page looks each second; on a slow line the answer to a look may come after the answer to the card."""
    with at_door(campus, chromium) as page, late_looks(page) as looks:
        lay(page, campus.uids["student"])
        lamp(page, "open", "请进")
        looks.let_arrive()
        assert page.locator("#frame").get_attribute("data-lamp") == "open"


def test_a_rule_is_previewed_at_the_desk_and_a_holder_reads_his_own_passages(campus, sign_in):
    manager = sign_in("clerk", "desk")
    for path in ("rules/", "rules/new/"):
        manager.goto(f"/card/doors/{path}")
        look(manager, path.replace("/", "-"))
    manager.get_by_label("地点").fill("library")
    manager.get_by_label("准许或禁止").select_option("0")
    manager.get_by_label("哪类卡").select_option("student:留学生")
    manager.get_by_label("依据").fill("图书馆来函")
    manager.get_by_role("button", name="预览影响范围").click()
    expect(manager.get_by_text("Amina Diallo")).to_be_visible()
    look(manager, "preview")
    own = sign_in("student", "desk")
    own.goto("/card/doors/mine/")
    look(own, "mine")
