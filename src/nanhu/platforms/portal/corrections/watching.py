"""Watches corrections that their owner says are mended: closed when the value has changed and its copies followed, back with the owner when it
has not in two days."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.events import subscribe
from nanhu.kernel.jobs import alone, job
from nanhu.platforms.flows.api import CaseClosed, TaskDone, TaskOpened, cancel, case_card, did_not_come, go_on
from nanhu.platforms.messages import api as messages
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import (
    AffiliationChanged,
    AffiliationEnded,
    AffiliationStarted,
    PersonChanged,
    PersonsMerged,
    PersonsParted,
)
from nanhu.platforms.portal.corrections import copies
from nanhu.platforms.portal.corrections.fields import is_readable, number_in, value_of
from nanhu.platforms.portal.corrections.process import APPEAL, ARRIVAL, CHECK, KEY
from nanhu.platforms.portal.corrections.services import judged
from nanhu.platforms.portal.models import Correction, FieldOwner

BY: Final = Actor.system("portal.corrections")
ARRIVES_WITHIN: Final = timedelta(days=2)
UNREADABLE: Final = gettext_noop(
    "学校记录里没有填的这个学号或工号，或没有填是哪一个的，改没改好看不出来。请从自己的资料旁重新按“有误”。"
)
RETURNS_WITHIN: Final = timedelta(days=180)


def is_ours(event: CaseClosed | TaskDone | TaskOpened) -> bool:
    return event.definition == KEY


@subscribe(TaskOpened, name="portal.note_correction", wants=is_ours)
def note_correction(events: Sequence[TaskOpened]) -> None:
    """When it comes to its owner: the first time, and whenever it was sent back and says something else."""
    for event in events:
        note(event.case_id)


@transaction.atomic
def note(case_id: int) -> Correction | None:
    """What the field says when its person complains of it. The same complaint again: that first reading stands."""
    case = case_card(case_id)
    if case.applicant_id is None:
        return None
    field, number = str(case.data["what"]), number_in(case.data)
    found = Correction.objects.select_for_update().filter(case_id=case_id).first()
    if found is None:
        found = Correction(case_id=case_id, person_id=case.applicant_id, first_person_id=case.applicant_id)
    elif (found.field, found.number) == (field, number):
        return found
    owner = FieldOwner.objects.filter(field=field).first()
    found.field, found.number, found.unit_id = field, number, owner.unit_id if owner else None
    found.seen = value_of(found.person_id, field, number)
    found.save()
    return found


@subscribe(TaskDone, name="portal.watch_correction", wants=is_ours)
def watch_correction(events: Sequence[TaskDone]) -> None:
    """The owner says that it is mended."""
    said = [one.case_id for one in events if (one.step, one.decision) == (CHECK, "agree")]
    for case_id in said:
        note(case_id)
    Correction.objects.filter(case_id__in=said, watched_at=None, closed_at=None).update(watched_at=now())
    settle(watched().filter(case_id__in=said))


@subscribe(CaseClosed, name="portal.hear_appeal", wants=lambda event: event.definition == APPEAL)
def hear_appeal(events: Sequence[CaseClosed]) -> None:
    """Granted, the complaint goes to its office again."""
    found_right = {int(one.subject_id): one.case_id for one in events if one.outcome == "granted"}
    for one in Correction.objects.filter(case_id__in=found_right):
        judged(by=BY, correction=one, appeal_id=found_right[one.case_id])


@subscribe(CaseClosed, name="portal.end_correction", wants=is_ours)
def end_correction(events: Sequence[CaseClosed]) -> None:
    ended = {one.case_id for one in events}
    Correction.objects.filter(case_id__in=ended, closed_at=None).update(closed_at=now())


def see_new_values(
    events: Sequence[PersonChanged | AffiliationStarted | AffiliationChanged | AffiliationEnded],
) -> None:
    persons = {one.person_id for one in events}
    settle(watched().filter(person_id__in=persons))
    for one in mended().filter(person_id__in=persons):
        with alone("portal.correction_failed", correction=one.pk):
            look_back(one.pk)


def mended() -> QuerySet[Correction]:
    """Those that ended with a new value not long ago; where that stands for a time, its end is told by itself."""
    ended = Correction.objects.filter(closed_at__gte=now() - RETURNS_WITHIN, arrived_at__isnull=False, override=None)
    return ended.order_by("pk")


def look_back(pk: int) -> None:
    """The value of which its person complained is back: he is told, once each time, and may complain again."""
    one = Correction.objects.select_for_update().get(pk=pk)
    is_back = value_of(one.person_id, one.field, one.number) == one.seen
    if is_back == (one.returned_at is not None):
        return
    one.returned_at = now() if is_back else None
    one.save(update_fields=["returned_at"])
    if is_back:
        number = case_card(one.case_id).number
        messages.tell([one.person_id], "portal.correction_returned", {"number": number}, key=f"{pk}")


subscribe(PersonChanged, name="portal.see_person")(see_new_values)
subscribe(AffiliationStarted, name="portal.see_start")(see_new_values)
subscribe(AffiliationChanged, name="portal.see_change")(see_new_values)
subscribe(AffiliationEnded, name="portal.see_end")(see_new_values)


@subscribe(PersonsMerged, name="portal.rekey_corrections")
def rekey_corrections(events: Sequence[PersonsMerged]) -> None:
    for kept_id, gone_id in people.merges_that_stand(events):
        hand_over(Correction.objects.filter(person_id=gone_id), kept_id)


@subscribe(PersonsParted, name="portal.part_corrections")
def part_corrections(events: Sequence[PersonsParted]) -> None:
    for kept_id, restored_id in people.partings_that_stand(events):
        records = [one for one, root in people.families([restored_id]).items() if root == restored_id]
        hand_over(Correction.objects.filter(person_id=kept_id, first_person_id__in=records), restored_id)


@transaction.atomic
def hand_over(found: QuerySet[Correction], person_id: int) -> None:
    """What another record says is no new value: of what still runs it is read anew."""
    for one in found.select_for_update():
        one.person_id = person_id
        if one.closed_at is None:
            one.seen, one.now, one.arrived_at = value_of(person_id, one.field, one.number), "", None
        one.save(update_fields=["person_id", "seen", "now", "arrived_at"])


@job("portal.watch_corrections", every="*/10 * * * *")
def watch_corrections() -> int:
    """For what no event told (a photo, a copy, an owner's word that was lost), and for what does not come."""
    lost = Correction.objects.filter(closed_at=None, watched_at=None, case__tokens__step=ARRIVAL)
    Correction.objects.filter(pk__in=list(lost.values_list("pk", flat=True))).update(watched_at=now())
    return settle(watched())


@job("portal.follow_copies", every="25 3 * * *")
def follow_copies() -> int:
    return copies.follow_ended()


def watched() -> QuerySet[Correction]:
    return Correction.objects.exclude(watched_at=None).filter(closed_at=None).order_by("pk")


def settle(found: Collection[Correction] | QuerySet[Correction]) -> int:
    """Each by itself: one that fails hinders no other."""
    done = 0
    for one in found:
        with alone("portal.correction_failed", correction=one.pk):
            done += settle_one(one.pk)
    return done


def settle_one(pk: int) -> bool:
    """Whether it went on. The value is compared with the one at which its person complained, not with what he asked for: it is for the
    owner to say what is right. From what cannot be read nothing is concluded, but two days are two days."""
    one = Correction.objects.select_for_update().get(pk=pk)
    if one.watched_at is None or one.closed_at is not None:
        return False
    value = value_of(one.person_id, one.field, one.number)
    if value is not None and one.seen is not None and value != one.seen:
        arrive(one, value)
        if not copies.follow(one):
            return False
        go_on(by=BY, case_id=one.case_id, step=ARRIVAL)
        return True
    if one.arrived_at is not None:
        leave_again(one, value)
        return False
    return now() - one.watched_at >= ARRIVES_WITHIN and gone_back(one, value)


def gone_back(one: Correction, value: str | None) -> bool:
    """To its owner; what can never be seen to change ends here, or it would come back to him every two days."""
    if one.seen is None and value is None and not is_readable(one.person_id, one.field, one.number):
        cancel(by=BY, case_id=one.case_id, reason=UNREADABLE)
        return True
    one.watched_at, one.seen = None, one.seen or value
    one.save(update_fields=["watched_at", "seen"])
    did_not_come(by=BY, case_id=one.case_id, step=ARRIVAL)
    return True


def arrive(one: Correction, value: str) -> None:
    """From now on its copies are waited for; of yet another value, from its own moment."""
    if one.arrived_at is not None and one.now == value:
        return
    one.copies.all().delete()
    one.arrived_at, one.now = now(), value
    one.save(update_fields=["arrived_at", "now"])


def leave_again(one: Correction, value: str | None) -> None:
    """The old value is back while copies were waited for: the new one is waited for anew."""
    if value is None:
        return
    one.copies.all().delete()
    one.arrived_at, one.now, one.watched_at = None, "", now()
    one.save(update_fields=["arrived_at", "now", "watched_at"])
