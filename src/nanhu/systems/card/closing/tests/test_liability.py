"""What terminals without a network sell on a card after its loss report is the school's loss, not the holder's (A117)."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.school import school
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.closing import jobs, liability
from nanhu.systems.card.closing.events import LossBorne
from nanhu.systems.card.closing.losses import borne_on, loss_differences
from nanhu.systems.card.closing.services.liability import EXPENSE, bear_losses
from nanhu.systems.card.closing.tests.test_days import as_superuser
from nanhu.systems.card.closing.tests.till import Till
from nanhu.systems.card.fleet.exposure import exposure_of
from nanhu.systems.card.issuing.models import Letter
from nanhu.systems.card.issuing.subscribers import tell_loss_borne
from nanhu.systems.card.models import Merchant, Receipt
from nanhu.systems.card.protocol import receipt_number
from nanhu.systems.card.services.loss import cancel_loss, report_lost
from nanhu.systems.card.services.refunds import refund_sale
from nanhu.systems.card.tests.conftest import SYSTEM


@pytest.fixture
def lost(campus):
    """A card with ¥ 10.00, reported lost an hour ago."""
    campus.top_up("teacher", 1000)
    report_lost(by=campus.actor("teacher"), card=campus.card("teacher"), reason="丢了")
    as_superuser("UPDATE card_loss_report SET reported_at = reported_at - interval '1 hour'")
    return campus


def list_lost_cards(campus) -> None:
    """The list follows at the end of a transaction, which a test never reaches."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT card_revocation_note(%s)", [campus.card("teacher").pk])
    as_superuser("UPDATE card_revocation SET changed_at = changed_at - interval '1 hour'")


def sell(campus, fen: int, *, minutes_ago: int = 5) -> None:
    till = Till("N1001")
    till.sequences = iter(range(1000 + fen, 2000 + fen))
    told = till.upload([till.keep(campus.card("teacher").uid, fen, at=time.time() - 60 * minutes_ago)])
    assert told[0]["outcome"] == "approved", told


def held(campus) -> tuple[int, int, int, int]:
    """Wallet, debt, the merchant's takings, the school's loss."""
    wallet = campus.card("teacher").wallet
    balances = ledger.balances_of([wallet.pk, wallet.receivable_id])
    expense = ledger.account_ids([EXPENSE])
    shop = Merchant.objects.get(key="n1.rice")
    loss = -ledger.net_of(expense[EXPENSE], before=now()) if expense else 0
    return balances[wallet.pk], balances[wallet.receivable_id], ledger.net_of(shop.account_id, before=now()), loss


def bear() -> int:
    return bear_losses(by=SYSTEM, since=now() - timedelta(days=1), until=now())


def is_sound() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM card_spent_check('2020-01-01')")
        if cursor.fetchone() != (0,):
            return False
    return receipt_differences() == [] and ledger.check_ledger() == [] and ledger.trial_balance().difference_fen == 0


@pytest.mark.capability("A117.4")
def test_the_holder_gets_it_back_the_merchant_keeps_it_the_school_bears_it(lost):
    sell(lost, 700)
    assert held(lost) == (300, 0, 700, 0)
    today = campus_today()
    assert [one.theirs_fen for one in loss_differences(today)] == [700]
    assert jobs.bear_recent_losses() == 1
    assert held(lost) == (1000, 0, 700, 700)
    assert loss_differences(today) == []
    assert (borne_on(today)["rows"], borne_on(today)["fen"]) == (1, 700)
    back = Receipt.objects.get(kind="correction_in")
    assert (back.balance_fen, back.merchant_id, back.reverses.amount_fen) == (1000, None, 700)
    assert is_sound()


@pytest.mark.capability("A117.4")
def test_the_holder_is_told_once_and_reads_on_every_list_whose_loss_it_was(lost):
    sell(lost, 700)
    assert bear() == 1
    sale = receipt_number(Receipt.objects.get(kind="stored").pk)
    for _twice in range(2):
        deliver_pending()
        tell_loss_borne([LossBorne(receipt_id=int(sale), person_id=lost.persons["teacher"], amount_fen=700)])
    letter = Letter.objects.get(kind="loss_borne")
    assert letter.person_id == lost.persons["teacher"]
    for words in ("挂失后", "自选快餐", "¥ 7.00", sale, "由学校承担"):
        assert words in letter.text, words
    client, words = lost.client("teacher"), f"挂失后的脱机消费，由学校承担（凭证 {sale}）"
    assert words in client.get("/card/transactions/").content.decode()
    assert words in b"".join(client.get("/card/transactions/export.csv").streaming_content).decode()
    assert words in client.get("/card/closing/statement/statement.json").content.decode()


