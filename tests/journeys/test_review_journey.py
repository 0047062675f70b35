"""待核对 in a real browser: whoever decides sees both, what differs and the buttons at one glance, and decides by a line and a press."""

import pytest
from playwright.sync_api import expect

from nanhu.platforms.datahub.models import Review
from nanhu.platforms.datahub.tests.conftest import brought_in, enrolled, register, student, with_units
from nanhu.testing import sessions
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import open_browser
from tests.journeys.kiosks import beside

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PASSPORT = {"证件类型": "护照", "国籍地区": "俄罗斯", "name": "Anna Petrova"}
GLANCE = {"width": 1366, "height": 768}
"""The screen of an office's laptop."""


@pytest.mark.capability("A004.5")
def test_a_pair_is_decided_at_one_glance_by_a_line_and_a_press(live_server):
    with_units()
    brought_in(register(student(document="E12345678", **PASSPORT)))
    brought_in(register(student(no="14231100002", document="E12345687", **PASSPORT)))
    steward = sessions.signed_in(enrolled("管数据", "0020209001", "datahub.steward"))
    with open_browser() as chromium:
        context = chromium.new_context(base_url=live_server.url, viewport=GLANCE, locale="zh-CN")
        context.add_cookies(
            [{"name": "nanhu_session", "value": steward.cookies["nanhu_session"].value, "url": live_server.url}]
        )
        page = context.new_page()
        page.goto("/datahub/reviews/")
        page.get_by_role("rowheader").get_by_role("link").click()
        main = page.get_by_role("main")
        expect(main.get_by_role("table", name="逐项比较")).to_contain_text("第 8、9 位对调")
        wanted = [
            main.get_by_role("table", name="逐项比较"),
            main.get_by_label("依据"),
            *(main.get_by_role("button", name=name) for name in ("14231100001", "14231100002", "不是同一人")),
        ]
        for one in wanted:
            box = one.bounding_box()
            assert box is not None
            assert 0 <= box["y"] <= box["y"] + box["height"] <= GLANCE["height"], f"{one}: nobody has to scroll"
        look_at(page, "datahub-review")
        main.get_by_label("依据").fill("护照原件")
        main.get_by_role("button", name="14231100001").click()
        expect(page.get_by_text("已归并为一人")).to_be_visible()
        page.set_viewport_size({"width": SIZES["phone"][0], "height": SIZES["phone"][1]})
        look_at(page, "datahub-review-phone")
    assert beside(lambda: Review.objects.get().state) == Review.State.SAME
