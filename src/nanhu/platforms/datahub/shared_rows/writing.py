"""Writing into shared tables (共享表): whoever is the table's writer puts rows and removes them, in one transaction with the event."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any, Final

from django.db import connection, transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import all_rows, one_value, run
from nanhu.kernel.events import publish
from nanhu.platforms.datahub.errors import RowsRefusedError, UnknownTableError, WriterRefusedError
from nanhu.platforms.datahub.events import RowsChanged
from nanhu.platforms.datahub.findings import Finding
from nanhu.platforms.datahub.models import Batch, SharedRow
from nanhu.platforms.datahub.sentences import sentence_of
from nanhu.platforms.datahub.shared.declarations import KEY_ENDS, SharedTable, shared_tables
from nanhu.platforms.datahub.shared_rows.values import Written, sealed, written_row
from nanhu.platforms.datahub.shared_rows.writers import is_ours, refuse_other_writer

type Differing = tuple[int, int | None, bool | None]
"""Of a row that says something new its place, the living row that it ends, and whether that is a tombstone."""
CHUNK: Final = 10_000
KEYS_TOLD: Final = 1_000
TOLD: Final = 3
LOCK: Final = """
    SELECT greatest(%s, last_at + interval '1 microsecond') FROM datahub_shared_table WHERE key = %s FOR NO KEY UPDATE"""
MOVED: Final = "UPDATE datahub_shared_table SET last_at = %s WHERE key = %s"
DIFFER: Final = """
    SELECT given.n - 1, living.id, living.is_removed
    FROM unnest(
        string_to_array(%(keys)s, %(between)s), string_to_array(%(data)s, %(between)s)::jsonb[],
        string_to_array(%(indexes)s, %(between)s, '')::bytea[]
    ) WITH ORDINALITY AS given (key, data, sealed_index, n)
    LEFT JOIN LATERAL (
        SELECT last.* FROM (
            SELECT one.* FROM datahub_shared_row one WHERE one.table_key = %(table)s AND one.key = given.key ORDER BY one.valid_from DESC LIMIT 1
        ) last WHERE last.valid_to IS NULL
    ) living ON true
    WHERE living.id IS NULL OR living.is_removed OR living.data <> given.data
       OR living.sealed_index IS DISTINCT FROM given.sealed_index
    ORDER BY given.n"""
"""Only the index of all rows leads to the last of a key: of a table that just grew the statistics would take one of the living rows
that knows the table alone, and read it whole for each key. Lists come as one text each, which costs a tenth of an array's."""
BETWEEN: Final = "\x1e"
"""No key holds a control character, and JSON writes them otherwise."""
LIVING: Final = """
    SELECT id, key FROM datahub_shared_row WHERE table_key = %s AND key = ANY(%s) AND valid_to IS NULL AND NOT is_removed"""
END: Final = "UPDATE datahub_shared_row SET valid_to = %s WHERE id = ANY(%s)"
COPY: Final = """
    COPY datahub_shared_row (table_key, key, data, sealed, sealed_index, is_removed, landing_id, batch_id, actor, valid_from) FROM STDIN"""


