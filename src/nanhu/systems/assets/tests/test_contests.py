"""A number of an invoice that another's file has taken, or that others typed (发票争议): contested with one's own, judged by a third, flagged
where it was booked."""

import re
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import campus_today
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.kit.cases import expire_proposals
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.systems.assets.errors import InvoiceUsedUpError
from nanhu.systems.assets.models import Asset, Contest, Invoice, InvoiceFile, Receipt, ReceiptFlag
from nanhu.systems.assets.tests.conftest import SYSTEM
from nanhu.systems.assets.tests.test_invoice_files import (
    BY_HAND,
    COMPUTERS,
    NUMBER,
    PRINTER,
    form_of,
    hand_in,
    invoice,
    typed,
)
from nanhu.systems.assets.tests.test_receiving import opened, sign
from nanhu.systems.assets.views.contests import shown

pytestmark = pytest.mark.django_db
CONTEST, NEW, OWN = "/assets/unit/receipts/contest/", "/assets/unit/receipts/new/", "/assets/unit/contests/"
TRUE = invoice()
FORGED = invoice(COMPUTERS, total="13998.00", seller="假的公司")


def contest(client, content=TRUE, *, reason="税务平台重新下载的", token=None):
    file = BytesIO(content)
    file.name = "原件.xml"
    return client.post(CONTEST, {"token": str(token or uuid4()), "file": file, "reason": reason})


def booked(school, *, invoice_fen=1_399_800, by="T7", unit="13", is_signed=True, number=NUMBER, **line):
    """By the forged one, of the other college."""
    head = {"invoice": number, "unit_id": school.units[unit], "title": "化工的电脑"}
    receipt = opened(school, by=by, buyer="T8", invoice_fen=invoice_fen, head=head, **line)
    for inspector in ("T2", "T3") if is_signed else ():
        sign(school, receipt, inspector)
    return Receipt.objects.get(pk=receipt.pk)


@pytest.fixture
def contested(school):
    """What the other college forged stands, and is booked; who has the true one contests it."""
    assert hand_in(school.client("T7"), FORGED).status_code == 302
    receipt = booked(school)
    assert contest(school.client("T1")).status_code == 302
    return receipt


def page_of(found):
    return f"/assets/contests/{found.public_id}/"


def own_page_of(found):
    return f"{OWN}{found.public_id}/"


def led_to(client, messages):
    return {client.get(one).headers["Location"] for one in re.findall(r'href="(/messages/[0-9a-f-]{36}/)"', messages)}


def decide(client, found, what="approve", **said):
    return client.post(f"{page_of(found)}{what}/", {"seen": shown(found), **said})


def test_who_is_refused_learns_that_the_number_is_used_and_nothing_else(school):
    hand_in(school.client("T7"), FORGED)
    receipt, keeper = booked(school), school.client("T1")
    refused = hand_in(keeper, TRUE)
    page = refused.content.decode()
    assert (refused.status_code, f"发票号 {NUMBER} 已经用过" in page) == (409, True)
    told = [page, contest(keeper, TRUE, reason="").content.decode()]
    secrets = ("周资产", "假的公司", "13,998", "13998", receipt.title, str(receipt.number), "化工学院")
    assert [one for one in secrets for said in told if one in said] == []
    assert f'href="{CONTEST}"' in keeper.get("/assets/unit/receipts/").content.decode()


def test_a_third_sees_both_sides_and_what_he_judges_stands(school, contested):
    found, office, keeper = Contest.objects.get(), school.client("T5"), school.client("T1")
    page = office.get(page_of(found)).content.decode()
    digests = StoredFile.objects.filter(purpose="assets.invoice").values_list("sha256", flat=True)
    said = ("周资产", "陈资产", "假的公司", "联想（北京）有限公司", "¥ 13,998.00", "¥ 15,998.00", "税务平台重新下载的")
    assert [one for one in (*said, NUMBER, *digests, contested.number, "没有查验过") if one not in page] == []
    assert len(set(digests)) == 2
    assert decide(office, found).status_code == 302
    assert [(one.seller, one.state) for one in Invoice.objects.order_by("pk")] == [
        ("假的公司", "void"),
        ("联想（北京）有限公司", "standing"),
    ]
    filled = form_of(keeper, hand_in(keeper, TRUE))
    assert keeper.post(NEW, typed(school, filled, classification="A0201")).status_code == 302, "all of its sum is his"
    assert hand_in(school.client("T7"), FORGED).status_code == 409
    old = InvoiceFile.objects.get(invoice__state="void")
    filled = school.client("T7").get(f"{NEW}?invoice_file={old.public_id}").context["form"].initial
    assert filled.get("invoice") is None, "what is void fills in nothing"
    row = AuditEntry.objects.get(action="assets.void_invoice")
    assert (row.reason, row.facts, row.actor) == ("税务平台重新下载的", {"fen": 1_399_800, "flagged": 1}, "钱处长")
    told = {who: school.client(who).get("/messages/").content.decode() for who in ("T1", "T7")}
    assert ("以您交的那份为准" in told["T1"], "以另一份原件为准" in told["T7"]) == (True, True)
    assert ("周资产" in told["T1"], "陈资产" in told["T7"]) == (False, False)


