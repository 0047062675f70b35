"""The life of a person, followed in the contact book. Each handler gets a list and may get it twice."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.events import subscribe
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import (
    AffiliationChanged,
    AffiliationEnded,
    AffiliationStarted,
    PersonChanged,
    PersonsMerged,
    PersonsParted,
)
from nanhu.services.mobile import queries
from nanhu.services.mobile.models import Attempt, Binding, Consent, Member
from nanhu.services.mobile.services import bindings, certifying, members

BY = Actor.system("mobile.membership")
FOLLOWED = frozenset({"name", "phone"})


@subscribe(AffiliationStarted, name="mobile.follow_started")
def follow_started(events: Sequence[AffiliationStarted]) -> None:
    """The personnel office's record alone makes a member; a newcomer's form that waited for it is done."""
    certifying.close_entered({one.campus_no for one in events})
    members.follow([one.person_id for one in events])


@subscribe(AffiliationChanged, name="mobile.follow_changed")
def follow_changed(events: Sequence[AffiliationChanged]) -> None:
    members.follow([one.person_id for one in events])


@subscribe(AffiliationEnded, name="mobile.follow_ended")
def follow_ended(events: Sequence[AffiliationEnded]) -> None:
    members.follow([one.person_id for one in events])


@subscribe(PersonChanged, name="mobile.follow_person")
def follow_person(events: Sequence[PersonChanged]) -> None:
    members.follow([one.person_id for one in events if FOLLOWED & set(one.fields)])


@subscribe(PersonsMerged, name="mobile.rekey", at_once=True)
def rekey(events: Sequence[PersonsMerged]) -> None:
    for one in events:
        merge(kept_id=one.kept_id, gone_id=one.gone_id)


@transaction.atomic
def merge(*, kept_id: int, gone_id: int) -> None:
    """One person has one member: the other's is taken out of the book under the person it was made for, and its binding
    with it. Whoever had said no has said no. What is moved remembers whose it was."""
    Attempt.objects.filter(person_id=gone_id).update(person_id=kept_id)
    said_no = queries.has_withdrawn(kept_id) or queries.has_withdrawn(gone_id)
    has_member = Member.objects.filter(person_id=kept_id).exists()
    if has_member or queries.living_binding(kept_id) is not None:
        bindings.end(person_id=gone_id, end=Binding.End.MERGED)
    for model in (Consent, Binding) if has_member else (Consent, Binding, Member):
        model.objects.filter(person_id=gone_id).update(person_id=kept_id, came_from=gone_id)
    if said_no:
        Consent.standing.filter(person_id=kept_id, withdrawn_at=None).update(withdrawn_at=now())
        bindings.end(person_id=kept_id, end=Binding.End.GIVEN_UP)
    members.follow([kept_id, gone_id])


@subscribe(PersonsParted, name="mobile.part", at_once=True)
def part_records(events: Sequence[PersonsParted]) -> None:
    for one in events:
        part(one)


@transaction.atomic
def part(parting: PersonsParted) -> None:
    """What was the other's is his again, and opens the kept one's portal no more; each is bound anew by his next tap, unless one of them said no."""
    records = list(people.parted_records([parting]))
    is_refused = any(queries.said_no_while_one(record) for record in records)
    for record in records:
        bindings.end_doubtful(by=BY, person_id=record.person_id, since=record.since)
    both = kept_id, restored_id = parting.kept_id, parting.restored_id
    moved = Member.objects.filter(person_id=kept_id, came_from=restored_id)
    theirs = Q(came_from=restored_id) | Q(userid__in=list(moved.values_list("userid", flat=True)))
    living = Binding.objects.filter(theirs, person_id=kept_id, ended_at=None)
    if living.update(ended_at=now(), end=Binding.End.PARTED):
        identity.end_other_sessions(by=BY, person_id=kept_id, but=None)
    if Member.objects.filter(person_id=restored_id).exists():
        moved = moved.none()
    for rows in (Consent.objects, Binding.objects, moved):
        rows.filter(person_id=kept_id, came_from=restored_id).update(person_id=restored_id, came_from=None)
    for person_id in both if is_refused else ():
        bindings.keep_refusal(by=BY, person_id=person_id)
    members.follow(both)
