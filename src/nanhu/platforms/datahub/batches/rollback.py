"""Rolling a batch back (回退): golden values return to what they were before it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Final

from django.db import transaction
from django.db.models import Q

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.datahub.errors import RollbackRefusedError
from nanhu.platforms.datahub.history import parquet
from nanhu.platforms.datahub.known_sources import named_source
from nanhu.platforms.datahub.models import Batch, KnownDocument, LandingRow, Review, SharedRow
from nanhu.platforms.datahub.services import absences
from nanhu.platforms.datahub.services.loosening import ask_about, loosen
from nanhu.platforms.datahub.services.outcome import recount
from nanhu.platforms.datahub.services.rebuilding import learn_again, rebuild
from nanhu.platforms.datahub.services.settle import REPLAYABLE, lock_batch
from nanhu.platforms.datahub.shared_rows.taking_back import hold, later_writes, standing, take_back
from nanhu.platforms.datahub.snapshots import taking
from nanhu.platforms.people import api as people


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackPreview:
    persons_created: int
    persons_changed: int
    affiliations_ended: int
    affiliations_changed: int
    units_closed: int
    values_restored: int
    blockers: tuple[str, ...]


COUNTS: Final = [one.name for one in fields(RollbackPreview) if one.type is int]


def preview_rollback(batch: Batch) -> RollbackPreview:
    if is_shared(batch):
        return RollbackPreview(
            **dict.fromkeys(COUNTS, 0) | {"values_restored": standing(batch)}, blockers=later_writes(batch)
        )
    previews = [people.preview_revert(number) for number in batch.change_sets]
    return RollbackPreview(
        persons_created=sum(p.persons_created for p in previews),
        persons_changed=sum(p.persons_changed for p in previews),
        affiliations_ended=sum(p.affiliations_ended for p in previews),
        affiliations_changed=sum(p.affiliations_changed for p in previews),
        units_closed=sum(p.units_closed for p in previews),
        values_restored=sum(p.values_restored for p in previews),
        blockers=blockers_of(batch, previews),
    )


def is_shared(batch: Batch) -> bool:
    """Of a source that is no more: by what it wrote."""
    spec = named_source(batch.source)
    return spec.kind == "shared" if spec else SharedRow.objects.filter(batch=batch).exists()


def blockers_of(batch: Batch, previews: Sequence[people.RevertPreview]) -> tuple[str, ...]:
    """What persons are worth is made anew without the batch; of units, values that others wrote since stand in the way."""
    if is_of_persons(batch):
        return ()
    if taking.is_snapshot(batch):
        return taking.later_snapshots(batch)
    own = set(batch.change_sets)
    return tuple(people.change_set_title(n) for p in previews for n in p.blockers if n not in own)


def is_of_persons(batch: Batch) -> bool:
    spec = named_source(batch.source)
    return spec is not None and spec.kind in {"persons", "contacts"}


def touched_by(batch: Batch) -> set[int]:
    """Whom it named and made something of: a whole list names everybody, and changes few."""
    rows = batch.rows.filter(person__isnull=False, state=LandingRow.State.ACCEPTED)
    families = people.families(set(rows.values_list("person_id", flat=True)))
    return people.changed_by(batch.id, batch.change_sets, set(families))


def learnt_from(batch: Batch) -> set[int]:
    return set(KnownDocument.objects.filter(batch=batch).values_list("person_id", flat=True))


def forget_voids(person_ids: Iterable[int]) -> None:
    """Whether two are one is a question as long as both are somebody, whichever batch put it: a row that was held for it may be played
    again. And who is nobody has no documents, also those that were written down when he was one with another."""
    roots = people.families(person_ids)
    family, gone = list(roots), voids_of(set(roots.values()))
    KnownDocument.objects.filter(person_id__in=[one for one, root in roots.items() if root in gone]).delete()
    asked = Review.objects.filter(Q(left__in=family) | Q(right__in=family), state=Review.State.OPEN)
    named = {person for pair in asked.values_list("left_id", "right_id") for person in pair if person is not None}
    roots = people.families(named)
    voids = voids_of(set(roots.values()))
    nobody = [person for person, root in roots.items() if root in voids]
    idle = asked.filter(Q(left__in=nobody) | Q(right__in=nobody))
    held = LandingRow.objects.filter(id__in=list(idle.exclude(row=None).values_list("row", flat=True)))
    held.filter(state=LandingRow.State.HELD).update(state=LandingRow.State.REJECTED)
    recount(held.values_list("batch_id", flat=True))
    idle.delete()


def voids_of(person_ids: set[int]) -> set[int]:
    return {one.person_id for one in people.known_people(person_ids) if one.is_void}


@transaction.atomic
def roll_back(*, by: Actor, batch_id: int, reason: str) -> RollbackPreview:
    people.lock_golden()
    batch = lock_batch(batch_id, REPLAYABLE)
    if is_shared(batch):
        hold(batch)
    preview = preview_rollback(batch)
    if preview.blockers:
        raise RollbackRefusedError(batch=batch_id, blockers="、".join(dict.fromkeys(preview.blockers)))
    if is_shared(batch):
        take_back(by=by, batch=batch)
    Review.objects.filter(batch=batch, state=Review.State.OPEN, row__isnull=False).delete()
    batch.state = Batch.State.ROLLED_BACK
    batch.save(update_fields=["state"])
    taking.forget(batch)
    parquet.forget(batch)
    if is_of_persons(batch):
        ids = touched_by(batch) | learnt_from(batch) | absences.take_back(batch)
        parted = loosen(by=by, person_ids=ids, reason=reason, since=batch.created_at)
        ids |= parted.keys()
        learn_again(ids)
        rebuild(by=by, person_ids=ids, reason=reason)
        forget_voids(ids)
        ask_about(parted, by=by)
    else:
        for number in reversed(batch.change_sets):
            people.revert_change_set(by=by, change_set_id=number, reason=reason)
    audit.record(
        by=by,
        action="datahub.roll_back",
        target=f"batch:{batch_id}",
        reason=reason,
        facts={"values": preview.values_restored, "created": preview.persons_created},
    )
    return preview
