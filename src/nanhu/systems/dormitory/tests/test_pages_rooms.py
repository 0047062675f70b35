"""Logistics hands a month's bills in, another person agrees, and what could not be taken comes out: on their own screens."""

import io
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from nanhu.systems.card.funds.models import Deduction
from nanhu.systems.card.tests.conftest import queries_of
from nanhu.systems.dormitory.models import RoomList, RoomRollback
from nanhu.systems.dormitory.services import posting, returns
from nanhu.systems.dormitory.tests.rooms import (
    HEAD,
    PAGES,
    fresh,
    hand_in,
    line,
    month_named,
    pair,
    payee,
    this_month,
    with_office,
    with_third,
)


@pytest.fixture
def office(funds):
    """林小满 has 100.00, 赵一鸣 nothing."""
    funds.campus.top_up("student", 10_000)
    return with_office(funds)


def press(office, address, what, part="clerk", **said):
    return office.campus.client(part).post(f"{address}{what}/", said)


def charged(office, text=""):
    """From the list to the last share, as two clerks and the worker do it."""
    address = hand_in(office, text).url
    press(office, address, "submit")
    press(office, address, "approve", "second_clerk")
    posting.take_shares(batch_id=RoomList.objects.get().pk)
    return address


def page_of(office, address, part="clerk"):
    return office.campus.client(part).get(address).content.decode()


@pytest.mark.capability("A022.2", "A091.2")
@pytest.mark.parametrize("address", ["", "new/", "template.xlsx"])
def test_a_stranger_and_a_clerk_of_another_office_find_no_such_page(funds, address):
    for part in ("student", "clerk"):
        assert funds.campus.client(part).get(PAGES + address).status_code == 404


@pytest.mark.capability("A091.2")
def test_a_stranger_can_press_nothing(office):
    address = hand_in(office).url
    for what in (
        "submit",
        "discard",
        "approve",
        "refuse",
        "try-again",
        "undo",
    ):
        assert press(office, address, what, "student").status_code == 404
    assert office.campus.client("student").get(address).status_code == 404
    assert office.campus.client("student").get(address + "shares.csv").status_code == 404
    assert RoomList.objects.get().state == "checked"


def test_the_form_is_handed_out_empty_or_with_who_lived_where_last_time(office):
    client = office.campus.client("clerk")
    empty = load_workbook(io.BytesIO(client.get(PAGES + "template.xlsx").content)).active
    assert [cell.value for cell in empty[1]] == ["楼栋", "房间", "学工号", "姓名", "项目", "月份", "房间金额（元）"]
    charged(office)
    sheet = load_workbook(io.BytesIO(client.get(PAGES + "template.xlsx?last").content))
    assert [cell.value for cell in sheet.active[2]][:4] == ["南院15号楼", "301", "14231100001", "林小满"]
    for row in (2, 3):
        for column, text in ((5, "水费"), (6, this_month()), (7, 12.5)):
            sheet.active.cell(row=row, column=column, value=text)
    out = io.BytesIO()
    sheet.save(out)
    form = client.get(PAGES + "new/").context["form"]
    said = {"title": "水费", "token": str(form["token"].value()), "file": SimpleUploadedFile("x.xlsx", out.getvalue())}
    answer = client.post(PAGES + "new/", said)
    assert answer.status_code == 302, answer.content.decode()
    assert RoomList.objects.get(title="水费").sum_fen == 1_250


