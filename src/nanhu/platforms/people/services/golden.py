"""The ground of every write to the golden record: one writer at a time, one change set, rows in bulk."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from django.db import connection
from psycopg import sql

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import all_rows, run
from nanhu.kernel.events import publish
from nanhu.platforms.people.events import OverrideEnded
from nanhu.platforms.people.models import ChangeSet, Override
from nanhu.platforms.people.records import Origin

GOLDEN_LOCK: Final = 7_310_001
MOST_SPELT: Final = 1000
written: Final = json.JSONEncoder(ensure_ascii=False).encode
type Row = dict[str, Any]


def lock_golden() -> None:
    """Writers of the golden record queue up until the transaction ends; readers are not disturbed."""
    run("SELECT pg_advisory_xact_lock(%s)", [GOLDEN_LOCK])


def reserve_ids(table: str, count: int) -> list[int]:
    """Ids to be used in this transaction, so that rows of several tables can be written in one go."""
    return [
        row[0]
        for row in all_rows(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
        )
    ]


def open_change_set(
    *, by: Actor, kind: str, origin: Origin, reason: str = "", reverts_id: int | None = None, set_id: int | None = None
) -> ChangeSet:
    return ChangeSet.objects.create(
        id=set_id,
        kind=kind,
        source=origin.source,
        source_title=origin.title,
        batch_no=origin.batch_no,
        actor=by.name,
        reason=reason,
        reverts_id=reverts_id,
    )


def stamp_of(origin: Origin, change_set_id: int) -> dict[str, Any]:
    """The provenance of a value."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return {"source": origin.source, "batch": origin.batch_no, "set": change_set_id, "at": at}


def close_overrides(ids: Iterable[int], ending: Override.Ending) -> None:
    """Writes down that they are over; what stands in the golden record is the caller's."""
    found = Override.objects.select_for_update().filter(pk__in=list(ids), ended_at=None).order_by("pk")
    for one in found:
        one.ended_at, one.ending = now(), ending
        one.save(update_fields=["ended_at", "ending"])
        publish(OverrideEnded(override_id=one.pk, person_id=one.person_id, field=one.field, ending=ending.value))


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """COPY, the fast way in; values are psycopg's, and mappings become JSON."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    spell = Spelling()
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([spell(row[column]) for column in columns])


def update_rows(table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Set these columns of the rows with these ids, through a temporary table: one statement for thirty thousand."""
    if not rows:
        return
    name = f"incoming_{table}"
    listed = sql.SQL(", ").join(map(sql.Identifier, ["id", *columns]))
    assignments = sql.SQL(", ").join(sql.SQL("{0} = incoming.{0}").format(sql.Identifier(c)) for c in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                sql.Identifier(name), listed, sql.Identifier(table)
            )
        )
        copy_rows(name, ["id", *columns], rows)
        cursor.execute(
            sql.SQL("UPDATE {} AS golden SET {} FROM {} AS incoming WHERE golden.id = incoming.id").format(
                sql.Identifier(table), assignments, sql.Identifier(name)
            )
        )
        cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))


def free_documents(person_ids: Sequence[int]) -> None:
    """Before document numbers are set in bulk: two persons may exchange theirs, and the index looks row by row."""
    if person_ids:
        run("UPDATE people_person SET id_number = NULL, id_number_index = NULL WHERE id = ANY(%s)", [list(person_ids)])


class Spelling:
    """Values as they are copied: mappings as JSON. Rows of a batch share what they hold, as the stamp of a value does: each object is
    spelt once, whole and as a part."""

    def __init__(self) -> None:
        self.spelt: dict[int, tuple[dict[str, Any], str]] = {}

    def __call__(self, value: Any) -> Any:
        return self.once(value, self.in_parts) if isinstance(value, dict) else value

    def once(self, value: dict[str, Any], spell: Callable[[dict[str, Any]], str]) -> str:
        known = self.spelt.get(id(value))
        if known is None:
            known = value, spell(value)
            if len(self.spelt) < MOST_SPELT:
                self.spelt[id(value)] = known  # with the object, so that no other bears its number meanwhile
        return known[1]

    def in_parts(self, value: dict[str, Any]) -> str:
        parts = [f"{quoted(name)}: {self.part(one)}" for name, one in value.items()]
        return f"{{{', '.join(parts)}}}"

    def part(self, value: Any) -> str:
        return self.once(value, written) if isinstance(value, dict) else written(value)


@lru_cache(maxsize=1000)
def quoted(name: str) -> str:
    return written(name)
