"""The golden step of the list of units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.datahub.cleaning.lookups import Lookups
from nanhu.platforms.datahub.cleaning.units import UnitBook, UnitRow, clean_unit_row
from nanhu.platforms.datahub.findings import Finding
from nanhu.platforms.datahub.known_sources import source
from nanhu.platforms.datahub.models import Batch
from nanhu.platforms.datahub.services import outcome
from nanhu.platforms.datahub.services.aliases import aliases_of
from nanhu.platforms.datahub.services.judging import STATES, Judged
from nanhu.platforms.datahub.services.landing import StoredRow
from nanhu.platforms.datahub.services.settle import READY, lock_batch
from nanhu.platforms.datahub.services.skip import is_no_record
from nanhu.platforms.datahub.services.survivors import origin_of
from nanhu.platforms.datahub.sources import SourceSpec
from nanhu.platforms.people import api as people


@dataclass(slots=True)
class JudgedUnit(Judged):
    unit: UnitRow | None = field(default=None)


def lookups_for(spec: SourceSpec, *, is_lenient: bool = False) -> Lookups:
    units = UnitBook.of(people.unit_names(), people.former_unit_names())
    return Lookups(units, aliases_of(spec.key), is_lenient=is_lenient)


@transaction.atomic
def settle_units(*, by: Actor, batch_id: int, stored: Iterable[StoredRow]) -> Batch:
    people.lock_golden()
    batch = lock_batch(batch_id, READY)
    rows = judge_units(batch, stored)
    result = apply_accepted(by=by, batch=batch, rows=rows)
    outcome.write_rows(rows, {})
    outcome.write_issues(batch, rows)
    applied = people.ApplyResult(
        created=result.created,
        changed=result.changed,
        unchanged=result.unchanged,
        differences=result.differences,
        change_set_id=result.change_set_id,
    )
    state = Batch.State.REHEARSED if batch.is_dry_run else Batch.State.APPLIED
    outcome.finish_batch(batch, state=state, counts=outcome.counts_of(rows, applied), result=applied)
    audit.record(by=by, action="datahub.import", target=f"batch:{batch.id}", facts={"file": batch.file_name})
    return batch


def apply_accepted(*, by: Actor, batch: Batch, rows: Sequence[JudgedUnit]) -> people.UnitsResult:
    """A code that comes twice is one unit: the later row stands."""
    last = {row.unit.code: row.unit for row in rows if row.unit is not None and row.state == STATES.ACCEPTED}
    records = [
        people.UnitRecord(code=u.code, name=u.name, short_name=u.short_name, kind=u.kind, parent_code=u.parent_code)
        for u in last.values()
    ]
    return people.apply_units(
        by=by, records=records, origin=origin_of(source(batch.source), batch.id), dry_run=batch.is_dry_run
    )


def judge_units(batch: Batch, stored: Iterable[StoredRow]) -> list[JudgedUnit]:
    lookups = lookups_for(source(batch.source))
    rows = [judge_unit(batch, row, lookups) for row in stored]
    known = {code for code, *_names in people.unit_names()} | {row.unit.code for row in rows if row.unit}
    seen: set[str] = set()
    is_growing = True
    while is_growing:  # a unit whose parent is refused is refused too
        refused = [
            row
            for row in rows
            if row.unit and row.state == STATES.ACCEPTED and row.unit.parent_code not in known | {""}
        ]
        for row in refused:
            row.reject(Finding("parent_unknown", "parent_code", {"value": row.unit.parent_code if row.unit else ""}))
        gone = {row.unit.code for row in refused if row.unit} - {
            row.unit.code for row in rows if row.unit and row.state == STATES.ACCEPTED
        }
        known -= gone
        is_growing = bool(gone)
    for row in rows:
        if row.unit is not None and row.unit.code in seen:
            row.findings.append(Finding("code_repeated", "code", {"value": row.unit.code}))
        seen |= {row.unit.code} if row.unit else set()
    return rows


def judge_unit(batch: Batch, row: StoredRow, lookups: Lookups) -> JudgedUnit:
    judged = JudgedUnit(row.row_id, row.line, STATES.ACCEPTED.value)
    if is_no_record(row.cells, batch.columns):
        judged.state = STATES.SKIPPED.value
        judged.findings.append(Finding("not_a_record"))
        return judged
    judged.unit, findings = clean_unit_row(batch.columns, row.cells, lambda text: lookups.code("unit_kind", text))
    judged.findings += findings
    if judged.unit is None:
        judged.state = STATES.REJECTED.value
    return judged
