"""What holders and clerks see of waiting money, of reissue and of the drawer."""

import re
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.funds.models import CardReissue
from nanhu.systems.card.funds.services.claims import begin_claim
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.card.models import Card, Receipt, Shift, ShiftCount, TopUp
from nanhu.systems.card.tests.conftest import CAST, queries_of


def page(funds, address, part="student"):
    answer = funds.campus.client(part).get(address)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


@pytest.mark.capability("A148.2")
def test_the_holder_sees_what_waits_and_what_to_do(funds):
    funds.credit(fen=30000, key="a", reference="十一月补助")
    funds.credit(fen=5000, key="b", source="load")
    for address in ("/card/", "/card/transactions/"):
        assert "¥ 350.00" in page(funds, address)
    shown = page(funds, "/card/funds/")
    for words in ("十一月补助", "圈存未领", "银行已扣款", "满 5 秒自动领取"):
        assert words in shown
    assert "十一月补助" not in page(funds, "/card/funds/", "teacher")


def test_nothing_waiting_says_what_would_come_here(funds):
    assert "没有待领的钱" in page(funds, "/card/funds/")
    assert "待领款" not in page(funds, "/card/")


def test_holders_pages_stay_cheap(funds):
    funds.credit()
    for address in ("/card/", "/card/funds/", "/card/transactions/"):
        assert queries_of(funds.campus.client("student"), address) <= 20


def reissue_at_counter(funds, part, *, reason="lost", key=None, fee_from="wallet", **changes):
    address = f"/card/funds/cards/{funds.campus.card(part).public_id}/reissue/"
    said = {
        "reason": reason,
        "document": "passport",
        "document_tail": "X123",
        "face_checked": "on",
        "uid": "",
        "fee_from": fee_from,
        "key": key or uuid4(),
    }
    return funds.campus.client("clerk").post(address, said | changes)


@pytest.mark.capability("A120.1", "A120.2")
@pytest.mark.parametrize(("part", "document"), [("guest", "passport"), ("teacher", "staff_card")])
def test_the_office_reissues_for_international_students_and_staff_by_passport_or_work_card(funds, part, document):
    funds.campus.top_up(part, 5000)
    old = funds.campus.card(part)
    for lacking in ({"document": ""}, {"document_tail": ""}, {"face_checked": ""}):
        assert reissue_at_counter(funds, part, **{"document": document} | lacking).status_code == 422, lacking
    assert funds.campus.card(part) == old
    answer = reissue_at_counter(funds, part, document=document)
    slip = page(funds, answer.url, "clerk")
    old.refresh_from_db()
    new = funds.campus.card(part)
    assert old.state == "replaced"
    assert old.number in slip
    assert new.number in slip
    assert "¥ 30.00" in slip
    assert "…X123" in AuditEntry.objects.get(action="card.reissue").facts["document"]
    assert CardReissue.objects.get().document.endswith("…X123"), "and with the reissue itself"
    assert (funds.campus.pay(part, 100), funds.campus.pay(part, 100, uid=old.uid)) == ("balance_short", "card_replaced")
    assert (funds.balance(part), funds.pending(part)) == (0, 3000)


@pytest.mark.capability("A135.1")
def test_a_damaged_card_is_replaced_without_the_fee_of_a_lost_one(funds):
    funds.campus.top_up("teacher", 5000)
    answer = reissue_at_counter(funds, "teacher", reason="damaged")
    slip = page(funds, answer.url, "clerk")
    assert CardReissue.objects.get().fee_fen == 0
    assert funds.pending("teacher") == 5000
    assert "不要折弯" in slip


@pytest.mark.capability("A070.3", "A121.1")
def test_whose_card_was_made_anew_sees_the_new_one_and_what_it_may(funds):
    funds.campus.top_up("teacher", 5000)
    reissue_at_counter(funds, "teacher", reason="damaged")
    old, new = Card.objects.filter(person_id=funds.campus.persons["teacher"]).order_by("pk")
    own = page(funds, "/card/", "teacher")
    shown = [f"{one.number[:4]} {one.number[4:7]} {one.number[7:]}" in own for one in (old, new)]
    assert (shown, "在线充值" in own, "这张卡现在不能消费" in own) == ([False, True], True, False)


@pytest.mark.capability("A108.3", "A135.1")
@pytest.mark.parametrize(("reason", "fee_fen"), [("lost", 1200), ("damaged", 300)])
def test_what_a_card_made_anew_costs_is_what_the_schools_file_says(funds, school_file, reason, fee_fen):
    school_file({"lost_fee_fen = 2000": "damaged_fee_fen = 300\nlost_fee_fen = 1200"})
    funds.campus.top_up("teacher", 5000)
    slip = page(funds, reissue_at_counter(funds, "teacher", reason=reason).url, "clerk")
    assert CardReissue.objects.get().fee_fen == fee_fen
    assert funds.pending("teacher") == 5000 - fee_fen
    assert f"¥ {fee_fen / 100:.2f}" in slip