@pytest.mark.capability("A022.2")
def test_a_list_with_a_wrong_line_is_refused_as_a_whole_and_says_which(office):
    answer = hand_in(office, HEAD + pair() + line("999", "谁", room="302"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "整份没有收" in page
    assert "南院15号楼 302" in page
    assert "没有这个学工号，或已经离校" in page
    assert RoomList.objects.count() == 0


def test_a_file_that_is_no_list_says_what_is_needed(office):
    answer = hand_in(office, "完全,不是\n名册,啊\n")
    assert answer.status_code == 422
    assert "房间金额" in answer.content.decode()


def test_the_preview_shows_each_building_and_who_cannot_pay_before_anything_moves(office):
    address = hand_in(office).url
    page = page_of(office, address)
    assert "按现在的余额，有 1 笔共 ¥ 15.00 扣不到" in page
    assert "有 1 笔账的房间是第一次出现" in page
    assert "¥ 30.01" in page
    assert "赵一鸣" in page_of(office, address + "?show=short")
    assert "林小满" not in page_of(office, address + "?show=short")
    assert office.balance() == 10_000


@pytest.mark.capability("A091.2", "A022.2")
def test_the_author_sees_no_button_to_approve_and_cannot_press_it(office):
    address = hand_in(office).url
    press(office, address, "submit")
    assert "approve/" not in page_of(office, address)
    assert press(office, address, "approve").status_code == 409
    assert RoomList.objects.get().state == "submitted"


@pytest.mark.capability("A091.2", "A022.2")
def test_another_approves_and_what_could_not_be_taken_comes_out_as_a_file(office):
    address = charged(office)
    page = page_of(office, address, "second_clerk")
    assert "已扣款" in page
    assert "卡内余额不够" in page
    rows = b"".join(office.campus.client("clerk").get(address + "shares.csv?show=left").streaming_content).decode()
    rows = rows.replace('"', "")
    assert f"3,南院15号楼,301,14231200001,赵一鸣,电费,{this_month()},15.00,没扣到,卡内余额不够" in rows
    assert "林小满" not in rows


@pytest.mark.capability("A091.2", "A022.2")
def test_the_holder_finds_it_on_the_statement_by_its_name(office):
    charged(office)
    page = page_of(office, "/card/transactions/", "student")
    assert f"电费 · 南院15号楼 301 · {month_named()}" in page
    assert "15.01" in page


@pytest.mark.capability("A091.2")
def test_what_was_left_is_tried_again(office):
    address = charged(office)
    office.campus.top_up("other_student", 2_000)
    press(office, address, "try-again")
    posting.take_shares(batch_id=RoomList.objects.get().pk)
    assert payee() == 3_001
    assert press(office, address, "try-again").status_code == 409


def test_another_may_refuse_with_a_reason(office):
    address = hand_in(office).url
    press(office, address, "submit")
    assert press(office, address, "refuse", "second_clerk", answer="").status_code == 422
    press(office, address, "refuse", "second_clerk", answer="表抄错了")
    assert "表抄错了" in page_of(office, address)
    assert hand_in(office).status_code == 302


def asked_back(office, address, part="clerk", reason="电表读错"):
    """The page of the roll-back."""
    assert press(office, address, "undo", part, token=str(uuid4()), reason=reason).status_code == 302
    return f"/dormitory/rollbacks/{RoomRollback.objects.get(state='asked').public_id}/"


@pytest.mark.capability("A091.2", "A022.2")
def test_a_whole_list_goes_back_when_a_third_agrees(office):
    address = charged(with_third(office))
    assert "undo/" in page_of(office, address)
    assert press(office, address, "undo", token=str(uuid4()), reason="").status_code == 422
    case = asked_back(office, address)
    assert 'undo/"' not in page_of(office, address), "one at a time"
    for part in ("clerk", "second_clerk"):
        assert "approve/" not in page_of(office, case, part)
        assert press(office, case, "approve", part).status_code == 409, "neither of the two who brought it in"
    assert "同意退回 1 笔共 ¥ 15.01" in page_of(office, case, "teacher")
    assert press(office, case, "approve", "teacher").status_code == 302
    assert press(office, case, "approve", "teacher").status_code == 409
    returns.give_shares_back(batch_id=RoomList.objects.get().pk)
    assert "已全部退回" in page_of(office, address)
    assert "电表读错" in page_of(office, case)
    assert office.balance() == 10_000


def test_a_refused_return_says_why_and_may_be_asked_again(office):
    address = charged(with_third(office))
    case = asked_back(office, address)
    assert press(office, case, "refuse", "teacher", answer="").status_code == 422
    press(office, case, "refuse", "teacher", answer="照片上没错")
    assert all(said in page_of(office, case) for said in ("电表读错", "照片上没错", "陈志远"))
    assert fresh(RoomList.objects.get()).state == "posted"
    assert asked_back(office, address, reason="找到了旧照片") != case


@pytest.mark.capability("A091.2")
def test_one_share_goes_to_the_page_of_corrections_filled_in(office):
    address = charged(with_third(office))
    charge = RoomList.objects.get().shares.get(state="taken").charge_id
    receipt = Deduction.objects.get(bill=charge).receipt_id
    link = f"{reverse('card:corrections:ask')}?receipt={receipt}"
    assert link in page_of(office, address)
    assert "corrections" not in page_of(office, address, "teacher"), "who is no clerk of the card"
    assert f'value="{receipt}"' in page_of(office, link)


def test_pages_ask_a_bounded_number_of_queries(office):
    address = charged(office)
    for page in (PAGES, PAGES + "new/", address, address + "?show=left"):
        assert queries_of(office.campus.client("clerk"), page) <= 20


@pytest.mark.capability("A022.2")
def test_a_list_made_twice_by_one_form_is_one(office):
    client = office.campus.client("clerk")
    token = str(client.get(PAGES + "new/").context["form"]["token"].value())
    for _twice in range(2):
        file = SimpleUploadedFile("账单.csv", (HEAD + pair()).encode())
        answer = client.post(PAGES + "new/", {"title": "十月电费", "token": token, "file": file})
        assert answer.status_code == 302
    assert RoomList.objects.count() == 1
