"""What the key of a kiosk that makes cards can do in a day."""

from datetime import timedelta

import pytest

from nanhu.kernel.clock import now
from nanhu.systems.card.devices.misses import MISSES, Misses, made_too_many
from nanhu.systems.card.devices.models import DeviceRequest
from nanhu.systems.card.devices.tests.asking import place_device
from nanhu.systems.card.pins.policy import LimitRule
from nanhu.systems.card.tests.conftest import SYSTEM, campus

__all__ = ["campus"]
RULE = LimitRule()


@pytest.fixture
def maker(db):
    return place_device("KM001", "reissue_kiosk", by=SYSTEM)


def made(maker, count: int, days_ago: int) -> None:
    DeviceRequest.objects.bulk_create(
        DeviceRequest(
            terminal=maker.terminal, sequence=maker.next_sequence(), operation="reissue/finish", fingerprint=b"x", status=200,
            answer=b"{}", answered_at=now() - timedelta(days=days_ago),
        )
        for _ in range(count)
    )  # fmt: skip


def test_it_makes_so_many_cards_a_day(maker):
    made(maker, RULE.kiosk_day_reissues, days_ago=2)
    made(maker, RULE.kiosk_day_reissues - 1, days_ago=0)
    assert maker.ask("reissue/begin", {"id_number": "x"})["code"] != "terminal_limit"
    made(maker, 1, days_ago=0)
    assert maker.ask("reissue/begin", {"id_number": "x"})["code"] == "terminal_limit"
    assert not made_too_many(maker.terminal, "reissue/finish"), "what was begun is ended"


def test_misses_are_counted_of_one_terminal_and_for_a_minute():
    moment = [0.0]
    misses = Misses(clock=lambda: moment[0])
    for _ in range(RULE.terminal_minute_misses):
        assert not misses.are_too_many(7)
        misses.note(7, "card_unknown")
        misses.note(8, "ok")
    assert misses.are_too_many(7)
    assert not misses.are_too_many(8)
    moment[0] = 61.0
    assert not misses.are_too_many(7)


def test_wrong_pins_of_many_cards_are_misses_too():
    MISSES.counted.clear()
    for _ in range(RULE.terminal_minute_misses):
        MISSES.note(9, "card.pin_wrong")
    assert MISSES.are_too_many(9)
    MISSES.counted.clear()