@pytest.mark.capability("A108.2")
@pytest.mark.parametrize(("fee_from", "paid", "waits_fen"), [("wallet", "卡内余额", 3000), ("cash", "现金", 5000)])
def test_the_fee_of_a_card_made_anew_stands_on_its_slip_with_how_it_was_paid(funds, fee_from, paid, waits_fen):
    funds.campus.top_up("teacher", 5000)
    drawer = f"card.drawer:{funds.campus.actor('clerk').account_id}"
    before = balance(drawer)
    slip = page(funds, reissue_at_counter(funds, "teacher", fee_from=fee_from).url, "clerk")
    [fee] = re.findall(r"<dt>工本费</dt><dd[^>]*>(.*?)</dd>", slip, re.DOTALL)
    assert "".join(fee.split()) == f"¥20.00（{paid}）"
    in_cash = 2000 if fee_from == "cash" else 0
    assert (funds.pending("teacher"), balance(drawer) - before) == (waits_fen, in_cash)
    assert Receipt.objects.filter(kind="fee", amount_fen=2000).exists() == (fee_from == "wallet")
    shift = page(funds, count(funds, f"{(5000 + in_cash) / 100}").url, "clerk")
    assert ("¥ 20.00" in shift) == (fee_from == "cash"), "and in the report of the drawer"


@pytest.mark.capability("A120.1")
def test_the_form_sent_twice_makes_one_card(funds):
    funds.campus.top_up("teacher", 5000)
    old, key = funds.campus.card("teacher"), uuid4()
    address = f"/card/funds/cards/{old.public_id}/reissue/"
    said = {
        "reason": "lost",
        "document": "staff_card",
        "document_tail": "0123",
        "face_checked": "on",
        "uid": "",
        "fee_from": "wallet",
        "key": key,
    }
    urls = {funds.campus.client("clerk").post(address, said).url for _time in range(2)}
    assert len(urls) == 1
    assert Card.objects.filter(person_id=old.person_id).count() == 2


def test_a_fee_nobody_can_pay_says_so_and_changes_nothing(funds):
    answer = reissue_at_counter(funds, "teacher")
    assert answer.status_code == 409
    assert "没有补卡，旧卡和钱都没有动" in answer.content.decode()
    assert "请先充值" in answer.content.decode()
    assert funds.campus.card("teacher").state == "issued"


@pytest.mark.capability("A120.1")
def test_without_a_face_checked_no_card_is_made(funds):
    assert reissue_at_counter(funds, "teacher", face_checked="").status_code == 422
    assert CardReissue.objects.count() == 0


@pytest.mark.capability("A138.2", "A120.1")
def test_only_clerks_reach_the_office_pages(funds):
    public_id = funds.campus.card("student").public_id
    for address in (f"cards/{public_id}/reissue/", "claims/", "shifts/"):
        assert funds.campus.client("student").get("/card/funds/" + address).status_code == 404


def test_the_office_sees_claims_whose_outcome_is_open(funds):
    funds.credit()
    begin_claim(by=SYSTEM, card=funds.campus.card("student"), terminal=funds.campus.terminal)
    shown = page(funds, "/card/funds/claims/", "clerk")
    assert "林小满" in shown
    assert "N1001" in shown
    assert queries_of(funds.campus.client("clerk"), "/card/funds/claims/") <= 20


def count(funds, yuan, part="clerk"):
    return funds.campus.client(part).post("/card/funds/shifts/", {"counted": yuan})


def balance(code):
    return ledger.balance_of(ledger.account_ids([code])[code])


@pytest.mark.capability("A138.1", "A138.2", "A138.3", "A138.4")
def test_cash_is_taken_by_rule_and_the_shift_is_closed_by_two(funds):
    clerk, second = funds.campus.client("clerk"), funds.campus.client("second_clerk")
    clerk.post("/card/funds/shifts/begin/", {"float": "100"})
    refused = clerk.post(
        f"/card/counter/cards/{funds.campus.card('student').public_id}/top-up/", {"amount": "50", "token": uuid4()}
    )
    assert refused.status_code == 409
    for part, yuan in (("teacher", "50"), ("guest", "30.50")):
        address = f"/card/counter/cards/{funds.campus.card(part).public_id}/top-up/"
        receipt = clerk.post(address, {"amount": yuan, "token": uuid4()})
        shown = clerk.get(receipt.url).content.decode()
        for words in (
            "充值收据",
            f"¥ {float(yuan):.2f}",
            CAST[part][0],
            funds.campus.card(part).number,
            CAST["clerk"][0],
        ):
            assert words in shown
    for address in (
        "/card/funds/shifts/",
        "/card/counter/top-ups/",
        f"/card/funds/shifts/{Shift.objects.get().public_id}/",
    ):
        assert "180.50" not in page(funds, address, "clerk"), "the count is blind"
        assert "80.50" not in page(funds, address, "clerk")
    report = count(funds, "180.00").url
    assert "¥ 180.50" in page(funds, report, "clerk")
    assert [report in page(funds, "/flows/", part) for part in ("second_clerk", "clerk")] == [True, False]
    assert not {"180.50", "180.00"} & set(
        page(funds, report, "second_clerk").replace("¥", " ").replace("<", " ").split()
    ), "so is the second one"
    assert clerk.post(report + "check/", {"counted": "180"}).status_code == 409
    assert second.post(report + "check/", {"counted": "180"}).status_code == 409, "the difference has no reason yet"
    assert clerk.post(report + "explain/", {"reason": "找零多给了 5 角"}).status_code == 302
    assert clerk.post(report + "check/", {"counted": "180"}).status_code == 409, "nobody checks the own count"
    assert second.post(report + "check/", {"counted": "180"}).status_code == 302
    assert report not in page(funds, "/flows/", "second_clerk")
    shifts = page(funds, "/card/funds/shifts/", "clerk")
    assert '<span class="amount amount-out "><span class="visually-hidden">支出 </span>' in shifts, "a sign and a word"
    slip = page(funds, report, "clerk")
    for words in ("短款", "¥ 0.50", "找零多给了 5 角", "何平", "充值 2 笔", "¥ 80.50"):
        assert words in slip
    drawer = f"card.drawer:{funds.campus.actor('clerk').account_id}"
    assert (balance(drawer), balance("card.safe")) == (0, 8000)


