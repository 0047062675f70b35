"""The bell on a phone: a message is read, how one is told is chosen, and a browser that signs out takes no more pushes."""

import pytest
from playwright.sync_api import expect

from nanhu.platforms.messages import api as messages
from nanhu.platforms.messages.tests.conftest import CAST, bring_in_the_cast
from nanhu.platforms.people import api as people
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import open_browser, wait_until
from nanhu.testing.sessions import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
A_SUBSCRIPTION = """
  navigator.setAppBadge = async (count) => localStorage.setItem("badge", count);
  PushManager.prototype.getSubscription = async function () {
    return { unsubscribe: async () => localStorage.setItem("unsubscribed", "yes") };
  };
"""


def test_a_student_hears_the_bell_reads_and_chooses_how_to_be_told(live_server):
    bring_in_the_cast()
    student = people.find_person_by_campus_no(CAST["student"][2])
    words = {"words": "报修已派工", "what": "FW2026-000012", "case": "0f9d5a6f-1d6c-4e0f-8bb0-9b1f5a2f6f0f"}
    messages.tell([student], "flows.progress", words)
    cookie = signed_in(CAST["student"][2]).cookies["nanhu_session"].value
    width, height = SIZES["phone"]
    with open_browser() as chromium:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            locale="zh-CN",
            service_workers="allow",
        )
        context.add_cookies([{"name": "nanhu_session", "value": cookie, "url": live_server.url}])
        context.add_init_script(A_SUBSCRIPTION)
        page = context.new_page()
        page.goto("/")
        bell = page.locator("a[href='/messages/']").first
        expect(bell).to_contain_text("1")
        wait_until(page, "localStorage.getItem('badge') === '1'")
        bell.click()
        expect(page.get_by_text("报修已派工").first).to_be_visible()
        look_at(page, "messages-list")
        page.get_by_role("button", name="全部标为已读").click()
        expect(page.locator(".is-unread")).to_have_count(0)

        page.goto("/messages/settings/")
        look_at(page, "messages-settings")
        page.get_by_label("并入每天汇总").first.check()
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_text("已保存。").first).to_be_visible()
        expect(page.get_by_label("并入每天汇总").first).to_be_checked()

        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.evaluate("document.querySelector('form[action$=\"sign-out\"]').submit()")
        page.wait_for_url("**/signed-out")
        wait_until(page, "localStorage.getItem('unsubscribed') === 'yes'")
