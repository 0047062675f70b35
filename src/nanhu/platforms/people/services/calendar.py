"""Affiliations follow the calendar: one begins on its first day and ends after its last, without an office saying so."""

import json
from datetime import date
from typing import Any, Final

from django.db import connection, transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.database.values import all_rows
from nanhu.kernel.events import Event, publish
from nanhu.platforms.people.models import ChangeSet
from nanhu.platforms.people.records import Origin
from nanhu.platforms.people.services.apply import affiliation_fact
from nanhu.platforms.people.services.golden import lock_golden, open_change_set, stamp_of
from nanhu.platforms.people.services.plan import fact_of

CALENDAR: Final = Origin(source="calendar", title="日期")
DUE: Final = {
    "begin": """
        SELECT id FROM people_affiliation
         WHERE state = 'planned' AND starts_on <= %(today)s AND (ends_on IS NULL OR ends_on >= %(today)s) ORDER BY id""",
    "end": "SELECT id FROM people_affiliation WHERE state <> 'ended' AND ends_on < %(today)s ORDER BY id",
}
JOURNAL: Final = """
    INSERT INTO people_change (change_set_id, entity, entity_id, before, sources, created_at)
    SELECT %(set)s, 'affiliation', id, jsonb_build_object('state', state),
           jsonb_build_object('state', provenance -> 'state'), now()
      FROM people_affiliation WHERE id = ANY(%(ids)s)"""
UPDATE: Final = """
    UPDATE people_affiliation AS a
       SET state = {after},
           provenance = provenance || jsonb_build_object('state', %(stamp)s::jsonb || jsonb_build_object(
               'said', coalesce(provenance -> 'state' ->> 'said', was.state)))
      FROM (SELECT id, state FROM people_affiliation WHERE id = ANY(%(ids)s)) AS was
     WHERE a.id = was.id
    RETURNING a.person_id, a.id, a.kind, a.campus_no, a.category, was.state, a.state"""
MOVE: Final = {
    "begin": UPDATE.format(after="coalesce(provenance -> 'state' ->> 'said', 'active')"),
    "end": UPDATE.format(after="'ended'"),
}


def begin_due(*, by: Actor, today: date) -> int:
    """Planned affiliations whose first day has come; returns how many began. Again on the same day: none."""
    return move_due("begin", by=by, today=today)


def end_overdue(*, by: Actor, today: date) -> int:
    """Affiliations whose last day is over; returns how many ended. Again on the same day: none."""
    return move_due("end", by=by, today=today)


@transaction.atomic
def move_due(what: str, *, by: Actor, today: date) -> int:
    """Set-based: thirty thousand graduates are four statements and their events."""
    if not due_ids(what, today):
        return 0
    lock_golden()
    ids = due_ids(what, today)  # whoever held the lock may have done it
    if not ids:
        return 0
    change_set = open_change_set(by=by, kind=ChangeSet.Kind.CALENDAR, origin=CALENDAR)
    stamp = json.dumps(stamp_of(CALENDAR, change_set.id))
    with connection.cursor() as cursor:
        cursor.execute(JOURNAL, {"set": change_set.id, "ids": ids})
        cursor.execute(MOVE[what], {"ids": ids, "stamp": stamp})
        publish(*filter(None, map(fact_of_row, cursor.fetchall())))
    audit.record(
        by=by,
        action=f"people.{what}_affiliations",
        target=f"change_set:{change_set.id}",
        facts={"count": len(ids), "today": today.isoformat()},
    )
    return len(ids)


def due_ids(what: str, today: date) -> list[int]:
    return [row[0] for row in all_rows(DUE[what], {"today": today})]


def fact_of_row(row: tuple[Any, ...]) -> Event | None:
    *identity, before, after = row
    fact = fact_of(before, after)
    names = ("person_id", "id", "kind", "campus_no", "category")
    return affiliation_fact(fact, dict(zip(names, identity, strict=True))) if fact else None
