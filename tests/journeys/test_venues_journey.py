"""A student books a hall on the phone: the overview, the week, a tap, the form; the head agrees; the sign at the door. Hours of a
festival week are given by lot."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from playwright.sync_api import expect

from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.draw.services import close_due
from nanhu.platforms.flows.models import Task
from nanhu.services.venues.models import Booking
from nanhu.services.venues.queries import moment_at
from nanhu.services.venues.services import drawing
from nanhu.services.venues.services.booking import Order
from nanhu.services.venues.tests.conftest import in_days, make_school
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import on_console_error, open_browser
from tests.journeys.kiosks import beside

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


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
            on_console_error(page, faults.append)
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


def prepared(school, hall):
    """A draw that was opened three days ago, in which two came in, and whose value has been known for an hour."""
    moment, day = now(), in_days(22)
    slots = [(moment_at(day, begins), moment_at(day, begins + 180)) for begins in (540, 840)]
    order = Order(use="hall", title="毕业晚会", purpose="演出", headcount=80)
    with time_machine.travel(moment - timedelta(days=3)):
        found = drawing.open_for(
            by=school.actor("O1"),
            venue=hall,
            title="毕业季",
            hours=slots,
            value_name="收盘",
            value_form=r"\d{4}\.\d{2}",
            closes_at=moment - timedelta(hours=2),
            value_known_at=moment - timedelta(hours=1),
            publish_by=moment + timedelta(days=1),
            token=uuid4(),
        )
        for number in ("S1", "S2"):
            drawing.enter(
                by=school.actor(number), person_id=school[number], found=found, order=order, wishes=found.slots
            )
    with time_machine.travel(moment - timedelta(minutes=110)):
        close_due()
    return found.public_id


def test_hours_of_a_festival_week_are_drawn(live_server):
    school = make_school()
    hall = school.venue("b1.1", "报告厅", uses=["hall"], set_up=30, clear_up=30)
    cookies = {one: school.client(one).cookies["nanhu_session"].value for one in ("S1", "K1", "O1")}
    noon = moment_at(in_days(3), 720)
    faults = []
    with open_browser() as chromium:

        def reader(number, size):
            width, height = SIZES[size]
            context = chromium.new_context(
                base_url=live_server.url, viewport={"width": width, "height": height}, locale="zh-CN"
            )
            context.set_default_timeout(20_000)
            context.add_cookies([{"name": "nanhu_session", "value": cookies[number], "url": live_server.url}])
            page = context.new_page()
            page.on("pageerror", lambda told: faults.append(str(told)))
            return page

        office = reader("O1", "desk")
        office.goto(f"/venues/desk/venues/{hall.public_id}/draw/")
        look_at(office, "draw-open")
        said = {
            "title": "艺术节周",
            "first_day": in_days(20).isoformat(),
            "last_day": in_days(20).isoformat(),
            "hours": "09:00-12:00 14:00-17:00",
            "value_name": "上证指数收盘",
            "value_form": r"\d{4}\.\d{2}",
            "closes_at": f"{campus_time(noon):%Y-%m-%dT%H:%M}",
            "value_known_at": f"{campus_time(noon + timedelta(hours=3)):%Y-%m-%dT%H:%M}",
            "publish_by": f"{campus_time(noon + timedelta(hours=30)):%Y-%m-%dT%H:%M}",
        }
        for name, value in said.items():
            office.locator(f"[name={name}]").fill(value)
        office.get_by_role("button", name="开始报名").click()
        expect(office.get_by_text("0 人报名")).to_be_visible()
        look_at(office, "draw-kept")
        student = reader("S1", "phone")
        student.goto("/venues/draws/")
        look_at(student, "draws")
        student.get_by_role("link", name="艺术节周").click()
        look_at(student, "draw")
        student.get_by_role("link", name="填抽签志愿").click()
        for name, value in {"title": "话剧", "purpose": "演出", "headcount": "80"}.items():
            student.locator(f"[name={name}]").fill(value)
        look_at(student, "draw-enter")
        student.get_by_role("button", name="报名", exact=True).click()
        expect(student.get_by_text("我的抽签码（只有您看得到）")).to_be_visible()
        look_at(student, "draw-entered")

        closed = beside(lambda: prepared(school, hall))
        for page in (reader("K1", "phone"), office):
            page.goto(f"/venues/desk/draws/{closed}/")
            page.get_by_role("link", name="填公开数").click()
            page.locator("[name=value]").fill("3512.44")
            page.get_by_role("button", name="提交", exact=True).click()
            page.wait_for_url(f"**/venues/desk/draws/{closed}/")
        office.get_by_role("button", name="公布密数，抽签").click()
        expect(office.get_by_text("已公布密数，抽好了")).to_be_visible()
        look_at(office, "draw-drawn")
        student.goto(f"/venues/draws/{closed}/")
        expect(student.get_by_text("抽中").first).to_be_visible()
        look_at(student, "draw-won")
    assert faults == []
    won = beside(lambda: sorted(Booking.objects.values_list("application__person_id", flat=True)))
    assert won == sorted([school["S1"], school["S2"]])
