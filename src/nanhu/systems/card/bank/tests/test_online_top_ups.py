"""Online top-ups through UnionPay: notices signed, doubled, forged, lost; found by query, given back where they must be."""

from datetime import date, datetime, timedelta
from unittest.mock import Mock

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments import acp
from nanhu.platforms.payments.accounts import clearing_account
from nanhu.platforms.payments.acquirer import AcquirerSilentError
from nanhu.platforms.payments.adapters import acp as adapter
from nanhu.platforms.payments.adapters.acp import settle_day
from nanhu.platforms.payments.certificates import acquirer_keys, as_pem, certified
from nanhu.platforms.payments.channels import acquirer_of
from nanhu.platforms.payments.errors import PaymentOddError
from nanhu.platforms.payments.models import Channel
from nanhu.platforms.payments.tests.bank_here import answers_queries, answers_refunds
from nanhu.systems.card.bank.errors import LoadLimitError
from nanhu.systems.card.bank.models import OnlineTopUp
from nanhu.systems.card.bank.services import loads, top_ups
from nanhu.systems.card.bank.tests.conftest import BEGINNING_FEN, CARDS, drive
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.funds.services.reissue import replace_card
from nanhu.systems.card.models import Card

NOTICE = "/card/bank/notices/acp"


@pytest.fixture
def ordered(campus):
    return order(campus)


def order(campus, fen=5000):
    made = top_ups.ask_top_up(by=campus.actor("student"), card=campus.card("student"), amount_fen=fen, source="web")
    return top_ups.open_top_up(made)


def pay(campus, top_up):
    said = campus.bank.do("pay", tn=top_up.tn, card=CARDS["student"])
    assert said["sentence"] == ""
    top_up.refresh_from_db()


def is_credited_once(campus, top_up, fen=5000):
    top_up.refresh_from_db()
    assert top_up.state == "credited"
    assert loads.held_fen(campus.card("student")) == fen
    assert campus.bank_balance("student") == BEGINNING_FEN - fen
    assert clearing(campus) == fen
    assert ledger.trial_balance().difference_fen == 0
    assert receipt_differences() == []


def clearing(campus):
    account = clearing_account(Channel.objects.get(kind="acquirer"))
    return sum(t.amount_fen if t.debit_account_id == account else -t.amount_fen for t in ledger.transfers_of(account))


def notice_of(campus, top_up, *, keys=None, **changes):
    """A notice as UnionPay would send it, or as a liar does."""
    keys = keys or campus.bank.union
    message = {
        "version": "5.1.0",
        "encoding": "UTF-8",
        "merId": "777290058110097",
        "orderId": top_up.number,
        "txnType": "01",
        "txnTime": top_up.txn_time,
        "txnSubType": "07",
        "respCode": "00",
        "queryId": "202611251200000000018",
        "txnAmt": str(top_up.amount_fen),
        "currencyCode": "156",
        "settleDate": f"{campus_today():%m%d}",
        "signPubKeyCert": keys.acquirer.certificate,
        **changes,
    }
    return acp.signed(message, key=keys.acquirer.key, certificate=keys.acquirer.certificate)


@pytest.mark.capability("A136.1")
def test_paid_is_pending_at_once_by_the_notice_alone(campus, ordered):
    pay(campus, ordered)
    is_credited_once(campus, ordered)
    assert (ordered.told_times, ordered.claimable.reference) == (1, ordered.query_id)
    noted = AuditEntry.objects.filter(action__in=["card.ask_top_up", "card.move_top_up"]).order_by("pk")
    assert [(one.facts.get("state", "asked"), one.facts["fen"]) for one in noted] == [
        (state, 5000) for state in ("asked", "opened", "paid", "credited")
    ]


@pytest.mark.capability("A136.1")
def test_what_is_paid_before_we_know_that_it_can_be_is_money_too(campus):
    """UnionPay has the order, and its answer was lost."""
    made = top_ups.ask_top_up(by=campus.actor("student"), card=campus.card("student"), amount_fen=5000, source="web")
    assert (made.state, Client().post(NOTICE, notice_of(campus, made)).status_code) == ("asked", 200)
    made.refresh_from_db()
    assert (made.state, loads.held_fen(campus.card("student"))) == ("credited", 5000)


