"""A page of a shared table for a consumer: rows by the order in which they were written, from a cursor on, removed ones included.

Rows of a table are numbered under its lock, so that none comes in behind a cursor. `floor`: the number at which the consumer's
first reading began; what was removed before it is not told to him."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any, Final

from django.db import connection, transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.crypto import decrypt_many
from nanhu.platforms.datahub.models import Grant
from nanhu.platforms.datahub.shared.declarations import KEY_ENDS, SharedTable
from nanhu.platforms.datahub.shared.reading import tell_looks
from nanhu.platforms.datahub.shared.values import PURPOSE
from nanhu.platforms.people import api as people

LOOK: Final = "datahub.share_person"
MOST: Final = 5000
USUAL: Final = 500
PAGE: Final = """
    SELECT one.id, one.key, one.data::text, one.sealed, one.fits, one.valid_from, one.batch_id
    FROM (
        SELECT row.*, NOT row.is_removed AND (%(only)s::jsonb[] IS NULL OR row.data @> ANY(%(only)s::jsonb[])) AS fits
        FROM datahub_shared_row row
        WHERE row.table_key = %(table)s AND row.valid_to IS NULL AND row.id > %(since)s
    ) one
    WHERE one.fits OR (one.id > %(floor)s AND EXISTS (
        SELECT FROM datahub_shared_row before
        WHERE before.table_key = %(table)s AND before.key = one.key AND before.id <= %(since)s AND NOT before.is_removed
            AND (%(only)s::jsonb[] IS NULL OR before.data @> ANY(%(only)s::jsonb[]))))
    ORDER BY one.id LIMIT %(most)s"""
NEWEST: Final = "SELECT coalesce(max(id), 0) FROM datahub_shared_row WHERE table_key = %s AND valid_to IS NULL"
LAST_PERSONS: Final = """
    SELECT DISTINCT ON (key) key, data ->> %(person)s FROM datahub_shared_row
    WHERE table_key = %(table)s AND key = ANY(%(keys)s) AND NOT is_removed ORDER BY key, id DESC"""
DELIVER: Final = """
    INSERT INTO datahub_delivery AS known (grant_id, campus_no, day, times, at)
    SELECT %(grant)s, one, %(day)s, 1, %(at)s FROM unnest(%(numbers)s::text[]) AS one
    ON CONFLICT (campus_no, grant_id, day) DO UPDATE SET times = known.times + 1, at = excluded.at
    RETURNING campus_no, times"""


@dataclass(frozen=True, slots=True)
class Cursor:
    since: int = 0
    floor: int = 0

    def __str__(self) -> str:
        return f"{self.since}.{self.floor}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`data` is None where it was removed, or is none of the consumer's any more."""

    key: dict[str, str]
    data: dict[str, Any] | None
    since: datetime
    batch: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    rows: Sequence[Row]
    next: Cursor
    is_last: bool


def page_of(grant: Grant, table: SharedTable, cursor: Cursor, *, most: int, by: Actor) -> Page:
    """What is read is counted for each person in the same transaction."""
    with transaction.atomic():
        if not cursor.floor:
            cursor = Cursor(cursor.since, newest(table))
        found = fetched(grant, table, cursor, most + 1)
        shown = found[:most]
        rows = [
            row_of(grant, table, one, secret)
            for one, secret in zip(shown, secrets_of(grant, table, shown), strict=True)
        ]
        if table.person:
            numbers = persons_of(table, shown)
            whole = [number for number, row in zip(numbers, rows, strict=True) if row.data is not None]
            deliver(grant, table, numbers, whole, by=by)
    since = shown[-1][0] if shown else cursor.since
    return Page(rows=rows, next=Cursor(since, cursor.floor), is_last=len(found) <= most)


def newest(table: SharedTable) -> int:
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [table.key])
        return max(int(cursor.fetchone()[0]), 1)


def fetched(grant: Grant, table: SharedTable, cursor: Cursor, most: int) -> list[tuple[Any, ...]]:
    facts: dict[str, Any] = {
        "table": table.key,
        "since": cursor.since,
        "floor": cursor.floor,
        "most": most,
        "only": wanted(grant),
    }
    with connection.cursor() as line:
        line.execute(PAGE, facts)
        found: list[tuple[Any, ...]] = line.fetchall()
    return found


def wanted(grant: Grant) -> list[str] | None:
    """Each combination of values that a row may have, as JSON; None: all rows."""
    if not grant.only:
        return None
    names = list(grant.only)
    return [json.dumps(dict(zip(names, values, strict=True))) for values in product(*grant.only.values())]


def secrets_of(grant: Grant, table: SharedTable, found: Sequence[tuple[Any, ...]]) -> list[Mapping[str, Any]]:
    """What is sealed is opened only where the grant has a field of it."""
    if not table.sensitive & set(grant.fields):
        return [{} for _one in found]
    opened = iter(decrypt_many([bytes(one[3]) for one in found if one[3] is not None], purpose=PURPOSE))
    return [json.loads(next(opened)) if one[3] is not None else {} for one in found]


def row_of(grant: Grant, table: SharedTable, one: tuple[Any, ...], secret: Mapping[str, Any]) -> Row:
    _id, key, data, _sealed, fits, since, batch = one
    said = {**json.loads(data), **secret} if fits else None
    return Row(
        key=dict(zip(table.keys, key.split(KEY_ENDS), strict=True)),
        data=None if said is None else {name: said[name] for name in grant.fields if name in said},
        since=since,
        batch=batch,
    )


def persons_of(table: SharedTable, found: Sequence[tuple[Any, ...]]) -> list[str]:
    """Whose each row is, as it is stored, whatever fields are given; of a removed one, whose it last was."""
    stored = [json.loads(one[2]).get(table.person) for one in found]
    removed = [one[1] for one, number in zip(found, stored, strict=True) if number is None]
    last: dict[str, str] = {}
    if removed:
        with connection.cursor() as cursor:
            cursor.execute(LAST_PERSONS, {"person": table.person, "table": table.key, "keys": removed})
            last = dict(cursor.fetchall())
    return [str(number or last.get(one[1]) or "") for one, number in zip(found, stored, strict=True)]


def deliver(grant: Grant, table: SharedTable, numbers: Sequence[str], whole: Sequence[str], *, by: Actor) -> None:
    """Counted each time, removals too; told to each person once a day, and of what is sensitive in `whole` rows each time."""
    counted = sorted({number for number in numbers if number})
    if not counted:
        return
    with connection.cursor() as cursor:
        cursor.execute(DELIVER, {"grant": grant.pk, "day": campus_today(), "at": now(), "numbers": counted})
        fresh = sorted(number for number, times in cursor.fetchall() if times == 1)
    if table.sensitive & set(grant.fields):
        looked = [number for number in whole if number]
        tell_looks(table, [{table.person: number} for number in looked], by=by, purpose=grant.purpose)
        fresh = sorted(set(fresh) - set(looked))
    persons = people.find_people_by_campus_no(fresh)
    audit.record_many(
        audit.Record(
            by=by,
            action=LOOK,
            target=f"person:{persons[number]}",
            reason=grant.purpose,
            facts={"table": table.name, "campus_no": number},
        )
        for number in fresh
        if number in persons
    )