def test_a_debt_that_the_row_made_is_taken_off_too(lost):
    sell(lost, 2500)
    assert held(lost) == (0, 1500, 2500, 0)
    assert bear() == 1
    assert held(lost) == (1000, 0, 2500, 2500)
    assert is_sound()


def test_a_debt_that_was_paid_meanwhile_comes_back_as_money(lost):
    sell(lost, 2500)
    card = lost.card("teacher")
    cancel_loss(by=lost.actor("clerk"), card=card, document="工作证", face_checked=True, reason="找到了")
    lost.top_up("teacher", 2000, form="second")
    assert held(lost)[:2] == (500, 0)
    assert bear() == 1
    assert held(lost) == (3000, 0, 2500, 2500)
    assert is_sound()


def test_a_row_is_borne_once_however_often_it_is_asked(lost):
    sell(lost, 700)
    assert [bear(), bear(), jobs.bear_recent_losses()] == [1, 0, 0]
    assert held(lost) == (1000, 0, 700, 700)


def test_what_came_in_while_no_worker_ran_for_days_is_borne_by_night(lost):
    sell(lost, 700)
    with time_machine.travel(now() + timedelta(days=9)):
        assert jobs.bear_recent_losses() == 0, "the minute's look does not reach it"
        assert [jobs.bear_older_losses() for _twice in range(2)] == [1, 0]
    assert held(lost)[0] == 1000


@pytest.mark.capability("A117.3")
def test_what_was_sold_before_the_report_stays_with_the_holder(lost):
    sell(lost, 700, minutes_ago=90)
    assert bear() == 0
    assert held(lost) == (300, 0, 700, 0)


def test_what_is_sold_after_the_card_was_found_stays_with_the_holder(lost):
    cancel_loss(
        by=lost.actor("clerk"), card=lost.card("teacher"), document="工作证", face_checked=True, reason="找到了"
    )
    as_superuser("UPDATE card_loss_report SET ended_at = ended_at - interval '30 minutes'")
    sell(lost, 200, minutes_ago=5)
    sell(lost, 300, minutes_ago=45)
    assert bear() == 1
    assert held(lost) == (800, 0, 500, 300)


def test_what_the_merchant_refunded_is_not_borne_again(lost):
    sell(lost, 700)
    sale, shop = Receipt.objects.get(kind="stored"), Merchant.objects.get(key="n1.rice")
    refund_sale(by=SYSTEM, merchant=shop, sale=sale, amount_fen=200, reason="少打了一份", key="r1")
    assert bear() == 1
    assert held(lost) == (1000, 0, 500, 500)
    assert is_sound()


RULES = {
    "the school bears nothing": lambda: ({"school_bears": False}, 0),
    "ten minutes late": lambda: ({"after_minutes": 10}, 1),
    "two hours late": lambda: ({"after_minutes": 120}, 0),
    "begins next year": lambda: ({"school_bears": False, "from": campus_today() + timedelta(days=400)}, 1),
}


@pytest.mark.capability("A117.4")
@pytest.mark.parametrize("which", RULES)
def test_the_rule_is_the_schools_own_and_dated(which, lost, monkeypatch):
    row, borne = RULES[which]()
    ruled = replace(school(), raw={"card": {"loss_liability": [row]}})
    monkeypatch.setattr(liability, "school", lambda: ruled)
    sell(lost, 700)
    assert bear() == borne


@pytest.mark.capability("A117.4")
def test_a_rule_counts_from_its_first_day_on(lost, monkeypatch):
    sell(lost, 700)
    sold_on = campus_time(Receipt.objects.get(kind="stored").occurred_at).date()
    told = []
    for since in (sold_on, sold_on + timedelta(days=1)):
        row = {"school_bears": False, "from": since}
        ruled = replace(school(), raw={"card": {"loss_liability": [row]}})
        monkeypatch.setattr(liability, "school", lambda ruled=ruled: ruled)
        told.append(bear())
    assert told == [0, 1], "the day of the sale is the first of the new rule, or the last without it"


def test_the_exposure_shows_what_the_school_bore(lost):
    list_lost_cards(lost)
    sell(lost, 700)
    assert (exposure_of(lost.card("teacher")).late_fen, exposure_of(lost.card("teacher")).borne_fen) == (700, 0)
    bear()
    assert exposure_of(lost.card("teacher")).borne_fen == 700
    page = lost.client("teacher").get("/card/report-lost/").content.decode()
    assert "已由学校承担" in page
