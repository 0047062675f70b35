"""The sums of days (通行统计): by place, of days that are over, told again where a door was off line; nobody is in them."""

from datetime import timedelta

import pytest

from nanhu.kernel.clock import campus_today, start_of
from nanhu.platforms.access.jobs import publish_days
from nanhu.platforms.access.models import Passage
from nanhu.platforms.access.tests.test_vendor_cards import NUMBER, door, student, told, vendor
from nanhu.platforms.datahub import api as datahub

__all__ = ["door", "student", "vendor"]
pytestmark = pytest.mark.django_db


def test_what_the_doors_decided_is_summed_by_day_and_place(vendor, door):
    for sequence in (1, 2, 3):
        told(door, NUMBER, sequence=sequence)
    yesterday = campus_today() - timedelta(days=1)
    assert publish_days() == 0, "today is not over"
    passages = Passage.objects.order_by("sequence")
    rows = [(one.pk, one.is_opened) for one in passages]
    assert len(rows) == 3
    move(passages[:2], yesterday)
    assert publish_days() == 1
    (row,) = datahub.rows("access.door_day")
    assert (row.place, row.entries + row.refusals, row.exits) == ("hall", 2, 0)
    assert publish_days() == 0


def move(passages, day):
    """Past the trigger that keeps them: as the door would have sent them a day before."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        ids = [one.pk for one in passages]
        cursor.execute("UPDATE access_passage SET at = %s WHERE id = ANY(%s)", [start_of(day), ids])
        cursor.execute("SET LOCAL session_replication_role = origin")