@pytest.mark.capability("A138.2")
def test_a_shift_nobody_opened_is_counted_all_the_same_and_can_be_sent_back(funds):
    funds.campus.top_up("teacher", 5000)
    report = count(funds, "49").url
    second = funds.campus.client("second_clerk")
    assert second.post(report + "send-back/", {"answer": ""}).status_code == 422
    second.post(report + "send-back/", {"answer": "找不到抽屉钥匙"})
    count(funds, "50")
    second.post(report + "check/", {"counted": "50"})
    closed = Shift.objects.get()
    assert (closed.state, closed.difference_fen, closed.checker_name) == ("closed", 0, "何平")
    assert list(closed.counts.order_by("pk").values_list("counted_fen", flat=True)) == [4900, 5000, 5000]
    funds.campus.top_up("guest", 700)
    slip = page(funds, count(funds, "7").url, "clerk")
    assert ("充值 1 笔" in slip, "充值 2 笔" in slip) == (True, False), (
        "since the last count, not since the first top-up"
    )


@pytest.mark.capability("A138.4")
def test_a_count_is_said_once_and_another_count_of_the_second_person_goes_back(funds):
    """Nobody tries sums until one fits: each is kept, and a second one takes a send-back."""
    funds.campus.top_up("teacher", 5000)
    report = count(funds, "49").url
    assert count(funds, "50").status_code == 409
    second = funds.campus.client("second_clerk")
    assert "已退回重点" in second.post(report + "check/", {"counted": "50"}, follow=True).content.decode()
    assert Shift.objects.get().state == "open"
    assert [(one.teller_name, one.counted_fen) for one in ShiftCount.objects.order_by("pk")] == [
        ("周敏", 4900),
        ("何平", 5000),
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        ShiftCount.objects.update(counted_fen=5000)


@pytest.mark.capability("A138.2")
def test_no_cash_is_taken_between_the_count_and_the_hand_over(funds):
    funds.campus.top_up("teacher", 5000)
    report = count(funds, "50").url
    clerk, card = funds.campus.client("clerk"), funds.campus.card("guest")
    address, token = f"/card/counter/cards/{card.public_id}/top-up/", str(uuid4())
    refused = clerk.post(address, {"amount": "10", "token": token})
    assert (refused.status_code, "等另一位经办人复点" in refused.content.decode()) == (409, True)
    assert ledger.balance_of(card.wallet_id) == 0
    former = TopUp.objects.get()
    with pytest.raises(DatabaseError, match="after the count"), transaction.atomic():
        TopUp.objects.create(
            receipt=Receipt.objects.exclude(pk=former.receipt_id).first() or former.receipt,
            token=uuid4(),
            clerk_id=former.clerk_id,
            clerk_name="x",
            amount_fen=1,
            balance_fen=1,
        )
    funds.campus.client("second_clerk").post(report + "check/", {"counted": "50"})
    assert clerk.post(address, {"amount": "10", "token": token}).status_code == 302
    assert balance(f"card.drawer:{funds.campus.actor('clerk').account_id}") == 1000


@pytest.mark.capability("A138.2")
def test_more_cash_than_there_should_be_is_named_as_well(funds):
    funds.campus.top_up("teacher", 5000)
    report = count(funds, "51").url
    funds.campus.client("clerk").post(report + "explain/", {"reason": "有人没要找零"})
    funds.campus.client("second_clerk").post(report + "check/", {"counted": "51"})
    assert "长款" in page(funds, report, "clerk")
    assert abs(balance("card.cash_difference")) == 100


def test_shifts_page_asks_a_bounded_number_of_queries(funds):
    funds.campus.top_up("teacher", 5000)
    count(funds, "50")
    assert queries_of(funds.campus.client("clerk"), "/card/funds/shifts/") <= 20
