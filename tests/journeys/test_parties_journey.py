"""A teacher checks an invoice on the phone, and the engineer sees which parties answer, in the look of the house by day and by night."""

import pytest
from playwright.sync_api import expect

from nanhu.kernel.clock import campus_today
from nanhu.kernel.files.tests.conftest import data_folder
from nanhu.platforms.parties.tests.conftest import ENGINEER_NO, TEACHER_NO, lines_file, outside, staff, work
from nanhu.platforms.parties.tests.test_asking import NUMBER
from nanhu.platforms.parties.tests.test_batches import BAD_ID, declared, person
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import open_browser
from nanhu.testing.sessions import signed_in
from tests.journeys.kiosks import beside

__all__ = ["data_folder", "lines_file", "outside", "staff"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_an_invoice_is_checked_on_the_phone_and_the_engineer_sees_who_answers(live_server, outside, staff):
    outside("invoices")
    outside("tax")
    cookies = {one: signed_in(one).cookies["nanhu_session"].value for one in (ENGINEER_NO, TEACHER_NO)}
    batch = declared(rows=[person("T1"), person("T2", id_number=BAD_ID)])
    with open_browser() as chromium:

        def at(size, number):
            width, height = SIZES[size]
            context = chromium.new_context(
                base_url=live_server.url, viewport={"width": width, "height": height}, locale="zh-CN"
            )
            context.add_cookies([{"name": "nanhu_session", "value": cookies[number], "url": live_server.url}])
            return context.new_page()

        teacher = at("phone", TEACHER_NO)
        teacher.goto("/parties/invoices/check/")
        teacher.get_by_label("发票号码").fill(f"{NUMBER}1")
        teacher.get_by_label("开票日期").fill(campus_today().isoformat())
        teacher.get_by_label("金额").first.fill("6999")
        look_at(teacher, "invoice-check")
        teacher.get_by_role("button", name="查验").click()
        expect(teacher.get_by_text("等待答复")).to_be_visible()
        beside(lambda: work(2))
        teacher.reload()
        expect(teacher.get_by_text("有效", exact=True)).to_be_visible()
        look_at(teacher, "invoice-checks")
        engineer = at("desk", ENGINEER_NO)
        engineer.goto("/parties/")
        expect(engineer.get_by_text("已接")).to_have_count(2)
        for size in ("desk", "phone"):
            page = at(size, ENGINEER_NO)
            for name, path in {"": "", "-inquiries": "inquiries/", "-batch": f"batches/{batch.public_id}/"}.items():
                page.goto(f"/parties/{path}")
                look_at(page, f"parties{name}")
        expect(page.get_by_text("没办成")).to_be_visible()