def test_what_was_booked_stays_with_a_mark_until_somebody_says_how_it_was_set_right(school, contested):
    found, office = Contest.objects.get(), school.client("T5")
    decide(office, found)
    thing, mark = Asset.objects.filter(receipt_line__receipt=contested).first(), "发票待更正"
    card, marked = f"/assets/office/{thing.public_id}/", "/assets/office/?show=misinvoiced"
    contested.refresh_from_db()
    assert (contested.state, thing.state) == ("received", "in_stock")
    assert mark in office.get(card).content.decode()
    assert mark in office.get(page_of(found)).content.decode()
    assert thing.number in office.get(marked).content.decode()
    receipt_page = f"/assets/unit/receipts/{contested.public_id}/"
    assert "以另一份原件为准" in school.client("T7").get(receipt_page).content.decode()
    flag = ReceiptFlag.objects.get()
    said = {"flag": str(flag.public_id), "result": "corrected", "correction": "补了正确的发票"}
    assert school.client("T7").post(f"{page_of(found)}correct/", said).status_code in {403, 404}
    assert office.post(f"{page_of(found)}correct/", said | {"correction": " "}).status_code == 422
    assert office.post(f"{page_of(found)}correct/", said).status_code == 302
    assert office.post(f"{page_of(found)}correct/", said).status_code == 422, "once"
    assert mark not in office.get(card).content.decode()
    assert thing.number not in office.get(marked).content.decode()
    assert "补了正确的发票" in office.get(page_of(found)).content.decode()
    assert AuditEntry.objects.get(action="assets.correct_receipt").reason == "补了正确的发票"
    keeper = school.client("T1")
    assert (
        keeper.post(NEW, typed(school, form_of(keeper, hand_in(keeper, TRUE)), classification="A0201")).status_code
        == 302
    )


def test_what_is_of_the_true_one_after_all_counts_again_within_its_sum(school, contested):
    found, office = Contest.objects.get(), school.client("T5")
    decide(office, found)
    said = {"flag": str(ReceiptFlag.objects.get().public_id), "result": "belongs", "correction": "同一批货"}
    own = opened(school, head={"invoice": NUMBER}, quantity=1, price_fen=300_000)
    assert office.post(f"{page_of(found)}correct/", said).status_code == 409, "beyond its sum"
    assert ReceiptFlag.objects.get().result == "open"
    school.client("T1").post(f"/assets/unit/receipts/{own.public_id}/take-back/")
    assert office.post(f"{page_of(found)}correct/", said).status_code == 302
    with pytest.raises(InvoiceUsedUpError):
        opened(school, head={"invoice": NUMBER}, quantity=1, price_fen=300_000)
    opened(school, head={"invoice": NUMBER}, quantity=1, price_fen=200_000)


def test_none_of_the_two_judges_nor_who_entered_by_the_number(school, contested):
    found = Contest.objects.get()
    for number in ("T1", "T7", "T8"):
        identity.grant_role(by=SYSTEM, account_id=school.actor(number).account_id, role="assets.office")
    identity.grant_role(by=SYSTEM, account_id=school.actor("T8").account_id, role="assets.keeper")
    assert hand_in(school.client("T8"), FORGED).status_code == 302
    for number in ("T1", "T7", "T8"):
        client = school.client(number)
        assert f"{page_of(found)}approve/" not in client.get(page_of(found)).content.decode()
        assert decide(client, found).status_code == 409
        assert decide(client, found, "refuse", answer="不对").status_code == 409
        assert not Contest.waiting_for(school.actor(number).account_id).exists()
    assert (Invoice.objects.get(state="standing").seller, Contest.objects.get().state) == ("假的公司", "asked")
    assert school.client("T4").get(page_of(found)).status_code == 404
    assert decide(school.client("T9"), found).status_code == 302, "the accountant is of neither side"


