"""A student books a hall on the phone: the overview, the week, a tap, the form; the head agrees; the sign at the door."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from playwright.sync_api import expect

from nanhu.platforms.flows.models import Task
from nanhu.services.venues.models import Booking
from nanhu.services.venues.tests.conftest import in_days, make_school
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import open_browser

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def beside(work):
    """Outside Playwright's loop, in which Django opens no connection."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: (work(), connection.close())[0]).result()


def test_a_tap_on_a_free_hour_books_it(live_server):
    school = make_school()
    hall = school.venue("b1.1", "报告厅", uses=["hall"], set_up=30, clear_up=30, equipment=["投影"])
    school.approved("S2", hall, 14, 16)
    cookies = {one: school.client(one).cookies["nanhu_session"].value for one in ("S1", "H1", "K1")}
    faults = []
    with open_browser() as chromium:

        def phone(number):
            width, height = SIZES["phone"]
            context = chromium.new_context(
                base_url=live_server.url, viewport={"width": width, "height": height}, locale="zh-CN"
            )
            context.add_cookies([{"name": "nanhu_session", "value": cookies[number], "url": live_server.url}])
            page = context.new_page()
            page.on("pageerror", lambda told: faults.append(str(told)))
            page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
            return page

        page = phone("S1")
        page.goto(f"/venues/?day={in_days(7)}")
        look_at(page, "venues")
        page.get_by_role("link", name=re.compile("报告厅 .*空 8 小时|报告厅 .*空 10 小时")).first.click()
        page.goto(f"/venues/{hall.public_id}/?day={in_days(7)}")
        look_at(page, "venue")
        page.get_by_role("link", name=re.compile(r"17:00 空")).first.click()
        look_at(page, "venue-apply")
        expect(page.get_by_label("从几点")).to_have_value("1020")
        page.get_by_label("活动名称").fill("读书会")
        page.get_by_label("用途", exact=True).fill("分享")
        page.get_by_label("人数").fill("40")
        page.get_by_role("button", name="提交申请").click()
        expect(page.get_by_text("时间先为您留着，等审批")).to_be_visible()
        look_at(page, "venue-booking")
        task = beside(lambda: Task.objects.filter(state="open").values_list("public_id", flat=True).get())
        head = phone("H1")
        head.goto(f"/flows/tasks/{task}/")
        expect(head.get_by_text("读书会").first).to_be_visible()
        keeper = phone("K1")
        for name, address in {
            "keys": "/venues/desk/",
            "kept": "/venues/desk/bookings/",
            "kept-venue": f"/venues/desk/venues/{hall.public_id}/",
            "venue-new": "/venues/desk/venues/new/",
            "sign": f"/venues/door/{hall.sign_key}/",
        }.items():
            keeper.goto(address)
            look_at(keeper, name)
    assert faults == []
    assert beside(lambda: Booking.objects.filter(state="held").count()) == 1
