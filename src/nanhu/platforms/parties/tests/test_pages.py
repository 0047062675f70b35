"""The engineer's desk and 发票查验, as any console; and what they show."""

import pytest

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.registry import Verdict
from nanhu.platforms.parties import desk as engineers
from nanhu.platforms.parties import invoice_desk
from nanhu.platforms.parties.models import Inquiry
from nanhu.platforms.parties.tests.conftest import ENGINEER_NO, TEACHER_NO, work
from nanhu.platforms.parties.tests.test_asking import NUMBER, work_by_doi
from nanhu.platforms.parties.tests.test_batches import declared, person
from nanhu.testing.pages import PageTests
from nanhu.testing.sessions import signed_in

BY = Actor.system("test")


class TestDesk(PageTests):
    desk = engineers.desk

    @pytest.fixture
    def holder(self, staff, data_folder):
        return signed_in(ENGINEER_NO)

    @pytest.fixture
    def stranger(self, staff):
        return signed_in(TEACHER_NO)

    def fill(self, count):
        start = Inquiry.objects.count()
        for number in range(start, start + count):
            work_by_doi(number + 1)
            declared(f"=1+{number}", [person(f"T{number}")])


class TestInvoices(PageTests):
    desk = invoice_desk.desk

    @pytest.fixture
    def holder(self, staff):
        return signed_in(TEACHER_NO)

    @pytest.fixture
    def stranger(self, cast):
        return cast.client("student")


@pytest.mark.django_db
def test_the_engineer_sees_who_is_set_up_who_answered_and_what_waits(outside, staff):
    outside("works")
    work_by_doi()
    work()
    outside("tax").fault("down")
    declared()
    work()
    page = signed_in(ENGINEER_NO).get("/parties/")
    rows = {one.key: one for one in engineers.standings()}
    assert (rows["works"].host != "", rows["works"].answered_at is not None, rows["works"].waiting) == (True, True, 0)
    assert (rows["tax"].waiting, "HTTP 503" in rows["tax"].error, rows["payroll"].host) == (1, True, "")
    text = page.content.decode()
    assert text.count("没有接") == 5
    assert "HTTP 503" in text


@pytest.mark.django_db
def test_a_file_of_lines_that_cannot_be_read_is_said(lines_file, staff):
    address = f"/parties/batches/{declared().public_id}/"
    assert f"{address}handed/" in signed_in(ENGINEER_NO).get(address).content.decode()
    for wrong in (
        "[nobody]\naddress = 'http://a'",
        "[works]",
        "[works]\naddress = 'ftp://a'",
        "works",
        "[works]\nurl='x'",
    ):
        lines_file.write_text(wrong)
        assert "NANHU_PARTIES_FILE" in signed_in(ENGINEER_NO).get("/parties/").content.decode()
        page = signed_in(ENGINEER_NO).get(address)
        assert page.status_code == 200
        assert f"{address}handed/" not in page.content.decode()
        assert engineers.check_lines().verdict == Verdict.FAIL


@pytest.mark.django_db
def test_a_teacher_checks_an_invoice_and_reads_the_answer(outside, staff):
    outside("invoices")
    teacher, colleague = signed_in(TEACHER_NO), signed_in(ENGINEER_NO)
    shown = teacher.get("/parties/invoices/check/", {"number": NUMBER + "8", "amount": "6999.00"}).content.decode()
    assert f'value="{NUMBER}8"' in shown
    form = {"number": f" {NUMBER[:10]} {NUMBER[10:]}8", "day": campus_today().isoformat(), "amount": "6999.00"}
    assert teacher.post("/parties/invoices/check/", form).status_code == 302
    assert "等待答复" in teacher.get("/parties/invoices/").content.decode()
    work()
    answered = teacher.get("/parties/invoices/").content.decode()
    assert "已作废" in answered
    assert "有效" not in answered.partition("<table")[2].partition("</table>")[0]
    assert NUMBER not in colleague.get("/parties/invoices/").content.decode()
    assert colleague.post("/parties/invoices/check/", form).status_code == 302
    assert "已作废" in colleague.get("/parties/invoices/").content.decode(), "asked once, and answered to both"
    assert Inquiry.objects.count() == 1
    assert teacher.post("/parties/invoices/check/", form | {"number": "12"}).status_code == 422


@pytest.mark.django_db
def test_an_engineer_does_not_wait(outside, staff, lines_file):
    inquiry = work_by_doi()
    work()
    inquiry.refresh_from_db()
    later = inquiry.due_at
    assert signed_in(ENGINEER_NO).post(f"/parties/inquiries/{inquiry.public_id}/now/").status_code == 302
    inquiry.refresh_from_db()
    assert inquiry.due_at < later
