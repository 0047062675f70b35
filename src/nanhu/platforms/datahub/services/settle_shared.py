"""A vendor's export becomes rows of a shared table: each line judged, the good ones written at once, what a whole list lacks removed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.datahub.errors import TooManyGoneError
from nanhu.platforms.datahub.findings import Finding
from nanhu.platforms.datahub.models import Batch, SharedRow
from nanhu.platforms.datahub.services import outcome
from nanhu.platforms.datahub.services.judging import STATES, Judged, shape_findings
from nanhu.platforms.datahub.services.landing import StoredRow
from nanhu.platforms.datahub.services.settle import READY, lock_batch
from nanhu.platforms.datahub.services.skip import is_no_record
from nanhu.platforms.datahub.shared.cells import read_row
from nanhu.platforms.datahub.shared.declarations import KEY_ENDS, SharedTable
from nanhu.platforms.datahub.shared.values import Written, written_row
from nanhu.platforms.datahub.shared.writing import Changes, put_written, rehearse, remove, shared_table
from nanhu.platforms.datahub.sources import source
from nanhu.platforms.people import api as people

GONE_SHARE, GONE_MOST = 0.02, 50
"""More than either is missing from a whole list: it takes effect only after a rehearsal that somebody saw."""
SAMPLE: Final = 50


@dataclass(slots=True)
class JudgedRow(Judged):
    """`key` also of a refused line, where it can be read."""

    key: str | None = None
    written: Written | None = field(default=None)


@transaction.atomic
def settle_shared(*, by: Actor, batch_id: int, stored: Iterable[StoredRow]) -> Batch:
    batch = lock_batch(batch_id, READY)
    table, is_whole = shared_table(source(batch.source).table), source(batch.source).is_whole
    rows = judge_rows(table, batch.columns, stored)
    ready = list({row.written.key: row.written for row in rows if row.written is not None}.values())
    gone = missing_keys(table, rows) if is_whole else []
    done = rehearse(table, ready) if batch.is_dry_run else written(table, ready, gone, by=by, batch=batch)
    done.removed = gone
    sample = differences(table, ready, done, batch)
    outcome.write_rows(rows, {})
    outcome.write_issues(batch, rows)
    finish(batch, rows, ready, done, sample)
    facts = {
        "file": batch.file_name,
        "dry_run": batch.is_dry_run,
        "created": len(done.created),
        "changed": len(done.changed),
        "removed": len(gone),
        "rejected": batch.counts["rejected"],
    }
    audit.record(by=by, action="datahub.import", target=f"batch:{batch.id}", facts=facts)
    return batch


def written(table: SharedTable, ready: Sequence[Written], gone: Sequence[str], *, by: Actor, batch: Batch) -> Changes:
    done = put_written(table, ready, by=by, batch=batch)
    if gone:
        refuse_too_many(table, gone, len(done.created), batch)
        remove(table.key, [key.split(KEY_ENDS) for key in gone], by=by, batch=batch)
    return done


def refuse_too_many(table: SharedTable, gone: Sequence[str], created: int, batch: Batch) -> None:
    """A batch that ended once was a rehearsal, which somebody saw and took for good."""
    before = SharedRow.objects.filter(table_key=table.key, valid_to=None, is_removed=False).count() - created
    if batch.finished_at is None and (len(gone) > GONE_MOST or len(gone) > before * GONE_SHARE):
        raise TooManyGoneError(before=before, gone=len(gone))


def judge_rows(table: SharedTable, columns: Mapping[str, str], stored: Iterable[StoredRow]) -> list[JudgedRow]:
    rows = [judge_row(table, columns, row) for row in stored]
    seen: set[str] = set()
    for row in rows:
        if row.written is not None and row.written.key in seen:
            row.findings.append(Finding("key_repeated", "", {"value": row.written.key.replace(KEY_ENDS, " ")}))
        seen |= {row.written.key} if row.written else set()
    return rows


def judge_row(table: SharedTable, columns: Mapping[str, str], row: StoredRow) -> JudgedRow:
    judged = JudgedRow(row.row_id, row.line, STATES.ACCEPTED.value)
    if is_no_record(row.cells, columns):
        judged.state = STATES.SKIPPED.value
        judged.findings.append(Finding("not_a_record"))
        return judged
    given, faults = read_row(table, {name: row.cells.get(header) for name, header in columns.items()})
    judged.key = key_in(table, given)
    judged.findings += [*shape_findings(columns, row), *faults]
    if any(one.severity == "reject" for one in judged.findings):
        judged.state = STATES.REJECTED.value
        return judged
    found = written_row(table, given)
    if isinstance(found, Finding):
        judged.reject(found)
    else:
        judged.written = found
    return judged


def key_in(table: SharedTable, given: Mapping[str, Any]) -> str | None:
    values = [given.get(name) for name in table.keys]
    return None if None in values else KEY_ENDS.join(map(str, values))


def missing_keys(table: SharedTable, rows: Sequence[JudgedRow]) -> list[str]:
    """What stands and is in no line. Where a line cannot be told whose it is, nothing is missing."""
    unread = next((row for row in rows if row.key is None and row.state == STATES.REJECTED), None)
    if unread is not None:
        unread.findings.append(Finding("gone_kept"))
        return []
    named = {row.key for row in rows}
    standing = SharedRow.objects.filter(table_key=table.key, valid_to=None, is_removed=False).order_by("key")
    return [key for key in standing.values_list("key", flat=True) if key not in named]


def differences(
    table: SharedTable, ready: Sequence[Written], done: Changes, batch: Batch
) -> tuple[people.Difference, ...]:
    """A sample of what changes in open fields."""
    sample = set(done.changed[:SAMPLE])
    new = {row.key: json.loads(row.data) for row in ready if row.key in sample}
    others = SharedRow.objects.filter(table_key=table.key, key__in=sample).exclude(batch=batch)
    before = others.order_by("key", "-valid_from").distinct("key").values_list("key", "data")
    return tuple(
        people.Difference(
            key=key,
            person_id=None,
            campus_no=str(new[key].get(table.person, key.replace(KEY_ENDS, " "))),
            name="",
            field=one.label,
            before=str(old.get(one.name, "")),
            after=str(new[key].get(one.name, "")),
        )
        for key, old in before
        for one in table.fields
        if old.get(one.name) != new[key].get(one.name)
    )


def finish(
    batch: Batch,
    rows: Sequence[JudgedRow],
    ready: Sequence[Written],
    done: Changes,
    sample: tuple[people.Difference, ...],
) -> None:
    result = people.ApplyResult(
        created=len(done.created),
        changed=len(done.changed),
        unchanged=len(ready) - len(done.created) - len(done.changed),
        differences=sample,
    )
    counts = outcome.counts_of(rows, result) | {"removed": len(done.removed)}
    state = Batch.State.REHEARSED if batch.is_dry_run else Batch.State.APPLIED
    outcome.finish_batch(batch, state=state, counts=counts, result=result)