def test_who_entered_by_the_number_without_a_file_of_it_judges_nothing(school):
    hand_in(school.client("T7"), FORGED)
    opened(school, by="T6", head={"invoice": NUMBER}, quantity=1, price_fen=100_000)
    contest(school.client("T1"))
    found, office, theirs = Contest.objects.get(), school.client("T6"), school.actor("T6").account_id
    assert f"{page_of(found)}approve/" not in office.get(page_of(found)).content.decode()
    assert [decide(office, found).status_code, decide(office, found, "refuse", answer="不对").status_code] == [409, 409]
    assert not Contest.waiting_for(theirs).exists()
    with pytest.raises(IntegrityError, match="third person"), transaction.atomic():
        Contest.objects.update(state="done", approver_id=theirs, decided_at=found.created_at)


def test_what_the_one_who_is_right_entered_is_his_unless_by_his_own_void_file_or_beyond_what_his_true_one_says(school):
    small = invoice(PRINTER, total="2000.00")
    numbers = [NUMBER, "26432000000012345670", "26432000000012345671"]
    for who, number in zip(("T7", "T7", "T1"), numbers, strict=True):
        hand_in(school.client(who), invoice(COMPUTERS, total="13998.00", number=number, seller="假的公司"))
        opened(school, head={"invoice": number, "title": number}, quantity=1, price_fen=300_000)
    true = (invoice(number=numbers[0]), small.replace(NUMBER.encode(), numbers[1].encode()), invoice(number=numbers[2]))
    for content in true:
        assert contest(school.client("T1"), content).status_code == 302
    for found in Contest.objects.all():
        assert decide(school.client("T5"), found).status_code == 302
    assert {one.receipt.title for one in ReceiptFlag.objects.all()} == set(numbers[1:])


def test_refused_it_is_void_for_a_reason_both_are_told_and_it_never_comes_again(school, contested):
    found, office, keeper = Contest.objects.get(), school.client("T5"), school.client("T1")
    assert decide(office, found, "refuse", answer="税务端查不到").status_code == 302
    assert [(one.state, one.void_reason) for one in Invoice.objects.order_by("pk")] == [
        ("standing", ""),
        ("void", "税务端查不到"),
    ]
    assert not ReceiptFlag.objects.exists()
    assert "税务端查不到" in keeper.get("/messages/").content.decode()
    assert "仍以您交的那份为准" in school.client("T7").get("/messages/").content.decode()
    again = contest(keeper, invoice(seller="又一个公司"))
    assert (again.status_code, "维持原来的" in again.content.decode()) == (409, True)
    assert (Contest.objects.count(), Invoice.objects.count()) == (1, 2)


def test_whoever_lost_what_stood_may_contest_once_as_well_and_then_it_ends(school, contested):
    decide(school.client("T5"), Contest.objects.get())
    assert contest(school.client("T7"), FORGED).status_code == 302
    decide(school.client("T6"), Contest.objects.get(state="asked"), "refuse", answer="已核对过")
    assert [contest(school.client(who), FORGED).status_code for who in ("T7", "T1")] == [409, 409]
    assert Invoice.objects.get(state="standing").seller == "联想（北京）有限公司"


def test_a_contest_stops_nothing_and_nobody_brings_more_than_three(school):
    keeper, other = school.client("T1"), school.client("T7")
    numbers = [f"2643200000001234567{last}" for last in range(5)]
    for number in numbers:
        hand_in(other, invoice(COMPUTERS, total="13998.00", number=number))
    answers = [contest(keeper, invoice(number=number)) for number in numbers]
    assert [one.status_code for one in answers] == [302, 302, 302, 409, 409]
    assert "已经提过 3 次" in answers[-1].content.decode()
    for found in Contest.objects.all():
        assert keeper.post(f"{own_page_of(found)}withdraw/").status_code == 302
    assert contest(keeper, invoice(number=numbers[4])).status_code == 409, "taken back, they count as well"
    free = contest(keeper, invoice(number="26432000000012345680"))
    assert "已经提过 3 次" in free.content.decode(), "nor learns which numbers others used"
    assert booked(school, number=numbers[0]).state == "received", "what stands is used meanwhile"


