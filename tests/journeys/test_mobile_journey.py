"""移动校园 on a phone: a student certifies by the QR page, sees that he is on the way, and finds the home without network until somebody signs out."""

import pytest
from playwright.sync_api import expect

from nanhu.services.mobile.tests.conftest import STUDENTS, last_code, make_school
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import open_browser, wait_until, wait_until_kept
from tests.journeys.kiosks import beside

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
NAME, PHONE, DOCUMENT = STUDENTS["S1"]
KEEPS = "caches.open('nanhu-pages-1').then(cache => cache.keys()).then(keys => keys.some(one => new URL(one.url).pathname === '/'))"
FORGETS = "caches.has('nanhu-pages-1').then(found => !found)"


def test_a_student_certifies_and_takes_the_portal_along(live_server):
    school = make_school()
    cookie = school.client("S1").cookies["nanhu_session"].value
    width, height = SIZES["phone"]
    with open_browser() as chromium:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            locale="zh-CN",
            service_workers="allow",
        )
        page = context.new_page()
        page.goto("/mobile/certify/")
        look_at(page, "mobile-certify")
        for label, value in (("学号", "S1"), ("姓名", NAME), ("身份证件号码", DOCUMENT), ("手机号", PHONE)):
            page.get_by_role("textbox", name=label).fill(value)
        for box in page.get_by_role("checkbox").all():
            box.check()
        page.get_by_role("button", name="发送验证码").click()
        expect(page.get_by_role("textbox", name="验证码")).to_be_visible()
        page.get_by_role("textbox", name="验证码").fill(beside(lambda: last_code(PHONE)))
        page.get_by_role("button", name="验证并继续").click()
        expect(page.get_by_text("身份核对无误")).to_be_visible()

        context.add_cookies([{"name": "nanhu_session", "value": cookie, "url": live_server.url}])
        page.goto("/mobile/")
        expect(page.get_by_text("解除绑定、撤回同意")).to_be_visible()
        look_at(page, "mobile-mine")

        wait_until_kept(page)
        page.goto("/")
        wait_until(page, KEEPS)
        context.set_offline(True)
        page.goto("/")
        expect(page.locator(".as-of")).to_contain_text("离线")
        context.set_offline(False)
        page.goto("/")
        page.evaluate("document.querySelector('form[action$=\"sign-out\"]').submit()")
        wait_until(page, FORGETS)