@pytest.mark.capability("A136.2")
def test_a_notice_that_comes_twice_counts_once(campus, ordered):
    campus.bank.fault("notice", "twice")
    pay(campus, ordered)
    ordered.refresh_from_db()
    assert ordered.told_times == 2
    is_credited_once(campus, ordered)


@pytest.mark.capability("A136.1")
def test_a_lost_notice_is_found_by_query(campus, ordered):
    campus.bank.fault("notice", "silent_after")
    pay(campus, ordered)
    assert ordered.state == "opened"
    drive(2)
    is_credited_once(campus, ordered)
    assert ordered.told_times == 0


@pytest.mark.capability("A136.2")
def test_a_notice_after_the_query_changes_nothing(campus, ordered):
    campus.bank.fault("notice", "silent_after")
    pay(campus, ordered)
    drive(2)
    ordered.refresh_from_db()
    message = notice_of(campus, ordered, queryId=ordered.query_id)
    assert Client().post(NOTICE, message).status_code == 200
    is_credited_once(campus, ordered)


@pytest.mark.capability("A136.1")
@pytest.mark.parametrize(
    ("codes", "state"),
    [
        ({"respCode": "00", "origRespCode": "00"}, "paid"),
        ({"respCode": "77", "origRespCode": "00"}, "open"),
        ({"respCode": "00"}, "open"),
        ({"respCode": "00", "origRespCode": "05"}, "open"),
        ({"respCode": "00", "origRespCode": "51"}, "gone"),
        ({"respCode": "34"}, "gone"),
    ],
    ids=lambda one: "-".join(one.values()) if isinstance(one, dict) else one,
)
def test_an_answer_counts_by_its_own_code_and_by_that_of_the_payment(campus, ordered, monkeypatch, codes, state):
    day = campus_today() + timedelta(days=1)
    paid = {"queryId": "202611251200000000018", "txnAmt": "5000", "settleDate": f"{day:%m%d}"}
    answers_queries(monkeypatch, origRespMsg="银联说的话", **paid, **codes)
    trade = asked_of(ordered)
    assert (trade.state, trade.sentence) == (state, "银联说的话")
    drive(2)
    ordered.refresh_from_db()
    if state == "paid":
        is_credited = (ordered.query_id, ordered.settled_on, loads.held_fen(campus.card("student")))
        assert is_credited == (paid["queryId"], day, 5000)
    else:
        assert (ordered.state, ordered.error, loads.held_fen(campus.card("student"))) == ("opened", "银联说的话", 0)


@pytest.mark.capability("A136.1")
def test_an_answer_about_another_order_or_changed_on_its_way_is_none(campus, ordered, monkeypatch):
    other, heard, really = order(campus), [], adapter.post
    campus.bank.fault("notice", "silent_after")
    pay(campus, other)
    monkeypatch.setattr(adapter, "post", lambda *asked: heard.append(really(*asked)) or heard[-1])
    assert asked_of(other).state == "paid"
    [genuine] = heard
    for wrong in (genuine, genuine.replace(other.number, ordered.number)):
        monkeypatch.setattr(adapter, "post", Mock(return_value=wrong))
        with pytest.raises(AcquirerSilentError):
            asked_of(ordered)


def asked_of(top_up):
    return acquirer_of(top_up.channel).query(order=top_up.number, txn_time=top_up.txn_time)


@pytest.mark.capability("A136.1")
def test_a_notice_changed_on_its_way_is_refused(campus, ordered):
    campus.bank.fault("notice", "forged")
    pay(campus, ordered)
    assert ordered.state == "opened"
    assert loads.held_fen(campus.card("student")) == 0
    drive(2)
    is_credited_once(campus, ordered)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("txnAmt", "9999999"),
        ("orderId", "TU00000000000000"),
        ("merId", "777290058110001"),
        ("queryId", "1"),
        ("respCode", "01"),
        ("txnTime", "20200101000000"),
        ("currencyCode", "840"),
        ("settleDate", "0101"),
    ],
)
@pytest.mark.capability("A136.1")
def test_each_signed_field_is_signed(campus, ordered, field, value):
    message = {**notice_of(campus, ordered), field: value}
    assert Client().post(NOTICE, message).status_code == 400
    ordered.refresh_from_db()
    assert (ordered.state, ordered.told_times) == ("opened", 0)