def test_whoever_forges_number_after_number_does_not_silence_who_wins_them_back(school):
    keeper, other = school.client("T1"), school.client("T7")
    for number in (f"2643200000001234567{last}" for last in range(4)):
        hand_in(other, invoice(COMPUTERS, total="13998.00", number=number))
        assert contest(keeper, invoice(number=number)).status_code == 302
        assert decide(school.client("T5"), Contest.objects.get(number=number)).status_code == 302


@pytest.mark.usefixtures("contested")
def test_sent_twice_it_is_one_and_while_it_waits_there_is_no_second(school):
    keeper, token = school.client("T7"), uuid4()
    hand_in(school.client("T1"), invoice(number="26432000000012345670"))
    said = invoice(number="26432000000012345670", seller="别的公司")
    assert [contest(keeper, said, token=token).status_code for _twice in range(2)] == [302, 302]
    assert Contest.objects.filter(number="26432000000012345670").count() == 1
    assert contest(keeper, said).status_code == 409


@pytest.mark.parametrize(
    ("content", "words"), [(TRUE, "没有被别的内容占用"), (invoice(number="26432000000012345670"), "没有被别的内容占用")]
)
def test_what_is_used_by_nobody_else_is_not_contested(school, content, words):
    hand_in(school.client("T7"), TRUE)
    answer = contest(school.client("T1"), content)
    assert (answer.status_code, words in answer.content.decode(), Contest.objects.count()) == (409, True, 0)


def test_what_nobody_judged_in_time_may_be_brought_again(school, contested, clock):
    clock(f"{campus_today() + timedelta(days=31)}")
    assert expire_proposals() == 1
    assert Invoice.objects.get(state="void").void_reason == "逾期无人复核，自动关闭"
    assert "逾期没有人核对" in school.client("T1").get("/messages/").content.decode()
    assert contest(school.client("T1")).status_code == 302


def test_a_page_that_was_open_before_another_contest_was_judged_decides_nothing(school, contested):
    assert contest(school.client("T1")).status_code == 409
    third = "T4"
    identity.grant_role(by=SYSTEM, account_id=school.actor(third).account_id, role="assets.keeper")
    assert contest(school.client(third), invoice(seller="第三家")).status_code == 302
    first, second = Contest.objects.order_by("pk")
    office = school.client("T5")
    assert decide(office, first).status_code == 302
    assert decide(office, second).status_code == 409, "it shows what stands no more"
    second.refresh_from_db()
    assert second.against.seller == "联想（北京）有限公司"
    assert decide(office, second).status_code == 302
    assert Invoice.objects.get(state="standing").seller == "第三家"


def test_what_waits_under_a_void_invoice_is_not_signed_and_goes_on_by_no_line(school):
    hand_in(school.client("T7"), FORGED)
    receipt = booked(school, is_signed=False)
    contest(school.client("T1"))
    decide(school.client("T5"), Contest.objects.get())
    inspector, page = school.client("T2"), f"/assets/mine/receipts/{receipt.public_id}/"
    assert "以另一份原件为准" in inspector.get(page).content.decode()
    assert inspector.post(f"{page}sign/", {"lines": "1"}).status_code == 409
    line = {
        "classification": "A0201",
        "name": "x",
        "quantity": "1",
        "price_yuan": "1",
        "put_into_use_on": "2026-09-17",
        "use": "teaching",
    }
    assert school.client("T7").post(f"/assets/unit/receipts/{receipt.public_id}/lines/", line).status_code == 409
    office, judged = school.client("T5"), page_of(Contest.objects.get())
    said = {"flag": str(ReceiptFlag.objects.get().public_id), "result": "corrected", "correction": "已告诉他们"}
    assert office.post(f"{judged}correct/", said).status_code == 409, "it would be signed then, and count in no invoice"
    assert inspector.post(f"{page}sign/", {"lines": "1"}).status_code == 409
    assert inspector.post(f"{page}refuse/", {"answer": "发票是假的"}).status_code == 302
    assert "以另一份原件为准" not in inspector.get(page).content.decode(), "nobody is told to end what ended"
    assert ("登记更正" in office.get(judged).content.decode(), office.post(f"{judged}correct/", said).status_code) == (
        False,
        422,
    )


