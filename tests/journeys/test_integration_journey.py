"""An integrator takes a strange server's number and page in by forms alone, another agrees, and a student has them on the phone."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from nanhu.kernel.clock import campus_today
from nanhu.kernel.configuration import configuration
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.integrations import calling, living
from nanhu.platforms.portal.models import Integration, IntegrationRelease
from nanhu.platforms.portal.systems import watching
from nanhu.platforms.portal.tests.conftest import TEST, join, signed_in
from nanhu.platforms.portal.tests.vendor import Vendor
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import on_console_error, open_browser
from tests.journeys.kiosks import beside

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def school() -> dict[str, str]:
    join("林小雨", student="20240518")
    join("陈思远", staff="T00317")
    for number, name in {"T00801": "吴工", "T00802": "郑工"}.items():
        join(name, staff=number, roles=("portal.integrator",))
    unit, head = people.unit_ids_by_code(["08"])["08"], people.find_person_by_campus_no("T00317")
    people.appoint(
        by=TEST, unit_id=unit, office="head", person_id=head, starts_on=campus_today(), ends_on=None, document="任〔1〕"
    )
    living.read_anew()
    return {one: signed_in(one).cookies["nanhu_session"].value for one in ("20240518", "T00801", "T00802")}


def test_a_strange_server_is_taken_in_by_forms_and_stands_on_the_phone(live_server, monkeypatch):
    changed = replace(configuration(), demo=False, outgoing_networks="127.0.0.0/8,::1")
    monkeypatch.setattr("nanhu.kernel.outgoing.configuration", lambda: changed)
    monkeypatch.setattr(calling, "hosts", lambda what: ("localhost:*" if what == "campus_hosts" else "localhost",))
    vendor, cookies, faults = Vendor(), school(), []
    loans = vendor.says("/loans", '{"count": 3, "note": "最近 12月3日 到期"}')
    bus = vendor.says(
        "/bus",
        "<!doctype html><html lang='zh'><title>班车</title><main><h1>班车</h1></main></html>",
        Content_Type="text/html; charset=utf-8",
    )
    with open_browser() as chromium:

        def at(size, number):
            width, height = SIZES[size]
            context = chromium.new_context(
                base_url=live_server.url, viewport={"width": width, "height": height}, locale="zh-CN"
            )
            context.add_cookies([{"name": "nanhu_session", "value": cookies[number], "url": live_server.url}])
            page = context.new_page()
            page.on("pageerror", lambda told: faults.append(str(told)))
            on_console_error(page, faults.append)
            return page

        def head_of(page, kind, key, name, address):
            page.goto(f"/integrations/new/{kind}/")
            page.get_by_label("代号").fill(key)
            page.get_by_label("名称", exact=True).fill(name)
            page.get_by_label("负责单位").fill("08 计算机学院")
            page.get_by_label("负责岗位").select_option("head")
            page.get_by_label("地址", exact=True).fill(address)

        def tried(page):
            page.get_by_role("button", name="开始试用").click()
            for _time in range(3):
                page.get_by_role("link", name="试一次").click()
                page.get_by_role("button", name="试一次").click()
                expect(page.get_by_text("试通了")).to_be_visible()
                page.get_by_role("link", name="取消").click()
            page.get_by_role("button", name="上线").click()

        keeper = at("phone", "T00801")
        keeper.goto("/integrations/")
        look_at(keeper, "integrations")
        head_of(keeper, "data", "loans", "在借图书", f"{loans}?no={{campus_no}}")
        keeper.get_by_label("带上这个人的什么").select_option("number")
        keeper.get_by_label("数字在哪里").fill("/count")
        keeper.get_by_label("说明在哪里").fill("/note")
        look_at(keeper, "integration-new")
        keeper.get_by_role("button", name="提交").click()
        tried(keeper)
        expect(keeper.get_by_text("等另一人复核").first).to_be_visible()
        head_of(keeper, "page", "bus", "班车时刻", bus)
        keeper.get_by_label("怎样打开").select_option("frame")
        keeper.get_by_role("button", name="提交").click()
        tried(keeper)
        expect(keeper.get_by_text("已上线。")).to_be_visible()

        asked = beside(lambda: IntegrationRelease.objects.get().public_id)
        second = at("phone", "T00802")
        second.goto(f"/integrations/releases/{asked}/")
        look_at(second, "integration-release")
        second.get_by_role("button", name="同意办理").click()

        student = at("phone", "20240518")
        student.goto("/")
        expect(student.get_by_text("最近 12月3日 到期")).to_be_visible()
        look_at(student, "home-with-integrations")
        student.goto("/apps/bus/page/")
        expect(student.frame_locator("iframe").get_by_role("heading", name="班车")).to_be_visible()
        beside(watching.watch)
        student.goto("/systems/")
        expect(student.get_by_text("近 30 天可用 100.0%").first).to_be_visible()
        look_at(student, "systems")
        student.goto("/weather/")
        look_at(student, "weather")
    vendor.close()
    assert faults == []
    assert beside(lambda: Integration.objects.filter(state="live").count()) == 2