@pytest.mark.capability("A136.1")
def test_another_authoritys_unionpay_is_none(campus, ordered):
    assert Client().post(NOTICE, notice_of(campus, ordered, keys=acquirer_keys())).status_code == 400


@pytest.mark.parametrize("name", ["041@中国银联股份有限公司山寨@1", "中国银联股份有限公司.evil", "041@merchant@1"])
def test_a_certificate_of_somebody_else_by_the_same_authority_is_none(campus, ordered, name):
    """The merchant's own certificate comes from that authority too; the name must be UnionPay's."""
    authority = certified("CFCA TEST OCA1")
    signer = as_pem(*certified(name, signer=authority))
    message = {"merId": "777290058110097", "signPubKeyCert": signer.certificate, "respCode": "00"}
    signed = acp.signed(message, key=signer.key, certificate=signer.certificate)
    assert not acp.is_genuine(signed, authority=as_pem(*authority).certificate, at=now())
    genuine = as_pem(*certified("041@中国银联股份有限公司@1", signer=authority))
    message["signPubKeyCert"] = genuine.certificate
    signed = acp.signed(message, key=genuine.key, certificate=genuine.certificate)
    assert acp.is_genuine(signed, authority=as_pem(*authority).certificate, at=now())


@pytest.mark.parametrize(
    "changes",
    [{"txnAmt": "4999"}, {"txnAmt": "5001"}, {"txnAmt": ""}, {"currencyCode": "840"}, {"txnTime": "20200101000000"}],
)
@pytest.mark.capability("A136.1")
def test_a_genuine_notice_that_does_not_fit_its_order_books_nothing(campus, ordered, changes):
    assert Client().post(NOTICE, notice_of(campus, ordered, **changes)).status_code == 409
    ordered.refresh_from_db()
    assert ordered.state == "opened"


@pytest.mark.capability("A136.2")
def test_one_payment_cannot_pay_two_orders(campus, ordered):
    other = order(campus)
    pay(campus, ordered)
    message = notice_of(campus, other, queryId=ordered.query_id)
    assert Client().post(NOTICE, message).status_code == 409
    other.refresh_from_db()
    assert other.state == "opened"
    is_credited_once(campus, ordered)


@pytest.mark.capability("A136.1")
def test_an_order_nobody_pays_is_closed_and_money_that_comes_yet_is_still_money(campus, ordered):
    age(ordered, minutes=15)
    drive(2)
    ordered.refresh_from_db()
    assert ordered.state == "opened"
    age(ordered)
    drive(2)
    ordered.refresh_from_db()
    assert ordered.state == "closed"
    pay(campus, ordered)
    is_credited_once(campus, ordered)


def age(top_up, minutes=20):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE card_online_top_up SET created_at = now() - make_interval(mins => %s) WHERE id = %s",
            [minutes, top_up.pk],
        )


@pytest.mark.capability("A136.3")
@pytest.mark.parametrize("state", ["closed", "frozen"])
def test_what_cannot_be_credited_goes_back_the_way_it_came_once(campus, ordered, bank, state):
    Card.objects.filter(pk=ordered.card_id).update(state=state)
    bank.fault("refund", "silent_after", times=2)
    bank.do("pay", tn=ordered.tn, card=CARDS["student"])
    drive(6)
    ordered.refresh_from_db()
    assert ordered.state == "refunded"
    assert campus.bank_balance("student") == BEGINNING_FEN
    assert clearing(campus) == 0