def test_the_database_keeps_one_for_a_number_and_what_was_judged(school, contested):
    found, standing = Contest.objects.get(), Invoice.objects.get(state="standing")
    theirs = school.actor("T7").account_id
    done = {"state": "done", "approver_id": theirs, "decided_at": found.created_at}
    for match, work in (
        (
            "assets_invoice_stands_once",
            lambda: Invoice(number=NUMBER, issued_on=campus_today(), seller="x", total_fen=1, lines=[]).save(),
        ),
        ("third person", lambda: Invoice.objects.filter(pk=found.claimed_id).update(state="standing")),
        ("third person", lambda: Invoice.objects.filter(pk=standing.pk).update(state="void", void_reason="x")),
        ("stays as it was read", lambda: Invoice.objects.update(total_fen=1)),
        ("third person", lambda: Contest.objects.update(**done)),
        ("never removed", lambda: Invoice.objects.filter(pk=found.claimed_id)._raw_delete("default")),
        ("stays as it was", lambda: Contest.objects.update(reason="x")),
    ):
        with pytest.raises(IntegrityError, match=match), transaction.atomic():
            work()
    decide(school.client("T5"), found)
    corrected = {"result": "corrected", "correction": "x", "corrected_at": found.created_at}
    for match, work in (
        ("stays as it was", lambda: Contest.objects.update(answer="x")),
        ("stays as it was read", lambda: Invoice.objects.filter(state="void").update(void_reason="y")),
        ("never removed", lambda: ReceiptFlag.objects.all()._raw_delete("default")),
        ("set_right", lambda: ReceiptFlag.objects.update(result="corrected")),
        ("set_right", lambda: ReceiptFlag.objects.update(**corrected)),
        ("set_right", lambda: ReceiptFlag.objects.update(corrected_by=school.actor("T5").account_id)),
        ("by another", lambda: ReceiptFlag.objects.update(**corrected, corrected_by=theirs)),
    ):
        with pytest.raises(IntegrityError, match=match), transaction.atomic():
            work()


@pytest.fixture
def typed_by_another(school):
    """The other college typed the number of the true one, and has no file of it."""
    return booked(school)


def test_a_number_that_was_only_typed_is_contested_and_what_came_by_it_is_flagged(school, typed_by_another):
    keeper, office, other = (school.client(who) for who in ("T1", "T5", "T7"))
    form = form_of(keeper, hand_in(keeper, TRUE))
    assert keeper.post(NEW, typed(school, form, classification="A0201")).status_code == 409, "he is shut out"
    assert contest(keeper).status_code == 302
    found = Contest.objects.get()
    page = office.get(page_of(found)).content.decode()
    said = ("没有交过另一份文件", "周资产", "化工的电脑", "陈资产", "¥ 15,998.00", "以原件为准，手填的待更正")
    assert [one for one in said if one not in page] == []
    assert decide(office, found).status_code == 302
    assert [(one.receipt, one.result) for one in ReceiptFlag.objects.all()] == [(typed_by_another, "open")]
    assert "发票待更正" in office.get(page_of(found)).content.decode()
    told = {who: school.client(who).get("/messages/").content.decode() for who in ("T1", "T7")}
    assert ("以您交的那份为准" in told["T1"], "以另一份原件为准" in told["T7"]) == (True, True)
    assert ("周资产" in told["T1"], "陈资产" in told["T7"], "以您交的那份为准" in told["T7"]) == (False, False, False)
    led = [led_to(keeper, told["T1"]), led_to(other, told["T7"])]
    assert [OWN in one for one in led] == [True, False]
    assert "/assets/unit/receipts/" in led[1]
    row = AuditEntry.objects.get(action="assets.disown_receipts")
    assert (row.reason, row.facts) == ("税务平台重新下载的", {"fen": 1_599_800, "flagged": 1})
    assert keeper.post(NEW, typed(school, form, classification="A0201")).status_code == 302, "all of its sum is his"
    again = other.post(NEW, BY_HAND | {"unit": "13", "quantity": "1", "price_yuan": "1"})
    assert (again.status_code, "核对发票号和单价" in again.content.decode()) == (409, True), (
        "typed once more it is no way round"
    )
    assert hand_in(other, TRUE).status_code == 302
    assert other.post(NEW, BY_HAND | {"unit": "13", "quantity": "1", "price_yuan": "1"}).status_code == 302, (
        "who has the file as well shares its sum"
    )


