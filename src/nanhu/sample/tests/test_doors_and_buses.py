"""The demo's doors and buses are set up through the card's door, once however often the step runs."""

import pytest

from nanhu.platforms.access.models import AntiPassback, Door, DoorRule
from nanhu.platforms.terminals.api import Terminal
from nanhu.sample.demo import steps
from nanhu.sample.management.commands import card_doors
from nanhu.systems.card.models import Merchant, Price
from nanhu.systems.card.sample import chosen_terminals
from nanhu.systems.card.tests.conftest import bring_in_the_cast

pytestmark = pytest.mark.django_db


def nothing(*_progress: object) -> None:
    pass


def test_doors_stand_at_their_places_with_rules_and_are_told_to_the_emulator(monkeypatch):
    bring_in_the_cast()
    written = {}
    monkeypatch.setattr(card_doors, "write_private", lambda path, value: written.update({path.name: value}))
    for _time in range(2):
        steps.hang_doors(nothing)
    card_doors.Command().handle(campus_no=[], verbosity=0)
    assert Door.objects.count() == len(written["doors.json"]["terminals"]) == 8
    assert AntiPassback.objects.get(place__key="south.d1").mode == "hard"
    assert DoorRule.objects.filter(place__key="south.d1").count() == 3


def test_buses_take_one_fare_and_one_of_them_can_be_tried():
    bring_in_the_cast()
    for _time in range(2):
        steps.start_the_buses(nothing)
    buses = Terminal.objects.filter(till__merchant=Merchant.objects.get(key="bus"))
    assert list(Price.objects.filter(terminal__in=buses).values_list("kind", "price_fen")) == [("fixed", 100)] * 3
    assert any(one["merchant"] == "校车公司" and one["fixed_fen"] == 100 for one in chosen_terminals(1))
