"""Sums of days are those of their rows, and the trial balance of a moment is made of them."""

from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import CAMPUS_ZONE, campus_today, now
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.ledger.models import DaySum
from nanhu.platforms.ledger.services.day_sums import check_days, forget_sums, may_be_written, sum_days
from nanhu.platforms.ledger.trial import trial_at

BY = Actor.system("test")


@pytest.fixture
def day() -> date:
    """The day of the oldest rows of the books; asked for when the test begins, so that a run may go on past midnight."""
    return campus_today() - timedelta(days=3)


@pytest.fixture
def books(db) -> dict[str, int]:
    opened = ledger.open_accounts(
        [
            ledger.AccountOrder(code="bank", name="银行", kind="asset"),
            ledger.AccountOrder(code="till:1", name="窗口", kind="liability"),
        ]
    )
    for days, fen in ((3, 500), (3, 70), (2, 9), (0, 4)):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_transfer (entry_id, posted_at, occurred_at, kind, debit_account_id, credit_account_id, amount_fen)"
                " VALUES (1, %s, now(), 'test', %s, %s, %s)",
                [now() - timedelta(days=days), opened["bank"], opened["till:1"], fen],
            )
    return opened


def net_at(day: date, books) -> int:
    moment = datetime(day.year, day.month, day.day, tzinfo=CAMPUS_ZONE) + timedelta(days=1)
    rows = trial_at(moment)
    assert sum(row.net_fen for row in rows) == 0
    return sum(row.net_fen for row in rows if row.account_id == books["bank"])


def test_the_trial_balance_of_a_moment_is_the_same_with_and_without_sums(books, day):
    wanted = {day: 570, day + timedelta(days=1): 579, campus_today(): 583}
    assert {one: net_at(one, books) for one in wanted} == wanted
    assert sum_days() >= 2
    assert {one: net_at(one, books) for one in wanted} == wanted
    assert sum_days() <= 1


def test_a_touched_sum_or_a_row_brought_in_later_is_found(books, day):
    sum_days()
    assert check_days() == []
    DaySum.objects.filter(day=day, account_id=books["bank"]).update(debit_fen=1)
    assert check_days() == [day]
    forget_sums(since=day)
    sum_days()
    assert check_days() == []


def test_people_are_added_up_by_group(books):
    assert {row.group for row in trial_at(now())} == {"bank", "till"}


def test_the_command_counts_what_it_prints(books, day, capsys):
    sum_days()
    DaySum.objects.filter(day=day, account_id=books["bank"]).update(debit_fen=1)
    with pytest.raises(SystemExit):
        call_command("ledger", "check")
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"day_sum_differs {day}"
    assert said[-1].startswith(f"ledger: {len(said) - 1} differences")


@pytest.mark.django_db(transaction=True)
def test_a_day_waits_for_whoever_began_in_it_and_has_written_nothing_yet():
    """Who waits for a lock over midnight posts at the moment his transaction began: yesterday."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT now()")
            began_on = cursor.fetchone()[0].astimezone(CAMPUS_ZONE).date()
        assert may_be_written(began_on)
        assert not may_be_written(began_on - timedelta(days=1)), "the day before is over for everybody"
    finally:
        other.rollback()
        other.close()
    assert not may_be_written(began_on)