def test_what_was_typed_belongs_after_all_where_the_office_says_so(school, typed_by_another):
    contest(school.client("T1"))
    found, office = Contest.objects.get(), school.client("T5")
    decide(office, found)
    said = {"flag": str(ReceiptFlag.objects.get().public_id), "result": "belongs", "correction": "两个学院合买"}
    assert office.post(f"{page_of(found)}correct/", said).status_code == 302
    assert contest(school.client("T1")).status_code == 409, "judged, it does not come again"
    assert ReceiptFlag.objects.get().corrected_by_id == school.actor("T5").account_id


def test_refused_what_was_typed_stays_and_so_does_the_file(school, typed_by_another):
    contest(school.client("T1"))
    found, office = Contest.objects.get(), school.client("T5")
    assert decide(office, found, "refuse", answer="合买的").status_code == 302
    assert (Invoice.objects.get().state, ReceiptFlag.objects.exists()) == ("standing", False)
    assert contest(school.client("T1")).status_code == 409
    assert "合买的" in school.client("T1").get(own_page_of(found)).content.decode()


@pytest.mark.usefixtures("typed_by_another")
def test_what_came_after_the_judge_looked_is_looked_at_first(school):
    contest(school.client("T1"))
    found, office = Contest.objects.get(), school.client("T5")
    before = shown(found)
    opened(school, by="T7", buyer="T8", head={"invoice": NUMBER, "title": "又一张"}, quantity=1, price_fen=100)
    assert f'name="seen" value="{before}"' not in office.get(page_of(found)).content.decode()
    assert f'name="seen" value="{shown(found)}"' in office.get(page_of(found)).content.decode()
    assert decide(office, found, seen=before).status_code == 409
    assert not ReceiptFlag.objects.exists()
    assert decide(office, found).status_code == 302
    assert ReceiptFlag.objects.count() == 2


@pytest.mark.usefixtures("typed_by_another")
def test_a_file_that_others_handed_in_after_the_judge_looked_is_looked_at_first(school):
    contest(school.client("T1"))
    found, office = Contest.objects.get(), school.client("T5")
    before = shown(found)
    assert hand_in(school.client("T7"), TRUE).status_code == 302
    assert decide(office, found, seen=before).status_code == 409
    assert decide(office, found).status_code == 302
    assert not ReceiptFlag.objects.exists(), "he has the file as well"


@pytest.mark.usefixtures("typed_by_another")
def test_who_was_right_about_what_was_typed_is_heard_again_where_another_file_took_his_place(school):
    keeper, office = school.client("T1"), school.client("T5")
    contest(keeper)
    decide(office, Contest.objects.get())
    assert contest(school.client("T7"), FORGED).status_code == 302
    decide(office, Contest.objects.get(state="asked"))
    assert Invoice.objects.get(state="standing").seller == "假的公司"
    assert contest(keeper).status_code == 302
    decide(office, Contest.objects.get(state="asked"))
    assert Invoice.objects.get(state="standing").seller == "联想（北京）有限公司"


@pytest.mark.usefixtures("typed_by_another")
def test_of_a_file_that_is_void_since_nothing_is_agreed_and_its_author_brings_it_anew(school):
    keeper, office = school.client("T1"), school.client("T5")
    contest(keeper)
    first = Contest.objects.get()
    contest(school.client("T7"), FORGED)
    decide(office, Contest.objects.get(state="asked", author=school.actor("T7").account_id))
    refused = decide(office, first)
    assert (refused.status_code, "提出的人交的发票" in refused.content.decode()) == (409, True)
    assert decide(office, first, "refuse", answer="另一份为准").status_code == 302
    assert contest(keeper).status_code == 302


