"""A vendor's export becomes rows of a shared table: each line judged, the good ones written at once, what a whole list lacks removed."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Func, QuerySet, TextField, Value
from django.db.models.fields.json import KT

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.datahub.errors import TooMuchError
from nanhu.platforms.datahub.findings import Finding
from nanhu.platforms.datahub.known_sources import source
from nanhu.platforms.datahub.models import Batch, SharedRow
from nanhu.platforms.datahub.reading.spool import REMOVED
from nanhu.platforms.datahub.services import outcome, shared_gate
from nanhu.platforms.datahub.services.files import refuse_outdated
from nanhu.platforms.datahub.services.judging import STATES, Judged, refuse_torn, shape_findings
from nanhu.platforms.datahub.services.landing import StoredRow
from nanhu.platforms.datahub.services.rules_version import rules_version
from nanhu.platforms.datahub.services.settle import READY, lock_batch
from nanhu.platforms.datahub.services.skip import Skips
from nanhu.platforms.datahub.shared.declarations import KEY_ENDS, SharedTable
from nanhu.platforms.datahub.shared_rows.cells import Cells
from nanhu.platforms.datahub.shared_rows.keeping import kept
from nanhu.platforms.datahub.shared_rows.values import Written, written_row
from nanhu.platforms.datahub.shared_rows.writing import Changes, lock_for, put_written, rehearse, remove, shared_table
from nanhu.platforms.datahub.sources import SOURCES, SourceSpec
from nanhu.platforms.people import api as people

SAMPLE: Final = 50
ACCEPTED: Final = STATES.ACCEPTED.value
SHAPES: Final = [one.number for one in SOURCES.values() if one.number is not None and one.number.width]


@dataclass(slots=True)
class JudgedRow(Judged):
    """`key` also of a refused line, where it can be read."""

    key: str | None = None
    written: Written | None = field(default=None)
    is_removed: bool = False


@transaction.atomic
def settle_shared(*, by: Actor, batch_id: int, stored: Iterable[StoredRow], much: TooMuchError | None = None) -> Batch:
    """For good; or as a rehearsal, or (`much`) to wait at the gate: then nothing of the table is written."""
    batch = lock_batch(batch_id, READY)
    batch.rules = rules_version()
    spec = source(batch.source)
    table = shared_table(spec.table)
    rows = judge_rows(table, spec, batch.columns, stored)
    is_trial = batch.is_dry_run or much is not None
    scopes = scopes_of(table, spec, rows)
    batch.counts |= {"scopes": sorted("·".join(scope) for scope in scopes)}
    if not is_trial:
        lock_for(table, batch)
        refuse_outdated(batch)
    places = places_of(table, spec)
    is_news = spec.has_removals and REMOVED in batch.headings
    before = count_standing(table, places, scopes) if is_news else 0
    standing = standing_of(table, removed_in(rows)) if is_news else standing_rows(table, places, scopes)
    keep_absent(table, spec, batch.columns, rows)
    gone = standing if is_news else missing(rows, standing) if spec.is_whole else {}
    before = before if is_news else len(standing)
    held = held_rows(table, rows)
    ready = list({row.written.key: row.written for row in rows if row.written is not None}.values()) + held
    if not is_trial:
        shared_gate.refuse_too_much(batch, spec, before, gone, len(held))
    done = rehearse(table, ready) if is_trial else written(table, ready, gone, by=by, batch=batch)
    speaks_of = partial(is_in_scope, places=places, scopes=scopes)
    refuse_changed = partial(shared_gate.refuse_many_changed, batch, spec, before, speaks_of, done.changed)
    unseen_changed = 0 if is_trial else refuse_changed()
    if batch.is_dry_run:
        shared_gate.foresee(
            batch, partial(shared_gate.refuse_too_much, batch, spec, before, gone, len(held)), refuse_changed
        )
    done.removed = list(gone)
    unseen = gone.keys() - {key for key, _number in batch.gone}
    batch.gone = [*gone.items()]
    if much is not None:
        shared_gate.hold(batch, much)
    sample = differences(table, ready, done, batch)
    outcome.write_rows(rows, {})
    outcome.write_issues(batch, rows)
    counts = {
        "scopes": batch.counts["scopes"],
        "removed": len(gone),
        "held_rows": len(held),
        "unseen": len(unseen),
        "unseen_changed": unseen_changed,
    }
    finish(batch, rows, ready, done, sample, counts=counts, is_held=much is not None)
    facts = {
        "file": batch.file_name,
        "dry_run": batch.is_dry_run,
        "created": len(done.created),
        "changed": len(done.changed),
        "removed": len(gone),
        "rejected": batch.counts["rejected"],
    }
    if much is None:
        audit.record(by=by, action="datahub.import", target=f"batch:{batch.id}", facts=facts)
    else:
        facts |= {"level": batch.gate_level}
        audit.record(by=by, action="datahub.hold_at_gate", target=f"batch:{batch.id}", facts=facts)
    return batch


def written(table: SharedTable, ready: Sequence[Written], gone: Iterable[str], *, by: Actor, batch: Batch) -> Changes:
    done = put_written(table, ready, by=by, batch=batch)
    if gone:
        remove(table.key, [key.split(KEY_ENDS) for key in gone], by=by, batch=batch)
    return done


def keep_absent(table: SharedTable, spec: SourceSpec, columns: Mapping[str, str], rows: Sequence[JudgedRow]) -> None:
    """A field whose column the file does not have stays as it stands; by a contract that says so also one whose cell is empty."""
    absent = {one.name for one in table.fields if spec.keeps_empty or one.name not in columns}
    ready = [row for row in rows if row.written is not None]
    for row, one in zip(ready, kept(table, absent, [row.written for row in ready if row.written]), strict=True):
        row.written = one


def held_rows(table: SharedTable, rows: Sequence[JudgedRow]) -> list[Written]:
    """Living rows whose line was refused, as they are until it can be read (`when_refused`)."""
    good = {row.written.key for row in rows if row.written is not None}
    lines = [row for row in rows if row.written is None and not row.is_removed]
    refused = {row.key: row for row in lines if row.key is not None and row.key not in good}
    if not table.when_refused or not refused:
        return []
    held = []
    living = SharedRow.living(table.key).filter(key__in=list(refused))
    for one in living.order_by("key"):
        data = one.data | {
            name: states[one.data[name]] for name, states in table.when_refused.items() if one.data.get(name) in states
        }
        if data != one.data:
            refused[one.key].findings.append(Finding("row_held", "", {"value": one.key.replace(KEY_ENDS, " ")}))
            held.append(Written(one.key, json.dumps(data, ensure_ascii=False)))
    return held


def judge_rows(
    table: SharedTable, spec: SourceSpec, columns: Mapping[str, str], stored: Iterable[StoredRow]
) -> list[JudgedRow]:
    judge = Judge(table, spec, columns)
    rows = [judge.row(row) for row in stored]
    refuse_torn(rows)
    seen: set[str] = set()
    for row in rows:
        row.written = None if row.state == STATES.REJECTED else row.written
        if row.written is None:
            continue
        if row.written.key in seen:
            row.findings.append(Finding("key_repeated", "", {"value": row.written.key.replace(KEY_ENDS, " ")}))
        seen.add(row.written.key)
    return rows


class Judge:
    """Of the lines of one file."""

    def __init__(self, table: SharedTable, spec: SourceSpec, columns: Mapping[str, str]) -> None:
        self.table, self.columns, self.has_removals = table, columns, spec.has_removals
        self.is_no_record, self.cells = Skips(columns), Cells(table, spec.values, SHAPES)
        self.fields = [(name, header) for name, header in columns.items() if name in table.by_name]

    def row(self, row: StoredRow) -> JudgedRow:
        judged = JudgedRow(row.row_id, row.line, ACCEPTED, is_torn=row.is_torn)
        if self.is_no_record(row.cells):
            judged.state = STATES.SKIPPED.value
            judged.findings.append(Finding("not_a_record"))
            return judged
        get = row.cells.get
        given, faults = self.cells.row([(name, get(header)) for name, header in self.fields])
        judged.key = key_in(self.table, given)
        if self.has_removals and get(REMOVED) and judged.key is not None:
            judged.is_removed = True
            return judged
        judged.findings += [*shape_findings(self.columns, row), *faults]
        if any(one.severity == "reject" for one in judged.findings):
            judged.state = STATES.REJECTED.value
            return judged
        found = written_row(self.table, given, landing=row.row_id)
        if isinstance(found, Finding):
            judged.reject(found)
        else:
            judged.written = found
        return judged


def key_in(table: SharedTable, given: Mapping[str, Any]) -> str | None:
    values = [given.get(name) for name in table.keys]
    return None if None in values else KEY_ENDS.join(map(str, values))


type Scopes = Collection[tuple[str, ...]]


def standing_rows(table: SharedTable, places: Sequence[int], scopes: Scopes) -> dict[str, str]:
    """Of what the file speaks of, the living rows: key and campus number. All of the table, or the terms that are in it."""
    living = numbers_of(table, SharedRow.living(table.key))
    return {key: number for key, number in living.items() if is_in_scope(key, places, scopes)}


def standing_of(table: SharedTable, keys: Collection[str]) -> dict[str, str]:
    return numbers_of(table, SharedRow.living(table.key).filter(key__in=list(keys))) if keys else {}


def numbers_of(table: SharedTable, living: QuerySet[SharedRow]) -> dict[str, str]:
    number = KT(f"data__{table.person}") if table.person else Value("")
    return {key: campus_no or "" for key, campus_no in living.order_by("key").values_list("key", number)}


def count_standing(table: SharedTable, places: Sequence[int], scopes: Scopes) -> int:
    """As many as `standing_rows`, of which a list of changes asks for no other than those that it removes."""
    living = SharedRow.living(table.key)
    if not places:
        return living.count()
    split = partial(Func, function="split_part", output_field=TextField())
    parts = [split("key", Value(KEY_ENDS), Value(place + 1)) for place in places]
    found = living.order_by().values_list(*parts).annotate(count=Count("id"))
    return sum(count for *scope, count in found if tuple(scope) in scopes)


def is_in_scope(key: str, places: Sequence[int], scopes: Scopes) -> bool:
    return not places or scope_of(key, places) in scopes


def places_of(table: SharedTable, spec: SourceSpec) -> list[int]:
    return [table.keys.index(name) for name in spec.whole_by]


def scopes_of(table: SharedTable, spec: SourceSpec, rows: Iterable[JudgedRow]) -> set[tuple[str, ...]]:
    """What it is a whole list of: the terms that are in it."""
    places = places_of(table, spec)
    return {scope_of(row.key, places) for row in rows if row.key is not None}


def scope_of(key: str, places: Sequence[int]) -> tuple[str, ...]:
    parts = key.split(KEY_ENDS)
    return tuple(parts[place] for place in places)


def removed_in(rows: Sequence[JudgedRow]) -> set[str]:
    living = {row.key for row in rows if row.written is not None}
    return {row.key for row in rows if row.is_removed and row.key is not None} - living


def missing(rows: Sequence[JudgedRow], standing: Mapping[str, str]) -> dict[str, str]:
    """What stands and is in no line. Where a line cannot be told whose it is, nothing is missing."""
    unread = next((row for row in rows if row.key is None and row.state == STATES.REJECTED), None)
    if unread is not None:
        unread.findings.append(Finding("gone_kept"))
        return {}
    named = {row.key for row in rows}
    return {key: number for key, number in standing.items() if key not in named}


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
    *,
    counts: dict[str, Any],
    is_held: bool,
) -> None:
    """`unseen` of the counts: how many were removed that nobody had seen in a rehearsal or at the gate; `unseen_changed` likewise."""
    result = people.ApplyResult(
        created=len(done.created),
        changed=len(done.changed),
        unchanged=len(ready) - len(done.created) - len(done.changed),
        differences=sample,
    )
    done_state = Batch.State.REHEARSED if batch.is_dry_run else Batch.State.APPLIED
    state = Batch.State.WAITING if is_held else done_state
    outcome.finish_batch(batch, state=state, counts=outcome.counts_of(rows, result) | counts, result=result)