@dataclass(slots=True)
class Changes:
    """What a write did, or a rehearsal would do: keys by what became of them."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        return [*self.created, *self.changed, *self.removed]


def shared_table(key: str) -> SharedTable:
    found = shared_tables().get(key)
    if found is None:
        raise UnknownTableError(key=key)
    return found


@transaction.atomic
def put(
    table: str, rows: Iterable[Mapping[str, Any]], *, by: Actor, batch: Batch | None = None, is_whole: bool = False
) -> Changes:
    """Write these rows, all or none; what says the same as before writes nothing and is not told. The later of two of one key stands.
    `is_whole`: they are all there are, and others are removed.

    A batch is a source's; without one the system in the box writes. Others of the table wait until the transaction ends;
    rows that are read as they are asked for (a query, a generator) are read with the table locked, and so are never stale.
    """
    declared = shared_table(table)
    lock_for(declared, batch)
    ready = checked(declared, rows)
    done = put_written(declared, ready, by=by, batch=batch)
    if is_whole:
        others = set(SharedRow.living(declared.key).values_list("key", flat=True)) - {row.key for row in ready}
        done.removed = remove(table, [key.split(KEY_ENDS) for key in sorted(others)], by=by, batch=batch).removed
    return done


def put_own(table: str, rows: Iterable[Mapping[str, Any]], *, by: Actor, is_whole: bool = False) -> int:
    """`put` of the system in the box: how many rows changed; none where a source writes the table, also since this moment."""
    if not is_ours(table):
        return 0
    try:
        return len(put(table, rows, by=by, is_whole=is_whole).keys)
    except WriterRefusedError:
        return 0


@transaction.atomic
def put_written(declared: SharedTable, ready: Sequence[Written], *, by: Actor, batch: Batch | None) -> Changes:
    """Rows that were checked, each key once."""
    at = lock_for(declared, batch)
    done = Changes()
    for chunk in batched(ready, CHUNK):
        write(declared, chunk, by=by, batch=batch, at=at, done=done)
    tell(declared, done, batch, at)
    return done


def rehearse(declared: SharedTable, ready: Sequence[Written]) -> Changes:
    """What `put_written` would do, whoever writes the table today."""
    done = Changes()
    for chunk in batched(ready, CHUNK):
        indexes = [index for _blob, index in sealed(chunk)]
        note(done, chunk, differing(declared, chunk, indexes))
    return done


@transaction.atomic
def remove(table: str, keys: Iterable[Sequence[str]], *, by: Actor, batch: Batch | None = None) -> Changes:
    """End the rows of these keys: a tombstone each, so that history has no hole. What is not there is passed over."""
    declared = shared_table(table)
    at = lock_for(declared, batch)
    done = Changes()
    for chunk in batched(dict.fromkeys(KEY_ENDS.join(map(str, key)) for key in keys), CHUNK):
        found = all_rows(LIVING, [declared.key, list(chunk)])
        end([row_id for row_id, _key in found], at)
        origin = (batch.pk if batch else None, by.name, at)
        insert([(declared.key, key, "{}", None, None, True, None, *origin) for _id, key in found])
        done.removed += [key for _id, key in found]
    tell(declared, done, batch, at)
    return done


def checked(declared: SharedTable, rows: Iterable[Mapping[str, Any]]) -> list[Written]:
    """By key, the later standing; raises RowsRefusedError with a fault for each wrong row."""
    good: dict[str, Written] = {}
    faults: list[tuple[int, Finding]] = []
    for place, given in enumerate(rows):
        row = written_row(declared, given)
        if isinstance(row, Finding):
            faults.append((place, row))
        else:
            good[row.key] = row
    if faults:
        first = " ".join(sentence_of(one.code, one.facts) for _place, one in faults[:TOLD])
        raise RowsRefusedError(table=declared.name, count=len(faults), first=first, faults=faults)
    return list(good.values())


def lock_for(declared: SharedTable, batch: Batch | None) -> datetime:
    """The table is ours until the transaction ends, if it is ours to write; gives the moment from which on it holds."""
    at: datetime = one_value(LOCK, [now(), declared.key])
    refuse_other_writer(declared, batch.source if batch else "")
    return at


def write(
    declared: SharedTable, rows: Sequence[Written], *, by: Actor, batch: Batch | None, at: datetime, done: Changes
) -> None:
    secrets = list(sealed(rows))
    found = differing(declared, rows, [index for _blob, index in secrets])
    end([row_id for _place, row_id, _is_removed in found if row_id is not None], at)
    whose = batch.pk if batch else None
    new = [(rows[n], *secrets[n]) for n, _id, _is_removed in found]
    insert(
        [
            (declared.key, row.key, row.data, blob, index, False, row.landing, row.batch or whose, by.name, at)
            for row, blob, index in new
        ]
    )
    note(done, rows, found)


def note(done: Changes, rows: Sequence[Written], found: Sequence[Differing]) -> None:
    for place, row_id, is_removed in found:
        (done.created if row_id is None or is_removed else done.changed).append(rows[place].key)


def differing(declared: SharedTable, rows: Sequence[Written], indexes: Sequence[bytes | None]) -> list[Differing]:
    """Of these rows the places of those that say something new, with the living row that they end."""
    with connection.cursor() as cursor:
        lists = {
            "keys": [row.key for row in rows],
            "data": [row.data for row in rows],
            "indexes": ["" if index is None else f"\\x{index.hex()}" for index in indexes],
        }
        joined = {name: BETWEEN.join(one) for name, one in lists.items()}
        cursor.execute(DIFFER, joined | {"between": BETWEEN, "table": declared.key})
        found: list[Differing] = cursor.fetchall()
    return found


def end(row_ids: Sequence[int], at: datetime) -> None:
    if row_ids:
        run(END, [at, list(row_ids)])


def insert(rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor, cursor.cursor.copy(COPY) as copy:
        for row in rows:
            copy.write_row(row)


def tell(declared: SharedTable, done: Changes, batch: Batch | None, at: datetime) -> None:
    """What changed nothing moves no moment and is told to nobody."""
    if not done.keys:
        return
    run(MOVED, [at, declared.key])
    publish(
        *(
            RowsChanged(
                table=declared.key,
                keys=tuple(tuple(key.split(KEY_ENDS)) for key in keys),
                batch=batch.pk if batch else None,
            )
            for keys in batched(done.keys, KEYS_TOLD)
        )
    )
