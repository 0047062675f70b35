"""The golden record (主数据) as shared tables: persons, their ties to the school, units. What changed is copied each minute, all of
it each night; each row names the last batch that said a value of it."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import batched
from typing import Any, Final

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import all_rows
from nanhu.kernel.remembered import Remembered
from nanhu.platforms.datahub.feeding.health import supplied
from nanhu.platforms.datahub.findings import Finding
from nanhu.platforms.datahub.models import Batch, SharedRow
from nanhu.platforms.datahub.models import SharedTable as Known
from nanhu.platforms.datahub.shared.declarations import KEY_ENDS, SharedTable
from nanhu.platforms.datahub.shared_rows.values import Written, written_row
from nanhu.platforms.datahub.shared_rows.writing import lock_for, put_written, remove, shared_table
from nanhu.platforms.datahub.sources import OFFICES, UNITS
from nanhu.platforms.people import api as people

BY: Final = Actor.system("datahub.golden")
PERSONS: Final = "people.person"
TIES: Final = "people.affiliation"
UNIT_TABLE: Final = "people.unit"
CHUNK: Final = 2000
LIVING_TIES: Final = """
    SELECT row.key FROM unnest(%s::text[]) AS person JOIN datahub_shared_row row ON row.table_key = %s AND row.valid_to IS NULL
        AND NOT row.is_removed AND row.key > person || E'\\x1f' AND row.key < person || ' '"""
type Given = tuple[Mapping[str, Any], int]
"""A row and the last batch behind it (0: none)."""
log = logging.getLogger(__name__)


def copy_changes() -> int:
    """What golden writers did since the last time; how many persons were looked at. Killed anywhere it does the rest again."""
    seen = Known.objects.values_list("seen", flat=True).get(key=PERSONS)
    touched = people.touched_since(seen)
    for ids in batched(sorted(touched.persons), CHUNK):
        copy_persons(ids)
    if touched.has_units:
        copy_units()
    if touched.last != seen:
        Known.objects.filter(key=PERSONS).update(seen=touched.last)
    return len(touched.persons)


def copy_all() -> None:
    """Also what no change set told of: whose row stands and who is nobody any more is removed."""
    standing = {key for (key,) in SharedRow.living(PERSONS).values_list("key").iterator(chunk_size=10_000)}
    for ids in batched(people.golden_ids(), CHUNK):
        copy_persons(ids)
        standing -= set(people.public_ids(ids))
    for gone in batched(sorted(standing), CHUNK):
        remove_persons(gone)
    copy_units()


@transaction.atomic
def copy_persons(ids: Collection[int]) -> None:
    """Read with the table locked, so that no older state overwrites a newer one."""
    table, ties = shared_table(PERSONS), shared_table(TIES)
    lock_for(table, None)
    found = list(people.golden_persons(ids))
    known = batches_of([one.provenance for one in found] + [tie.provenance for one in found for tie in one.ties])
    write(table, [(person_row(one), last_batch(one.provenance, known)) for one in found])
    held = write(ties, [(tie_row(one, tie), last_batch(tie.provenance, known)) for one in found for tie in one.ties])
    living = [str(one.public_id) for one in found]
    remove_keys(TIES, set(ties_of(living)) - held)
    remove_persons(set(people.public_ids(ids)) - set(living))


def remove_persons(public_ids: Collection[str]) -> None:
    """Merged into another, or nobody since a roll-back."""
    remove_keys(PERSONS, public_ids)
    remove_keys(TIES, ties_of(public_ids))


@transaction.atomic
def copy_units() -> None:
    table = shared_table(UNIT_TABLE)
    lock_for(table, None)
    units = list(people.golden_units())
    known = batches_of([one.provenance for one in units])
    held = write(table, [(unit_row(one), last_batch(one.provenance, known)) for one in units])
    remove_keys(UNIT_TABLE, set(SharedRow.living(UNIT_TABLE).values_list("key", flat=True)) - held)


def write(table: SharedTable, given: Iterable[Given]) -> set[str]:
    """The keys that stand. A row that does not fit its table is left as it was, and harms no other."""
    ready: dict[str, Written] = {}
    held = set()
    for row, batch in given:
        made = written_row(table, row)
        if isinstance(made, Finding):
            log.warning("%s: %s of %s does not fit", table.key, made.column, row[table.keys[0]])
            held.add(KEY_ENDS.join(str(row[name]) for name in table.keys))
        else:
            ready[made.key] = replace(made, batch=batch or None)
    put_written(table, list(ready.values()), by=BY, batch=None)
    return held | ready.keys()


def remove_keys(table: str, keys: Collection[str]) -> None:
    if keys:
        remove(table, [key.split(KEY_ENDS) for key in sorted(keys)], by=BY)


def ties_of(public_ids: Collection[str]) -> list[str]:
    return [key for (key,) in all_rows(LIVING_TIES, [sorted(public_ids), TIES])]


def person_row(one: people.GoldenPerson) -> dict[str, Any]:
    """The number he lives by, or last had."""
    row = {
        "person_id": str(one.public_id),
        "campus_no": one.ties[0].campus_no,
        "name": one.name,
        "sex": one.sex,
        "nationality": one.nationality,
        "email": one.email,
        "is_here": any(tie.state in {"active", "suspended"} for tie in one.ties),
        "birth_date": one.birth_date,
        "ethnicity": one.ethnicity,
        "document_kind": one.document_kind,
        "id_number": one.id_number,
        "phone": one.phone,
    }
    return said(PERSONS, row)


def tie_row(one: people.GoldenPerson, tie: people.GoldenTie) -> dict[str, Any]:
    row = {
        "person_id": str(one.public_id),
        "campus_no": tie.campus_no,
        "kind": tie.kind,
        "starts_on": tie.starts_on,
        "ends_on": tie.ends_on,
        "unit_code": tie.unit_code,
        "category": tie.category,
        "status": tie.status_name,
        "state": tie.state,
    }
    return said(TIES, row)


def unit_row(one: people.GoldenUnit) -> dict[str, Any]:
    row = {
        "code": one.code,
        "name": one.name,
        "short_name": one.short_name,
        "kind": one.kind,
        "parent_code": one.parent_code,
        "is_active": one.is_active,
    }
    return said(UNIT_TABLE, row)


def said(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Without what nobody said; a code that the standard does not have counts as not said."""
    declared = shared_table(table).by_name
    return {
        name: value
        for name, value in row.items()
        if value not in {None, ""} and (declared[name].type != "code" or value in declared[name].values)
    }


