"""Sums nobody claimed go back to the bank after as many days as the school chose (A148), once, whatever fails on the way."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.ui import dates
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.models import BankPayout, Statement
from nanhu.platforms.payments.services import reconciliation
from nanhu.platforms.payments.services.custody import reported_balance
from nanhu.systems.card.bank.models import Load, OnlineTopUp
from nanhu.systems.card.bank.services import loads, money_back, top_ups
from nanhu.systems.card.bank.tests.conftest import BEGINNING_FEN, CARDS, ID_NUMBERS, drive, past_the_triggers
from nanhu.systems.card.bank.tests.due import drive_due
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.funds import jobs
from nanhu.systems.card.funds.checks import funds_differences
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.funds.services.returns import return_overdue
from nanhu.systems.card.pins.tests.conftest import Keypad
from nanhu.systems.card.tests.conftest import CAST, SYSTEM

DAYS = 30
PIN = ID_NUMBERS["student"][-6:].replace("X", "0")


@pytest.fixture
def thirty_days(school_file):
    school_file({"exception_hours = 24 ": f"unclaimed_return_days = {DAYS}\nexception_hours = 24 "})


def unclaimed_load(campus, fen=5000):
    campus.agree("student")
    load = loads.ask_load(by=SYSTEM, card=campus.card("student"), amount_fen=fen, terminal=None)
    drive()
    load.refresh_from_db()
    return load


def age(days=DAYS + 1):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE card_claimable SET created_at = created_at - make_interval(days => %s)", [days])


def come_back():
    done = return_overdue()
    deliver_pending()
    return done


def books_agree():
    return (receipt_differences(), funds_differences(), ledger.trial_balance().difference_fen) == ([], [], 0)


@pytest.fixture
def kiosk():
    return Keypad(Device("QC001"))


def collect(campus, kiosk):
    begun = kiosk.ask("claim/begin", {"card": campus.card("student").uid}, pin=PIN)
    if begun["outcome"] != "approved":
        return begun["code"]
    kiosk.ask("claim/finish", {"claim": begun["claim"], "is_written": True})
    return "done"


@contextmanager
def clock_on(campus, **later):
    """The campus's clock; the bank keeps its own, so that nothing may be asked of it meanwhile."""
    with time_machine.travel(now() + timedelta(**later), tick=True):
        campus.clients.clear()
        yield
    campus.clients.clear()


def test_the_desk_says_on_which_of_the_campuss_days_it_goes_back(campus, thirty_days):
    """Of what came in at six in the morning, when it is still the day before in London."""
    unclaimed_load(campus)
    Claimable.objects.update(created_at=start_of(campus_today()) - timedelta(hours=18))
    due = campus_today() + timedelta(days=DAYS - 1)
    page = campus.client("clerk").get("/card/bank/desk/unclaimed/").content.decode()
    row = page.partition("<tbody>")[2].partition("</tbody>")[0]
    this_year = campus_today().year
    assert dates.short_day(due, this_year) in row
    assert dates.short_day(due - timedelta(days=1), this_year) not in row


@pytest.mark.capability("A139.2", "A148.1", "A148.2", "A148.4")
def test_a_load_whose_write_failed_is_found_by_the_clock_shown_to_both_and_goes_back_to_the_bank(
    campus, kiosk, thirty_days
):
    """Begun at the kiosk's screen; nobody tells the school that it hangs, the hours do."""
    campus.agree("student")
    order = kiosk.ask("load/begin", {"card": campus.card("student").uid, "amount_fen": 5000}, pin=PIN)["order"]
    drive()
    claim = kiosk.ask("load/claim", {"order": order})
    kiosk.ask("claim/finish", {"claim": claim["claim"], "is_written": False})
    load = Load.objects.get()
    assert load.state in {"credited", "writing"}
    with clock_on(campus, minutes=9):
        drive_due()
        load.refresh_from_db()
        assert load.state in {"credited", "writing"}
    for minutes in (11, 22, 33):
        with clock_on(campus, minutes=minutes):
            drive_due()
    load.refresh_from_db()
    assert load.state == "unclaimed"
    with clock_on(campus, minutes=34):
        for part, path in (("student", "/card/funds/"), ("clerk", "/card/bank/desk/unclaimed/")):
            page = campus.client(part).get(path).content.decode()
            assert "圈存未领" in page
            assert "¥ 50.00" in page
        assert f"超过 {DAYS} 天" in page
        [row] = page.partition("<tbody>")[2].partition("</tbody>")[0].split("</tr>")[:-1]
        assert all(words in row for words in (CAST["student"][0], "圈存未领", "¥ 50.00")), "and to the office whose"
    with clock_on(campus, days=DAYS - 1):
        assert jobs.return_unclaimed() == 0
    with clock_on(campus, days=DAYS, minutes=1):
        assert jobs.return_unclaimed() == 1
        deliver_pending()
        assert jobs.return_unclaimed() == 0
    assert AuditEntry.objects.get(action="card.return_claimable").reason == "超过期限未领，退回原处"
    drive(2)
    assert BankPayout.objects.get().state == "paid"
    assert campus.bank_balance("student") == BEGINNING_FEN
    assert collect(campus, kiosk) == "card.nothing_to_claim"
    assert "没有未领的钱" in campus.client("clerk").get("/card/bank/desk/unclaimed/").content.decode()
    assert books_agree()


