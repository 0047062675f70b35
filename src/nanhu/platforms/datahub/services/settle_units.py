"""The golden step of the list of units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.datahub.cleaning.lookups import Lookups
from nanhu.platforms.datahub.cleaning.units import UnitBook, UnitRow, clean_unit_row
from nanhu.platforms.datahub.findings import Finding
from nanhu.platforms.datahub.known_sources import source
from nanhu.platforms.datahub.models import Batch
from nanhu.platforms.datahub.services import gate, outcome, unit_gate
from nanhu.platforms.datahub.services.aliases import aliases_of
from nanhu.platforms.datahub.services.code_rules import day_of, school_codes
from nanhu.platforms.datahub.services.files import refuse_outdated
from nanhu.platforms.datahub.services.judging import STATES, Judged, filled_fields
from nanhu.platforms.datahub.services.landing import StoredRow
from nanhu.platforms.datahub.services.rules_version import rules_version
from nanhu.platforms.datahub.services.settle import READY, hold, lock_batch
from nanhu.platforms.datahub.services.skip import is_no_record
from nanhu.platforms.datahub.services.survivors import origin_of
from nanhu.platforms.datahub.sources import SourceSpec
from nanhu.platforms.people import api as people


@dataclass(slots=True)
class JudgedUnit(Judged):
    unit: UnitRow | None = field(default=None)


def lookups_for(spec: SourceSpec, on: date, *, is_lenient: bool = False) -> Lookups:
    """With the codes that held on that day."""
    units = UnitBook.of(people.unit_names(), people.former_unit_names())
    return Lookups(units, aliases_of(spec.key), is_lenient=is_lenient, school=school_codes(on))


@transaction.atomic
def settle_units(*, by: Actor, batch_id: int, stored: Iterable[StoredRow]) -> Batch:
    people.lock_golden()
    batch = lock_batch(batch_id, READY)
    batch.rules = rules_version()
    if not batch.is_dry_run:
        refuse_outdated(batch)
    agreed = gate.Agreed(batch.gate_level, list(batch.gate)) if batch.is_released else None
    rows = judge_units(batch, stored)
    with transaction.atomic():
        applied, counts = apply_and_look(by=by, batch=batch, rows=rows)
        is_held = not batch.is_dry_run and not gate.is_open(batch, agreed)
        transaction.set_rollback(is_held)
    if is_held:
        return hold(by=by, batch=batch, rows=rows, result=applied, counts=counts)
    outcome.write_rows(rows, {})
    outcome.write_issues(batch, rows)
    state = Batch.State.REHEARSED if batch.is_dry_run else Batch.State.APPLIED
    outcome.finish_batch(batch, state=state, counts=counts, result=applied)
    audit.record(by=by, action="datahub.import", target=f"batch:{batch.id}", facts={"file": batch.file_name})
    return batch


def apply_and_look(
    *, by: Actor, batch: Batch, rows: Sequence[JudgedUnit]
) -> tuple[people.ApplyResult, dict[str, object]]:
    """What the list does, and what the gate says of it: by what stood before it."""
    standing, living = unit_gate.standing_units(batch.source), len(people.unit_names())
    gone = unit_gate.gone_units(batch, standing, (row.unit.code for row in rows if row.unit))
    result = apply_accepted(by=by, batch=batch, rows=rows)
    measured = list(unit_gate.measured_units(rows, result, len(gone), len(standing), living))
    filled = gate.filled_in(batch, rows)
    gate.look(batch, rows, measured, filled, living=living, has_columns=len(rows) >= gate.FEWEST)
    batch.gone = [[name, code] for code, name in gone.items()]
    applied = people.ApplyResult(
        created=result.created,
        changed=result.changed,
        unchanged=result.unchanged,
        differences=result.differences,
        change_set_id=result.change_set_id,
    )
    told = {"filled": filled, "measured": gate.usual_faults(measured), "did": gate.done_by(measured)}
    return applied, outcome.counts_of(rows, applied) | told


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
    lookups = lookups_for(source(batch.source), day_of(batch))
    rows = [judge_unit(batch, row, lookups) for row in stored]
    last = {row.unit.code: (row, row.unit) for row in rows if row.unit is not None}
    unit_gate.refuse_circles(last.values())
    taken = {row.unit.code for row in rows if row.unit and row.state == STATES.ACCEPTED}
    known = {code for code, *_names in people.unit_names()} | taken
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
    judged.filled = filled_fields(batch.columns, row.cells)
    judged.unit, findings = clean_unit_row(batch.columns, row.cells, lambda text: lookups.code("unit_kind", text))
    judged.findings += [Finding("line_torn"), *findings] if row.is_torn else findings
    if judged.unit is None or row.is_torn:
        judged.state = STATES.REJECTED.value
    return judged
