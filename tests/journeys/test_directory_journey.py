"""校内电话 on a phone: who has duty now, one's own duty, and an exchange that a colleague agrees to."""

from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from nanhu.kernel.clock import campus_time, now
from nanhu.platforms.people import api as people
from nanhu.services.directory.services import duties
from nanhu.services.directory.services.duties import Shift
from nanhu.services.directory.tests.conftest import make_school
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import open_browser

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def put(school, number, *, hours):
    begins_at = campus_time(now()) + timedelta(hours=hours)
    shift = Shift(
        unit_id=school.units["20"],
        day=begins_at.date(),
        begins_at=begins_at,
        ends_at=begins_at + timedelta(hours=8),
        task="值班",
        person_id=people.find_person_by_campus_no(number),
        phone="8703568",
    )
    return duties.add(by=school.actor("T0001"), shift=shift)


def test_a_colleague_agrees_to_an_exchange(live_server):
    school = make_school()
    school.phone("报销大厅", hours="08:30-12:00 14:30-17:30")
    put(school, "T0004", hours=-2)
    mine, theirs = put(school, "T0002", hours=30), put(school, "T0003", hours=60)
    asked = {"token": str(uuid4()), "taken": str(theirs.public_id), "reason": "那天要开会"}
    school.client("T0002").post(f"/directory/duty/mine/{mine.public_id}/exchange/", asked)
    width, height = SIZES["phone"]
    cookie = school.client("T0003").cookies["nanhu_session"].value
    with open_browser() as chromium:
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, locale="zh-CN"
        )
        context.add_cookies([{"name": "nanhu_session", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto("/directory/")
        expect(page.get_by_text("钱科长")).to_be_visible()
        look_at(page, "directory-phones")
        page.get_by_role("link", name="今天和以后谁值班").click()
        expect(page.get_by_text("王秘书")).to_be_visible()
        look_at(page, "directory-duty")
        page.goto("/directory/duty/calendar/")
        look_at(page, "directory-duty-calendar")
        page.goto("/directory/duty/mine/")
        expect(page.get_by_text("那天要开会")).to_be_visible()
        look_at(page, "directory-mine")
        page.get_by_role("button", name="同意换").click()
        expect(page.get_by_text("已换班").first).to_be_visible()
        expect(page.get_by_text("那天要开会")).to_have_count(0)
    mine.refresh_from_db()
    assert mine.person_name == "赵老师"
