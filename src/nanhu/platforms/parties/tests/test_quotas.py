"""Quotas by a sheet (指标表): checked as a whole, agreed to by a second person; what the treasury says itself is not changed by it."""

import json

import pytest
from django.db import DatabaseError, transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.outgoing import Document
from nanhu.kernel.sheets.writing import WORKBOOK
from nanhu.platforms.identity import api as identity
from nanhu.platforms.parties import api as parties
from nanhu.platforms.parties import jobs, sample
from nanhu.platforms.parties.adapters import quotas
from nanhu.platforms.parties.models import QuotaLine, QuotaList, QuotaListRow
from nanhu.platforms.parties.quota_desk import desk
from nanhu.platforms.parties.quota_sheet import QUOTAS, check_quotas
from nanhu.testing.members import grant, open_staff
from nanhu.testing.pages import IntakeTests
from nanhu.testing.sessions import signed_in

pytestmark = pytest.mark.django_db
HEADS = "指标编号,指标文号,年度,单位代码,支出功能分类代码,指标金额（元）,是否撤销\n"


def sheet(*rows):
    return HEADS + "".join(f"{row}\n" for row in rows)


@pytest.fixture
def office(db):
    open_staff({"F1": "罗敏", "F2": "吴建国", "F3": "陈志远"})
    grant("F1", ["parties.budget"])
    grant("F2", ["parties.budget"])
    grant("F3", ["parties.engineer"])


class TestDesk(IntakeTests):
    desk = desk
    said = {"title": "市级指标"}
    good = sheet("Y1,岳财教〔2026〕1号,2026,138027,2050205,8600.00,")
    faulty = sheet("Y1,岳财教〔2026〕1号,去年,138027,2050205,8600.00,")

    @pytest.fixture
    def holder(self, office):
        return signed_in("F1")

    @pytest.fixture
    def second(self, office):
        return signed_in("F2")

    @pytest.fixture
    def stranger(self, office):
        return signed_in("F3")

    def fill(self, count):
        start = QuotaLine.objects.count()
        quotas.keep(quotas.read({"after": "0"}, told(*(row(f"={number}") for number in range(start, start + count)))))


def row(number, **more):
    facts = {"bgt_id": number, "update_time": "2026-01-02 09:00:00", "cor_bgt_doc_no": "湘财1号"}
    return facts | {"agency_code": "138", "fiscal_year": "2026", "amt": "1.00", "is_deleted": "2"} | more


def told(*rows):
    return Document(status=200, body=json.dumps({"code": "0", "data": rows, "next": "9999", "more": False}).encode())


def agreed(*rows):
    """Handed in by one, agreed to by another, and taken; the page of the list."""
    address = TestDesk().hand_in(signed_in("F1"), sheet(*rows))["Location"]
    assert signed_in("F1").post(f"{address}submit/").status_code == 302
    assert not QuotaLine.objects.filter(quota_list=QuotaList.objects.latest("pk")).exists()
    assert signed_in("F2").post(f"{address}approve/").status_code == 302
    for _twice in range(2):
        jobs.take_quota_list(batch_id=QuotaList.objects.latest("pk").pk)
    return address


def held():
    return {one.number: one.amount_fen for one in parties.quotas_of(2026)}


def faults_of(*rows):
    answer = TestDesk().hand_in(signed_in("F1"), sheet(*rows))
    assert answer.status_code == 422
    return [(one.line, one.what) for one in answer.context["error"].facts["faults"]]


def test_a_sheet_adds_changes_and_withdraws_once_another_agreed_and_leaves_the_rest(office):
    agreed("Y1,文1,2026,138027,2050205,8600.00,", "Y2,文1,2026,138027,2050205,1.00,否", "Y3,文1,2026,138027,,5,")
    assert held() == {"Y1": 860_000, "Y2": 100, "Y3": 500}
    address = agreed("Y1,文2,2026,138027,2050205,-900,", "Y2,文1,2026,138027,2050205,1.00,", "Y3,文2,2026,138027,,5,是")
    assert held() == {"Y1": -90_000, "Y2": 100}
    shown = signed_in("F2").get(address).content.decode()
    assert all(word in shown for word in ("改动", "没有变", "撤销", "¥ 8,600.00"))
    assert QuotaLine.objects.filter(number="Y2").count() == 1, "what says nothing new is no version"
    listed = signed_in("F1").get("/parties/quotas/", {"q": "Y1"}).content.decode()
    assert "文2" in listed
    assert "文1" not in listed.partition("<table")[2]
    agreed("Y3,文3,2026,138027,,7,")
    assert held()["Y3"] == 700, "what was withdrawn may come again"


