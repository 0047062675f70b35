"""The sums of days (通行统计): by place, of days that are over, told again where a door was off line; nobody is in them."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.platforms.access.jobs import publish_days
from nanhu.platforms.access.models import Passage
from nanhu.platforms.access.services.passing import pass_door
from nanhu.platforms.access.tests.test_vendor_cards import UID, card, door, student, told, vendor
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.models import SharedTable

__all__ = ["door", "student", "vendor"]
pytestmark = pytest.mark.django_db


def test_what_the_doors_decided_is_summed_by_day_and_place(vendor, door):
    vendor([card()])
    for sequence, number in ((1, UID), (2, UID), (3, "04FFFFFF")):
        told(door, number, sequence=sequence)
    yesterday = campus_today() - timedelta(days=1)
    assert publish_days() == 0, "today is not over"
    pass_door(door=door, sequence=4, text=UID.lower(), direction="out")
    passages = list(Passage.objects.order_by("sequence"))
    assert [(one.is_opened, one.direction) for one in passages] == [
        (True, "in"),
        (True, "in"),
        (False, "in"),
        (True, "out"),
    ]
    move(passages[1:], yesterday)
    assert publish_days() == 1
    (row,) = datahub.rows("access.door_day")
    assert (row.place, row.entries, row.exits, row.refusals) == ("hall", 1, 1, 1)
    assert publish_days() == 0


def test_what_a_door_sends_weeks_later_is_added_to_its_day(vendor, door):
    vendor([card()])
    for sequence in (1, 2, 3):
        told(door, UID, sequence=sequence)
    first, late, forgotten = Passage.objects.order_by("sequence")
    today = campus_today()
    then = today - timedelta(days=20)
    SharedTable.objects.filter(key="access.door_day").update(last_at=now())  # the database may be much older than today
    move([first], then, received=then)
    assert publish_days() == 0, "nothing was heard of that day lately"
    move([late], then)
    move([forgotten], today - timedelta(days=181))
    assert publish_days() == 1, "of a day whose passages are going no sum is told anew"
    (row,) = datahub.rows("access.door_day")
    assert (row.day, row.entries) == (then, 2)


def test_days_of_weeks_in_which_nothing_was_told_are_told_afterwards(vendor, door):
    """The school was read-only, or no worker ran."""
    vendor([card()])
    for sequence in (1, 2):
        told(door, UID, sequence=sequence)
    first, second = Passage.objects.order_by("sequence")
    today = campus_today()
    move([first], today - timedelta(days=1))
    assert publish_days() == 1
    move([second], today, received=today)
    with time_machine.travel(now() + timedelta(days=20)):
        assert [publish_days() for _twice in range(2)] == [1, 0]
    assert [row.day for row in datahub.rows("access.door_day")] == [today - timedelta(days=1), today]


def move(passages, day, received=None):
    """Past the trigger that keeps them: as the door would have sent them."""
    changes = {"at": start_of(day)} | ({"received_at": start_of(received)} if received else {})
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Passage.objects.filter(pk__in=[one.pk for one in passages]).update(**changes)
        cursor.execute("SET LOCAL session_replication_role = origin")
