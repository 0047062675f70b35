"""Watches corrections that their owner says are mended: closed when the value has changed, back with the owner when it has not in two days."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import QuerySet

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.events import subscribe
from nanhu.kernel.jobs import job
from nanhu.platforms.flows.api import CaseClosed, CaseOpened, TaskDone, case_card, did_not_come, go_on
from nanhu.platforms.people.api import (
    AffiliationChanged,
    AffiliationEnded,
    AffiliationStarted,
    PersonChanged,
    PersonsMerged,
)
from nanhu.platforms.portal.corrections.fields import values_of
from nanhu.platforms.portal.corrections.process import ARRIVAL, CHECK, KEY
from nanhu.platforms.portal.models import Correction, FieldOwner

log = structlog.get_logger()
BY: Final = Actor.system("portal.corrections")
ARRIVES_WITHIN: Final = timedelta(days=2)


def is_ours(event: CaseOpened | CaseClosed | TaskDone) -> bool:
    return event.definition == KEY


@subscribe(CaseOpened, name="portal.note_correction", wants=is_ours)
def note_correction(events: Sequence[CaseOpened]) -> None:
    """What the field said when its person complained; heard twice, the first reading stands."""
    for event in events:
        case = case_card(event.case_id)
        if case.applicant_id is None:
            continue
        field = str(case.data["what"])
        values = values_of(case.applicant_id)
        owner = FieldOwner.objects.filter(field=field).first()
        Correction.objects.get_or_create(
            case_id=event.case_id,
            defaults={
                "person_id": case.applicant_id,
                "field": field,
                "seen": values[field] if values else [],
                "unit_id": owner.unit_id if owner else None,
            },
        )


@subscribe(TaskDone, name="portal.watch_correction", wants=is_ours)
def watch_correction(events: Sequence[TaskDone]) -> None:
    """The owner says that it is mended."""
    said = [one.case_id for one in events if (one.step, one.decision) == (CHECK, "agree")]
    Correction.objects.filter(case_id__in=said, watched_at=None).update(watched_at=now())
    settle(watched().filter(case_id__in=said))


@subscribe(CaseClosed, name="portal.end_correction", wants=is_ours)
def end_correction(events: Sequence[CaseClosed]) -> None:
    ended = {one.case_id for one in events}
    Correction.objects.filter(case_id__in=ended, closed_at=None).update(closed_at=now())


def see_new_values(
    events: Sequence[PersonChanged | AffiliationStarted | AffiliationChanged | AffiliationEnded],
) -> None:
    settle(watched().filter(person_id__in={one.person_id for one in events}))


subscribe(PersonChanged, name="portal.see_person")(see_new_values)
subscribe(AffiliationStarted, name="portal.see_start")(see_new_values)
subscribe(AffiliationChanged, name="portal.see_change")(see_new_values)
subscribe(AffiliationEnded, name="portal.see_end")(see_new_values)


@subscribe(PersonsMerged, name="portal.rekey_corrections")
def rekey_corrections(events: Sequence[PersonsMerged]) -> None:
    for event in events:
        Correction.objects.filter(person_id=event.gone_id).update(person_id=event.kept_id)


@job("portal.watch_corrections", every="25 * * * *")
def watch_corrections() -> int:
    """For what no event told (a photo), and for what does not come."""
    return settle(watched())


def watched() -> QuerySet[Correction]:
    return Correction.objects.exclude(watched_at=None).filter(closed_at=None).order_by("pk")


def settle(found: Collection[Correction] | QuerySet[Correction]) -> int:
    """Each by itself: one that fails hinders no other."""
    done = 0
    for one in found:
        try:
            with transaction.atomic():
                done += settle_one(one.pk)
        except Exception:
            log.exception("portal.correction_failed", correction=one.pk)
    return done


def settle_one(pk: int) -> bool:
    """Whether it went on. The value is compared with the one at which its person complained, not with what he asked for: it is for the
    owner to say what is right."""
    one = Correction.objects.select_for_update().get(pk=pk)
    values = values_of(one.person_id) if one.watched_at and not one.closed_at else None
    if one.watched_at is None or values is None:
        return False
    if values[one.field] != one.seen:
        one.arrived_at, one.now = now(), values[one.field]
        one.save(update_fields=["arrived_at", "now"])
        go_on(by=BY, case_id=one.case_id, step=ARRIVAL)
        return True
    if now() - one.watched_at < ARRIVES_WITHIN:
        return False
    one.watched_at = None
    one.save(update_fields=["watched_at"])
    did_not_come(by=BY, case_id=one.case_id, step=ARRIVAL)
    return True