@pytest.mark.capability("A136.3")
@pytest.mark.parametrize("code", ["38", "03"], ids=["refused", "undecided"])
def test_a_refund_that_unionpay_does_not_grant_is_none_and_is_asked_for_again(campus, ordered, monkeypatch, code):
    Card.objects.filter(pk=ordered.card_id).update(state="closed")
    campus.bank.do("pay", tn=ordered.tn, card=CARDS["student"])
    with monkeypatch.context() as unwilling:
        answers_refunds(unwilling, code=code)
        drive(3)
        ordered.refresh_from_db()
        assert (ordered.state, campus.bank_balance("student")) == ("refunding", BEGINNING_FEN - 5000)
        assert (ordered.sentence, ordered.error) == ("校园卡已停用，原路退款", "暂不能退款"), "and what UnionPay said"
    drive(2)
    ordered.refresh_from_db()
    assert (ordered.state, campus.bank_balance("student")) == ("refunded", BEGINNING_FEN)


@pytest.mark.capability("A136.1", "A136.3")
def test_whose_card_was_lost_or_replaced_meanwhile_gets_the_money_and_not_the_bank(campus, ordered):
    other = order(campus, 700)
    Card.objects.filter(pk=ordered.card_id).update(state="lost", lost_at=now())
    pay(campus, ordered)
    is_credited_once(campus, ordered)
    former = Card.objects.get(pk=ordered.card_id)
    Card.objects.filter(pk=former.pk).update(state="replaced")
    replace_card(former, "04A1B2C3")
    pay(campus, other)
    assert (other.state, loads.held_fen(campus.card("student"))) == ("credited", 5700)


def test_unionpay_away_while_ordering_moves_nothing(campus, bank):
    bank.fault("open_order", "silent_before")
    made = top_ups.ask_top_up(by=campus.actor("student"), card=campus.card("student"), amount_fen=5000, source="web")
    with pytest.raises(AcquirerSilentError):
        top_ups.open_top_up(made)
    age(made)
    drive(2)
    made.refresh_from_db()
    assert made.state == "closed"


@pytest.mark.capability("A136.2")
def test_the_same_question_of_an_app_is_one_order_and_limits_hold(campus):
    app = Channel.objects.create(key="wanxiao", kind="app", name="完美校园", their_key="00")
    another = Channel.objects.create(key="yunshanfu", kind="app", name="云闪付", their_key="00")
    given = {
        "by": campus.actor("student"),
        "card": campus.card("student"),
        "source": "app",
        "app": app,
        "request": "r1",
    }
    made = top_ups.ask_top_up(**given, amount_fen=5000)
    assert top_ups.ask_top_up(**given, amount_fen=5000) == made
    assert top_ups.ask_top_up(**{**given, "app": another}, amount_fen=5000) != made, "each app counts for itself"
    for fen in (0, -1, 50_001):
        with pytest.raises(LoadLimitError):
            top_ups.ask_top_up(**{**given, "request": f"r{fen}"}, amount_fen=fen)


@pytest.mark.parametrize("state", ["closed", "opened", "refunding"])
def test_the_database_lets_no_credited_top_up_go_elsewhere(campus, ordered, state):
    pay(campus, ordered)
    with pytest.raises(IntegrityError), transaction.atomic():
        OnlineTopUp.objects.filter(pk=ordered.pk).update(state=state)


def test_a_payment_of_another_sum_is_no_payment(campus, ordered):
    with pytest.raises(PaymentOddError):
        top_ups.hear_paid(ordered, query_id="1", amount_fen=1, settled_on=None)


@pytest.mark.parametrize(
    ("today", "said", "day"),
    [
        ("2026-12-31", "0101", date(2027, 1, 1)),
        ("2027-01-01", "1231", date(2026, 12, 31)),
        ("2028-02-29", "0229", date(2028, 2, 29)),
        ("2028-03-01", "0229", date(2028, 2, 29)),
        ("2026-08-31", "0831", date(2026, 8, 31)),
        ("2026-08-31", "1332", None),
        ("2026-08-31", "", None),
    ],
)
def test_a_day_without_its_year_is_the_nearest_one(today, said, day):
    """Late on 31 December the bank settles on 1 January."""
    with time_machine.travel(datetime.fromisoformat(f"{today}T23:30+08:00"), tick=False):
        assert settle_day(said) == day
