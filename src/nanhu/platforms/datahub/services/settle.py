"""The golden step: judged rows become golden records in one transaction. Killed before its end, it never happened."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.datahub.errors import BatchStateError
from nanhu.platforms.datahub.known_sources import source
from nanhu.platforms.datahub.models import Batch
from nanhu.platforms.datahub.services import absences, gate, outcome, owners
from nanhu.platforms.datahub.services.files import refuse_outdated
from nanhu.platforms.datahub.services.judging import Judged, flag_slips, match_rows, read_book
from nanhu.platforms.datahub.services.survivors import origin_of, records_of, survivors_of
from nanhu.platforms.people import api as people

READY: Final = (Batch.State.LANDED,)
REPLAYABLE: Final = (Batch.State.APPLIED,)


@transaction.atomic
def settle_batch(*, by: Actor, batch_id: int, rows: Sequence[Judged], rules: str) -> Batch:
    """All rows of a landed batch, for good or (dry run) as a rehearsal. `rules`: the version by which they were cleaned."""
    people.lock_golden()
    batch = lock_batch(batch_id, READY)
    batch.rules = rules
    if not batch.is_dry_run:
        refuse_outdated(batch)
    agreed = gate.Agreed(batch.gate_level, list(batch.gate)) if batch.is_released else None
    opened: set[int] = set()
    with transaction.atomic():
        result, counts, gone = settle_and_look(by=by, batch=batch, rows=rows, opened=opened)
        is_held = not batch.is_dry_run and not gate.is_open(batch, agreed)
        transaction.set_rollback(is_held)
    if is_held:
        if opened:
            people.note_opened(opened, by=by, purpose="查重比对")
        return hold(by=by, batch=batch, rows=rows, result=result, counts=counts)
    state = Batch.State.REHEARSED if batch.is_dry_run else Batch.State.APPLIED
    outcome.finish_batch(batch, state=state, counts=counts, result=result)
    if not batch.is_dry_run:
        spec = source(batch.source)
        absences.follow(by=by, batch=batch, spec=spec, gone=gone, named={row.campus_no for row in rows})
    audit.record(
        by=by,
        action="datahub.import",
        target=f"batch:{batch.id}",
        facts={
            "file": batch.file_name,
            "dry_run": batch.is_dry_run,
            "created": result.created,
            "changed": result.changed,
            "rejected": counts["rejected"],
        },
    )
    return batch


def settle_and_look(
    *, by: Actor, batch: Batch, rows: Sequence[Judged], opened: set[int]
) -> tuple[people.ApplyResult, dict[str, object], list[absences.Absent]]:
    """What the rows do, and what the gate says of it: by what stood before them. `opened`: whose documents it looked at."""
    spec = source(batch.source)
    standing = absences.standing_of(spec)
    gone = absences.absent_from(standing, {row.campus_no for row in rows})
    living = people.living_count(spec.affiliation)
    result, counts = settle_rows(by=by, batch=batch, rows=rows, dry_run=batch.is_dry_run, opened=opened)
    measured = list(gate.measured_people(rows, result, len(gone), len(standing), living))
    filled = gate.filled_in(batch, rows)
    counts |= {"filled": filled, "measured": gate.usual_faults(measured), "did": gate.done_by(measured)}
    gate.look(batch, rows, measured, filled, living=living)
    batch.gone = [[one.name, one.campus_no] for one in gone]
    return result, counts, gone


def hold(
    *, by: Actor, batch: Batch, rows: Sequence[Judged], result: people.ApplyResult, counts: dict[str, object]
) -> Batch:
    """Nothing golden was written: what it would do is shown, and waits."""
    batch.is_released, batch.owner_unit_id = False, batch.owner_unit_id or owners.unit_of(batch.source)
    known = {row.token: row.token for row in rows if row.token is not None and row.token > 0}
    outcome.write_rows(rows, known)
    outcome.write_issues(batch, rows)
    outcome.finish_batch(batch, state=Batch.State.WAITING, counts=counts, result=replace(result, change_set_id=None))
    facts = {"file": batch.file_name, "level": batch.gate_level}
    audit.record(by=by, action="datahub.hold_at_gate", target=f"batch:{batch.id}", facts=facts)
    return batch


def lock_batch(batch_id: int, states: Sequence[str]) -> Batch:
    batch = Batch.objects.select_for_update().get(id=batch_id)
    if batch.state not in states:
        raise BatchStateError(batch=batch_id, state=batch.get_state_display())
    return batch


def settle_rows(
    *, by: Actor, batch: Batch, rows: Sequence[Judged], dry_run: bool, opened: set[int] | None = None
) -> tuple[people.ApplyResult, dict[str, object]]:
    """Match, merge the rows of each person, apply, and write down what became of every row."""
    spec = source(batch.source)
    book = read_book()
    match_rows(spec, rows, book)
    looked = opened if opened is not None else set()

    def documents(ids: set[int]) -> Mapping[int, str]:
        looked.update(ids)
        return people.open_documents(sorted(ids), by=by, purpose="查重比对")

    flag_slips(rows, documents)
    records = records_of(survivors_of(rows, spec).values(), spec, book)
    result = people.apply_records(by=by, records=records, origin=origin_of(spec, batch.id), dry_run=dry_run)
    del records
    person_ids = {token: token for token in book.persons if token > 0}
    person_ids |= {int(key): person_id for key, person_id in result.person_ids.items()}
    outcome.note_outvoted(rows, result.outvoted)
    suspicions = outcome.suspect(rows=rows, book=book, documents=documents)
    if not dry_run:
        outcome.remember_documents(batch, rows, book, person_ids)
        version = book.model.version if book.model else ""
        outcome.open_reviews(batch=batch, rows=rows, found=suspicions, person_ids=person_ids, version=version)
    outcome.note_suspicions(rows, suspicions)
    outcome.write_rows(rows, person_ids)
    outcome.write_issues(batch, rows)
    return result, outcome.counts_of(rows, result)
