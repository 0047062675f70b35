"""Emergency open: for a place with all below it, heard by doors with their next poll, ended by itself or by hand, audited."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from nanhu.kernel.clock import now
from nanhu.kernel.errors import ReasonMissingError
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.access.errors import EmergencyTooLongError
from nanhu.platforms.access.models import DoorEmergency, Passage
from nanhu.platforms.access.services.emergencies import end, open_place
from nanhu.platforms.campus.api import Place
from nanhu.systems.card.doors.tests.conftest import try_door
from nanhu.systems.card.tests.conftest import SYSTEM


def opened(key="library", minutes=30):
    return open_place(by=SYSTEM, place=Place.objects.get(key=key), reason="消防演练", minutes=minutes)


def told(device):
    return device.ask("door/list", {"version": 0}, sequence=0)["open_until"]


@pytest.mark.capability("A100.5")
def test_doors_of_the_place_and_below_hear_it_with_their_next_poll_and_others_do_not(campus, library, east):
    assert told(library) is None
    made = opened()
    inner = type(library)("ML02")
    assert told(library) == told(inner) == pytest.approx(made.ends_at.timestamp())
    assert told(east) is None


@pytest.mark.capability("A100.5")
def test_it_opens_for_everybody_even_without_a_known_card_and_is_logged(campus, library):
    opened()
    assert try_door(library, campus, "student") == "emergency"
    assert try_door(library, campus, "04AAAAAAAAAAAA") == "emergency"
    assert list(Passage.objects.values_list("code", "is_opened")) == [("emergency", True)] * 2


@pytest.mark.capability("A100.5")
def test_it_ends_by_hand_at_once_and_once(campus, library):
    made = opened()
    end(by=SYSTEM, emergency=made)
    first = DoorEmergency.objects.get().closed_at
    end(by=SYSTEM, emergency=made)
    assert DoorEmergency.objects.get().closed_at == first
    assert told(library) is None
    assert try_door(library, campus, "student") == "no_rule"
    deeds = AuditEntry.objects.filter(action__startswith="access.emergency").order_by("id")
    assert [(one.action, one.reason) for one in deeds] == [
        ("access.emergency", "消防演练"),
        ("access.emergency_ended", ""),
    ]


@pytest.mark.capability("A100.5")
def test_it_ends_by_itself(campus, library):
    place = Place.objects.get(key="library")
    DoorEmergency.objects.create(
        place=place,
        reason="演练",
        opened_at=now() - timedelta(hours=1),
        ends_at=now() - timedelta(seconds=1),
        opened_by_name="x",
    )
    assert told(library) is None
    assert try_door(library, campus, "student") == "no_rule"


@pytest.mark.capability("A100.5")
def test_it_needs_a_reason_and_a_bound(campus):
    place = Place.objects.get(key="library")
    with pytest.raises(ReasonMissingError):
        open_place(by=SYSTEM, place=place, reason=" ", minutes=5)
    for minutes in (0, -1, 721):
        with pytest.raises(EmergencyTooLongError):
            open_place(by=SYSTEM, place=place, reason="x", minutes=minutes)


@pytest.mark.capability("A100.5")
def test_it_is_history(campus):
    made = opened()
    with pytest.raises(DatabaseError), transaction.atomic():
        DoorEmergency.objects.filter(pk=made.pk).update(ends_at=now() + timedelta(days=1))
    with pytest.raises(DatabaseError), transaction.atomic():
        DoorEmergency.objects.filter(pk=made.pk).delete()