def test_each_sees_his_own_alone_and_takes_them_back_while_they_wait(school, contested):
    keeper, other, found = school.client("T1"), school.client("T7"), Contest.objects.get()
    assert NUMBER in keeper.get(OWN).content.decode()
    assert NUMBER not in other.get(OWN).content.decode()
    assert [other.get(own_page_of(found)).status_code, other.post(f"{own_page_of(found)}withdraw/").status_code] == [
        404,
        404,
    ]
    assert Contest.objects.get().state == "asked"
    assert "撤回" in keeper.get(own_page_of(found)).content.decode()
    assert keeper.post(f"{own_page_of(found)}withdraw/").status_code == 302
    page = keeper.get(own_page_of(found)).content.decode()
    assert ("已撤回" in page, f"{own_page_of(found)}withdraw/" in page) == (True, False)
    assert keeper.post(f"{own_page_of(found)}withdraw/").status_code == 409, "once"
    assert (
        Invoice.objects.get(state="void").void_reason,
        AuditEntry.objects.filter(action="assets.withdraw_contest").count(),
    ) == (
        "制单人撤回",
        1,
    )
    assert decide(school.client("T5"), found).status_code == 409
    assert contest(keeper).status_code == 302, "taken back, it may be brought again"
    again = Contest.objects.get(state="asked")
    assert decide(school.client("T5"), again).status_code == 302
    assert keeper.post(f"{own_page_of(again)}withdraw/").status_code == 409, "judged"
    assert Invoice.objects.get(state="standing").seller == "联想（北京）有限公司"
    begin = f"{NEW}?invoice_file={InvoiceFile.objects.get(invoice__state='standing').public_id}"
    assert begin in keeper.get(own_page_of(again)).content.decode(), "his file need not come a second time"


def test_nobody_learns_on_his_own_pages_what_others_bought(school, typed_by_another):
    keeper = school.client("T1")
    contest(keeper)
    found = Contest.objects.get()
    told = [keeper.get(one).content.decode() for one in (OWN, own_page_of(found), CONTEST)]
    decide(school.client("T5"), found)
    told += [keeper.get(one).content.decode() for one in (OWN, own_page_of(found), "/messages/")]
    told += [contest(keeper, invoice(COMPUTERS, total="13998.00", seller="又一家")).content.decode()]
    secrets = ("周资产", "吴老师", "化工", "13,998", typed_by_another.title, str(typed_by_another.number))
    assert [(one, at) for one in secrets for at, said in enumerate(told) if one in said] == []


@pytest.mark.parametrize(("side", "is_signed"), [("buyer", True), ("first", True), ("second", True), ("buyer", False)])
def test_who_bought_or_inspected_what_came_by_it_does_not_judge_but_to_be_named_alone_stops_nobody(
    school, side, is_signed
):
    receipt = opened(school, by="T7", **{"buyer": "T8", side: "T5"}, head={"invoice": NUMBER}, quantity=1)
    if is_signed:
        sign(school, receipt, "T3" if side == "first" else "T5" if side == "second" else "T2")
    contest(school.client("T1"))
    found, office, theirs = Contest.objects.get(), school.client("T5"), school.actor("T5").account_id
    page = office.get(page_of(found)).content.decode()
    assert (f"{page_of(found)}approve/" in page) is not is_signed
    assert Contest.waiting_for(theirs).exists() is not is_signed
    if not is_signed:
        assert decide(office, found).status_code == 302
        return
    assert [decide(office, found).status_code, decide(office, found, "refuse", answer="不对").status_code] == [409, 409]
    with pytest.raises(IntegrityError, match="third person"), transaction.atomic():
        Contest.objects.update(state="done", approver_id=theirs, decided_at=found.created_at)
    assert decide(school.client("T6"), found).status_code == 302


@pytest.mark.usefixtures("typed_by_another")
def test_who_bought_it_under_another_record_of_his_does_not_judge(school):
    contest(school.client("T1"))
    found, office = Contest.objects.get(), school.client("T5")
    people.merge_persons(by=SYSTEM, kept_id=school["T5"], gone_id=school["T8"], reason="同一人")
    assert [decide(office, found).status_code, decide(office, found, "refuse", answer="不对").status_code] == [409, 409]
    assert Contest.objects.get().state == "asked"


def test_who_is_refused_is_led_to_where_he_may_contest(school):
    hand_in(school.client("T7"), FORGED)
    assert f'href="{CONTEST}"' in hand_in(school.client("T1"), TRUE).content.decode()
    by_hand = school.client("T1").post(NEW, BY_HAND)
    assert (by_hand.status_code, f'href="{CONTEST}"' in by_hand.content.decode()) == (409, True)
