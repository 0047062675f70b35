"""A number of an invoice that another took (发票争议), in a real browser: contested with one's own file, compared side by side, set right."""

import re

import pytest
from playwright.sync_api import expect

from nanhu.systems.assets.tests.conftest import make_school
from nanhu.systems.assets.tests.test_contests import FORGED, TRUE, booked
from nanhu.systems.assets.tests.test_invoice_files import NUMBER, hand_in
from nanhu.testing.accessibility import look_at
from tests.journeys.test_assets_journey import fill, people, press, said

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_two_files_of_one_number_are_compared_and_one_of_them_stands(live_server):
    school = make_school()
    hand_in(school.client("T7"), FORGED)
    receipt = booked(school)
    with people(school, live_server, keeper=("T1", "phone"), office=("T5", "desk")) as (keeper, office):
        keeper.goto("/assets/unit/receipts/")
        keeper.get_by_role("link", name="发票号被占用").click()
        fill(keeper, 为什么以您这份为准="税务平台重新下载，查验有效")
        keeper.get_by_label(re.compile("^数电票")).set_input_files(
            {"name": "原件.xml", "mimeType": "text/xml", "buffer": TRUE}
        )
        look_at(keeper, "assets-contest-form")
        keeper.locator("main form").get_by_role("button").last.click()
        said(keeper, "等国资处核对")
        look_at(keeper, "assets-own-contests")
        keeper.get_by_role("link", name=re.compile(r"^\d{20}$")).first.click()
        expect(keeper.get_by_role("button", name="撤回")).to_be_visible()
        look_at(keeper, "assets-own-contest")
        office.goto("/assets/contests/")
        office.get_by_role("link", name=re.compile(r"^\d{20}$")).first.click()
        said(office, "假的公司")
        look_at(office, "assets-contest")
        press(office, "以后交的为准，原来的作废")
        said(office, "双方会收到消息")
        look_at(office, "assets-contest-judged")
        keeper.reload()
        keeper.get_by_role("link", name="用数电票开验收单").click()
        expect(keeper.get_by_label(re.compile("^发票号"))).to_have_value(NUMBER)
        office.get_by_role("link", name="登记更正").click()
        look_at(office, "assets-contest-correct")
        fill(office, 怎么更正的="已另行更正", 更正说明="补了正确的发票")
        office.locator("main form").get_by_role("button").last.click()
        said(office, "补了正确的发票")
        office.goto("/assets/office/?show=misinvoiced")
        said(office, "没有")
    assert receipt.flags.get().result == "corrected"
