"""Whatever the day close asks, what it finds leaves the day open and stands on its page with an owner (A015)."""

from datetime import timedelta
from html import unescape

import pytest

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.payments.day_sources import sources
from nanhu.platforms.payments.models import DayDifference
from nanhu.platforms.payments.services import days
from nanhu.systems.card.chip.models import SuspenseCase
from nanhu.systems.card.chip.services.suspense import close_case
from nanhu.systems.card.closing.tests.test_days import as_superuser, yesterday_it_was
from nanhu.systems.card.closing.tests.test_liability import lost, sell  # noqa: F401  (a fixture)
from nanhu.systems.card.tests.conftest import SYSTEM, make_finance


def yesterday():
    return campus_today() - timedelta(days=1)


HELD = {
    "ledger": "test_days.py",
    "receipts": "test_days.py",
    "custody": "test_days.py",
    "terminals": "test_terminal_totals.py",
    "roots": "test_printed_roots.py",
    "suspense": "here",
    "losses": "here",
    "bank": "bank/tests/test_day_close.py",
}


def test_each_source_has_its_test() -> None:
    """A new one is asked for a difference of its own, marked A015.2, before it stands here."""
    assert {one.key for one in sources} == set(HELD)


def is_named(campus, source: str) -> DayDifference:
    close = days.close_day(by=SYSTEM, day=yesterday())
    found = close.differences.get(source=source)
    assert (close.state, found.state, bool(found.owner)) == ("open", "open", True)
    make_finance(campus, "clerk")
    page = unescape(campus.client("clerk").get(f"/payments/days/{yesterday()}/").content.decode())
    assert (str(found.what) in page, found.owner in page) == (True, True)
    assert ("已日结，无差异" in page, "差额为零" in page) == (False, False)
    return found


@pytest.mark.capability("A015.2")
def test_a_row_in_suspense_is_a_difference_of_its_day(campus):
    moment = now() - timedelta(days=1)
    SuspenseCase.objects.create(
        terminal=campus.terminal, sequence=7, reason="tac_wrong", amount_fen=800, row={}, created_at=moment
    )
    found = is_named(campus, "suspense")
    assert found.difference_fen == -800
    close_case(by=campus.actor("clerk"), case_id=SuspenseCase.objects.get().pk, answer="查清了")
    assert days.close_day(by=SYSTEM, day=yesterday()).state == "closed"
    found.refresh_from_db()
    assert found.state == "gone"


@pytest.mark.capability("A015.2")
def test_a_loss_that_the_school_did_not_bear_yet_is_a_difference_of_its_day(lost):  # noqa: F811
    sell(lost, 700)
    yesterday_it_was()
    as_superuser("UPDATE card_loss_report SET reported_at = reported_at - interval '1 day'")
    assert is_named(lost, "losses").difference_fen == -700
