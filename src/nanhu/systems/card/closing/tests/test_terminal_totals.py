"""Each terminal's own total of the day is held against its receipts; each difference is named, with its owner (A015)."""

from datetime import timedelta

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.platforms.payments import jobs
from nanhu.platforms.payments.models import DayClose, DayDifference
from nanhu.platforms.payments.services import days
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.closing.models import TerminalDay
from nanhu.systems.card.closing.tests.test_days import as_superuser, yesterday_it_was
from nanhu.systems.card.closing.tests.till import Till
from nanhu.systems.card.devices.tests.asking import place_device
from nanhu.systems.card.tests.conftest import SYSTEM


def yesterday():
    return campus_today() - timedelta(days=1)


@pytest.fixture
def till(campus) -> Till:
    campus.top_up("teacher", 9000)
    return Till("N1001")


def close() -> DayClose:
    return days.close_day(by=SYSTEM, day=yesterday())


@pytest.mark.capability("A015.1")
def test_what_the_terminal_counted_is_what_we_heard(till, campus):
    card = campus.card("teacher").uid
    till.pay(card, 1250)
    assert till.reverse(1)["outcome"] == "approved"
    till.upload([till.keep(card, 300)])
    sold = till.pay(card, 400)
    assert till.gateway("refund", {"receipt": sold["receipt"], "amount_fen": 150})["outcome"] == "approved"
    yesterday_it_was()
    counted = {"payments": (2, 1650), "reversals": (1, 1250), "refunds": (1, 150), "stored": (1, 300)}
    said = {kind: rows for kind, (rows, _fen) in counted.items()} | {
        f"{kind}_fen": fen for kind, (_n, fen) in counted.items()
    }
    answer = till.say_total(yesterday(), **said)
    assert (answer["outcome"], answer["agrees"]) == ("approved", True)
    assert close().state == "closed"
    (shown,) = DayClose.objects.get().figures["terminals"]
    assert shown == {
        "number": "N1001",
        "merchant": "自选快餐",
        "ours_fen": 550,
        "ours_rows": 3,
        "said_fen": 550,
        "said_rows": 3,
        "waiting": 0,
        "agrees": True,
    }
    assert receipt_differences() == []


@pytest.mark.capability("A015.2")
def test_a_sale_that_only_the_terminal_knows_is_a_difference_with_an_owner(till, campus):
    till.pay(campus.card("teacher").uid, 1250)
    yesterday_it_was()
    assert till.say_total(yesterday(), payments=2, payments_fen=2000)["agrees"] is False
    assert close().state == "open"
    (one,) = DayDifference.objects.all()
    assert (one.source, one.ours_fen, one.theirs_fen, one.owner) == ("terminals", 1250, 2000, "自选快餐（终端 N1001）")


@pytest.mark.capability("A015.2")
def test_rows_the_terminal_still_keeps_are_named_as_waiting_and_vanish_once_uploaded(till, campus):
    kept = till.keep(campus.card("teacher").uid, 700)
    till.say_total(yesterday(), stored=1, stored_fen=700, waiting=1, waiting_fen=700)
    assert close().state == "explained"
    assert "还没有上传" in DayDifference.objects.get().note
    till.upload([kept])
    as_superuser("UPDATE card_receipt SET occurred_at = occurred_at - interval '1 day'")
    jobs.close_yesterday()
    assert DayClose.objects.get(day=yesterday()).state == "closed"
    assert DayDifference.objects.get().state == "gone"


@pytest.mark.capability("A015.2")
def test_rows_the_terminal_still_keeps_explain_no_larger_sum(till, campus):
    till.keep(campus.card("teacher").uid, 700)
    till.say_total(yesterday(), stored=1, stored_fen=900, waiting=1, waiting_fen=700)
    assert close().state == "open"
    assert "报消费 1 笔，凭证 0 笔" in DayDifference.objects.get().what


@pytest.mark.capability("A015.2")
def test_a_row_we_did_not_believe_is_named(till, campus):
    row = till.keep("DEADBEEF", 800)
    assert till.upload([row])[0]["code"] == "card_unknown"
    yesterday_it_was()
    till.say_total(yesterday(), stored=1, stored_fen=800)
    assert close().state == "open"
    assert "没有入账" in DayDifference.objects.get().what


@pytest.mark.capability("A015.2")
def test_a_terminal_that_ever_told_its_total_is_missed_when_it_is_silent(till, campus):
    till.say_total(yesterday() - timedelta(days=1))
    till.pay(campus.card("teacher").uid, 500)
    yesterday_it_was()
    assert close().state == "open"
    assert "没有报日合计" in DayDifference.objects.get().what
    till.say_total(yesterday(), payments=1, payments_fen=500)
    assert close().state == "closed"


@pytest.mark.capability("A015.2")
def test_a_total_told_after_the_close_opens_the_day_again(till, campus):
    till.pay(campus.card("teacher").uid, 500)
    as_superuser("UPDATE ledger_transfer SET posted_at = posted_at - interval '3 days'")
    as_superuser(
        "UPDATE card_receipt SET posted_at = posted_at - interval '3 days', occurred_at = occurred_at - interval '3 days'"
    )
    day = campus_today() - timedelta(days=3)
    assert days.close_day(by=SYSTEM, day=day).state == "closed"
    till.say_total(day, payments=3, payments_fen=1500)
    jobs.close_yesterday()
    assert DayClose.objects.get(day=day).state == "open"


@pytest.mark.capability("A015.2")
def test_the_latest_word_counts_and_the_same_request_again_changes_nothing(till):
    first = {"day": yesterday().isoformat(), "payments": 1, "payments_fen": 100}
    told = till.ask("day/total", first, sequence=50)
    till.ask("day/total", first | {"payments": 2}, sequence=60)
    till.ask("day/total", first | {"payments": 9}, sequence=55)
    assert till.ask("day/total", first, sequence=50) == told
    assert TerminalDay.objects.get().payments == 2


NONSENSE = {
    "tomorrow": lambda: {"day": (campus_today() + timedelta(days=1)).isoformat()},
    "long ago": lambda: {"day": "2020-01-01"},
    "no day": lambda: {"day": "yesterday"},
    "below zero": lambda: {"day": yesterday().isoformat(), "payments": -1},
    "a fraction": lambda: {"day": yesterday().isoformat(), "payments_fen": 1.5},
    "more than there is": lambda: {"day": yesterday().isoformat(), "payments_fen": 10**18},
    "keeps more than it sold": lambda: {
        "day": yesterday().isoformat(),
        "stored": 1,
        "stored_fen": 5,
        "waiting": 2,
        "waiting_fen": 9,
    },
}


@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_is_malformed(what, till):
    assert till.ask("day/total", NONSENSE[what]())["code"] == "malformed"
    assert not TerminalDay.objects.exists()


def test_only_what_sells_tells_totals(campus):
    kiosk = place_device("KL001", "load_kiosk", by=SYSTEM)
    assert kiosk.ask("day/total", {"day": yesterday().isoformat()})["code"] == "terminal_unfit"