def test_what_the_treasury_says_itself_stands_before_every_sheet(office):
    agreed("1,文1,2026,138,,9.00,", "Y2,文1,2026,138,,2.00,")
    quotas.keep(quotas.read({"after": "0"}, told(row("1"))))
    assert held() == {"1": 100, "Y2": 200}, "also where the sheet was there first"
    assert faults_of("1,文1,2026,138,,9.00,") == [(2, "这条指标由财政一体化读来，以那边为准")]


def test_what_the_treasury_says_between_handing_in_and_taking_is_left_as_it_is(office):
    address = TestDesk().hand_in(signed_in("F1"), sheet("1,文1,2026,138,,9.00,"))["Location"]
    signed_in("F1").post(f"{address}submit/")
    quotas.keep(quotas.read({"after": "0"}, told(row("1"))))
    signed_in("F2").post(f"{address}approve/")
    jobs.take_quota_list(batch_id=QuotaList.objects.get().pk)
    assert held() == {"1": 100}
    assert QuotaLine.objects.count() == 1


@pytest.mark.parametrize("is_taken", [True, False])
def test_a_sheet_that_was_compared_before_another_changed_the_same_quota_is_compared_anew(office, is_taken):
    """Else the older paper, agreed to later, would stand before the newer."""
    agreed("Y1,文1,2026,138,,1.00,")
    older, newer = (
        TestDesk().hand_in(signed_in("F1"), sheet(f"Y1,{said},", "Y2,文1,2026,138,,5,"))["Location"]
        for said in ("文2,2026,138,,2.00", "文3,2026,138,,3.00")
    )
    for address in (older, newer):
        assert signed_in("F1").post(f"{address}submit/").status_code == 302
    assert signed_in("F2").post(f"{newer}approve/").status_code == 302
    if is_taken:
        jobs.take_quota_list(batch_id=QuotaList.objects.latest("pk").pk)
    refused = signed_in("F2").post(f"{older}approve/")
    assert (refused.status_code, "另一份指标表改了指标 Y1" in refused.content.decode()) == (409, True)
    jobs.take_quota_list(batch_id=QuotaList.objects.latest("pk").pk)
    assert held() == {"Y1": 300, "Y2": 500}


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        (["Y1,文1,2026,138,,1.00,", "Y1,文2,2026,138,,1.00,"], [(3, "与第 2 行是同一条指标")]),
        (["Y1,文1,2026,138,,1.00,是"], [(2, "没有这条指标，不用撤销")]),
        (["指标,文1,2026,138,,1.00,"], [(2, "代码只有数字、字母和半角符号，最多 60 位")]),
        (["Y1,文1,1026,138,,1.00,"], [(2, "年度写成 2026 这样")]),
    ],
)
def test_each_line_says_what_is_wrong_with_it_and_nothing_is_kept(office, rows, faults):
    assert faults_of(*rows) == faults
    assert not QuotaList.objects.exists()


def test_what_is_taken_out_goes_in_again_and_changes_nothing(office):
    agreed("Y1,文1,2026,138027,2050205,8600.00,", "Y2,文1,2026,138027,,-1.50,")
    answer = signed_in("F1").get("/parties/quotas/lists/template.xlsx", {"last": "1"})
    assert answer["Content-Type"] == WORKBOOK
    content = b"".join(answer) if answer.streaming else answer.content
    checked = check_quotas(QUOTAS.read(content))
    assert [(one.number, one.amount_fen, one.change) for one in checked.rows] == [
        ("Y1", 860_000, "same"),
        ("Y2", -150, "same"),
    ]
    out = b"".join(signed_in("F1").get("/parties/quotas/", {"export": "csv"}).streaming_content).decode()
    assert "8600.00" in out


def test_a_line_stays_as_it_was_agreed(office):
    agreed("Y1,文1,2026,138027,2050205,8600.00,")
    for write in (
        lambda: QuotaListRow.objects.update(amount_fen=1),
        lambda: QuotaListRow.objects.all().delete(),
        lambda: QuotaLine.objects.update(amount_fen=1),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()


def test_the_sample_shows_one_that_was_taken_and_one_that_waits(office):
    hands = {"author": actor("F1"), "approver": actor("F2")}
    assert sample.fill_quotas(**hands) == 2
    assert sample.fill_quotas(**hands) == 0
    assert {one.state for one in QuotaList.objects.all()} == {"posted", "submitted"}
    assert len(parties.quotas_of(campus_today().year)) == 3
    assert set(QuotaListRow.objects.filter(batch__state="submitted").values_list("change", flat=True)) == {
        "new",
        "changed",
    }


def actor(number):
    return Actor(account_id=identity.account_with(number).pk, name=number)