def last_batch(provenance: Mapping[str, Any], known: Collection[int]) -> int:
    return max((number for number in numbers_in([provenance]) if number in known), default=0)


def numbers_in(provenances: Iterable[Mapping[str, Any]]) -> Iterator[int]:
    for one in provenances:
        yield from (stamp["batch"] for stamp in one.values() if isinstance(stamp, dict) and stamp.get("batch"))


def batches_of(provenances: Sequence[Mapping[str, Any]]) -> set[int]:
    """Those that there are."""
    return set(Batch.objects.filter(pk__in=set(numbers_in(provenances))).values_list("pk", flat=True))


def freshness() -> dict[str, tuple[datetime | None, datetime | None]]:
    """Of each table: when the offices behind it were last good, all of them; and since when the first of them is silent."""
    units, *offices = (supplied(one.key) for one in (UNITS, *(one for one in OFFICES if one != UNITS)))
    persons = oldest(offices)
    return {PERSONS: persons, TIES: persons, UNIT_TABLE: oldest([units])}


def oldest(supplies: Sequence[tuple[datetime | None, datetime | None]]) -> tuple[datetime | None, datetime | None]:
    """Who never handed in a file is not waited for."""
    good = [at for at, _since in supplies if at is not None]
    stale = [since for _at, since in supplies if since is not None]
    return min(good, default=now()), min(stale, default=None)


known_freshness = Remembered(freshness, seconds=5)
known_supplies = Remembered(dict[str, tuple[datetime | None, datetime | None]], seconds=5)
"""Of the sources that were asked for since."""


def supplied_to(table: SharedTable, source: str) -> tuple[datetime | None, datetime | None]:
    """Of a table that `source` writes (empty: the box itself): when that was last good, and since when it is stale."""
    if table.derived:
        return known_freshness()[table.key]
    if not source:
        return now(), None
    known = known_supplies()
    if source not in known:
        known[source] = supplied(source)
    return known[source]
