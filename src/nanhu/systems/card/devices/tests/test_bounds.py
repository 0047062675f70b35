"""What the key of a kiosk that makes cards can do in a day."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from nanhu.kernel.clock import now
from nanhu.platforms.terminals.api import LoggedRequest, Terminal
from nanhu.systems.card.devices.guesses import CardGuard, guessed_too_often, made_too_many
from nanhu.systems.card.devices.tests.asking import place_device
from nanhu.systems.card.tests.conftest import SYSTEM, campus

__all__ = ["campus"]
MISSES, MADE = 20, 40
"""As the table says, docs/rooms/card-attacks.md."""


def is_shut(terminal_id: int) -> bool:
    return guessed_too_often(CardGuard().found(Terminal.objects.all()).get(pk=terminal_id))


@pytest.fixture
def maker(db):
    return place_device("KM001", "reissue_kiosk", by=SYSTEM)


def made(maker, count: int, days_ago: int) -> None:
    LoggedRequest.objects.bulk_create(
        LoggedRequest(
            terminal=maker.terminal,
            sequence=maker.next_sequence(),
            operation="reissue/finish",
            fingerprint=b"x",
            status=200,
            answer=b"{}",
            answered_at=now() - timedelta(days=days_ago),
        )
        for _ in range(count)
    )


def test_it_makes_so_many_cards_a_day(maker):
    made(maker, MADE, days_ago=2)
    made(maker, MADE - 1, days_ago=0)
    assert maker.ask("reissue/begin", {"id_number": "x"})["code"] != "terminal_limit"
    made(maker, 1, days_ago=0)
    assert maker.ask("reissue/begin", {"id_number": "x"})["code"] == "terminal_limit"
    assert not made_too_many(maker.terminal, "reissue/finish"), "what was begun is ended"


def test_misses_are_counted_of_one_terminal_and_for_a_minute(maker):
    other, guard = place_device("KM002", "reissue_kiosk", by=SYSTEM).terminal, CardGuard()
    for _ in range(MISSES):
        assert not is_shut(maker.terminal.pk)
        guard.answered(maker.terminal, "card_unknown")
        guard.answered(other, "ok")
    assert is_shut(maker.terminal.pk)
    assert not is_shut(other.pk)
    assert maker.ask("reissue/begin", {"id_number": "x"})["code"] == "terminal_limit"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE card_terminal_activity SET minute_begun = minute_begun - interval '1 minute'")
    assert not is_shut(maker.terminal.pk)


@pytest.mark.parametrize("process", ["web", "worker"])
def test_a_process_adds_a_miss_and_takes_none_away(maker, process):
    """Wrong PINs of many cards are misses too. Counted in the database: another process of the door reads the same."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE nanhu_{process}")
        for _ in range(MISSES):
            CardGuard().answered(maker.terminal, "card.pin_wrong")
        assert is_shut(maker.terminal.pk)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute("UPDATE card_terminal_activity SET misses = 0")
        cursor.execute("RESET ROLE")


def test_guesses_are_read_with_the_terminal_and_cost_no_query_of_their_own(maker):
    with CaptureQueriesContext(connection) as asked:
        maker.ask("reissue/begin", {"id_number": "x"})
    read = [one["sql"] for one in asked if "card_guesses" in one["sql"]]
    assert len(read) == 1
    assert 'FROM "terminals_terminal"' in read[0]