@pytest.mark.capability("A148.4")
def test_where_the_school_chose_no_days_nothing_goes_back(campus):
    unclaimed_load(campus)
    with clock_on(campus, days=400):
        assert jobs.return_unclaimed() == 0


@pytest.mark.capability("A148.3")
def test_what_is_collected_is_collected_once_and_never_sent_back(campus, kiosk, thirty_days):
    unclaimed_load(campus)
    assert collect(campus, kiosk) == "done"
    with clock_on(campus, days=DAYS + 1):
        assert jobs.return_unclaimed() == 0
    assert collect(campus, kiosk) == "card.nothing_to_claim"
    assert campus.bank_balance("student") == BEGINNING_FEN - 5000
    assert books_agree()


@pytest.mark.parametrize("fault", ["silent_before", "silent_after", "forged", "error", "twice"])
def test_a_bank_that_fails_on_the_way_back_pays_once(campus, bank, thirty_days, fault):
    unclaimed_load(campus)
    age()
    come_back()
    bank.fault("pay_out", fault)
    drive(3)
    assert BankPayout.objects.get().state == "paid"
    assert campus.bank_balance("student") == BEGINNING_FEN
    assert books_agree()


@pytest.mark.parametrize("how", ["other words in the program", "other words in the row"])
def test_a_payout_asked_again_is_the_same_and_its_number_used_before_is_no_refusal(
    campus, bank, thirty_days, monkeypatch, how
):
    """The answer was lost; whatever changed since, what the bank paid is not credited to its holder again."""
    unclaimed_load(campus)
    age()
    come_back()
    bank.fault("pay_out", "silent_after")
    drive()
    if how == "other words in the program":
        monkeypatch.setattr(money_back.Unclaimed, "words", "另一种说法")
    else:
        with past_the_triggers() as cursor:
            cursor.execute("UPDATE payments_payout SET words = '另一种说法'")
    drive(2)
    assert BankPayout.objects.get().state == "paid"
    assert (campus.bank_balance("student"), loads.held_fen(campus.card("student"))) == (BEGINNING_FEN, 0)
    assert books_agree()


@pytest.mark.capability("A148.4")
def test_a_bank_that_will_not_take_it_leaves_it_to_its_holder(campus, kiosk, bank, thirty_days):
    unclaimed_load(campus)
    age()
    come_back()
    bank.forget()
    drive(2)
    payout = BankPayout.objects.get()
    assert (payout.state, Claimable.objects.get(entry_id=payout.again_entry_id).amount_fen) == ("returned", 5000)
    assert collect(campus, kiosk) == "done"
    assert loads.held_fen(campus.card("student")) == 5000
    assert books_agree()


@pytest.mark.capability("A148.4")
def test_an_unclaimed_top_up_goes_back_through_unionpay(campus, bank, thirty_days):
    made = top_ups.ask_top_up(by=campus.actor("student"), card=campus.card("student"), amount_fen=5000, source="web")
    bank.do("pay", tn=top_ups.open_top_up(made).tn, card=CARDS["student"])
    age()
    assert come_back() == 1
    assert OnlineTopUp.objects.get().state == "refunding"
    bank.fault("refund", "silent_after")
    drive(4)
    assert OnlineTopUp.objects.get().state == "refunded"
    assert campus.bank_balance("student") == BEGINNING_FEN
    assert reconciliation.bank_differences(campus_today()) == []
    assert books_agree()


def test_the_database_gives_no_credited_top_up_back_that_is_not_returned(campus, bank):
    made = top_ups.ask_top_up(by=campus.actor("student"), card=campus.card("student"), amount_fen=5000, source="web")
    bank.do("pay", tn=top_ups.open_top_up(made).tn, card=CARDS["student"])
    with pytest.raises(IntegrityError), transaction.atomic():
        OnlineTopUp.objects.update(state="refunding")


@pytest.mark.parametrize("facts", [{"state": "asked"}, {"amount_fen": 1}, {"reference": "other"}])
def test_the_database_keeps_a_payout_as_it_ended(campus, thirty_days, facts):
    unclaimed_load(campus)
    age()
    come_back()
    drive(2)
    with pytest.raises(IntegrityError), transaction.atomic():
        BankPayout.objects.update(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        BankPayout.objects.all().delete()


def test_what_the_bank_says_it_holds_is_what_our_books_say(campus, thirty_days):
    unclaimed_load(campus)
    reconciliation.bank_differences(campus_today())
    assert reported_balance(campus_today()) == 5000
    age()
    come_back()
    drive(2)
    reconciliation.bank_differences(campus_today())
    assert reported_balance(campus_today()) == 0
    assert reported_balance(campus_today() - timedelta(days=400)) is None
    assert Statement.objects.filter(balance_fen__isnull=False).count() == 1
