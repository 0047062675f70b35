"""The life of a person, followed in the contact book. Each handler gets a list and may get it twice."""

from collections.abc import Sequence

from django.db import transaction

from nanhu.kernel.events import subscribe
from nanhu.platforms.people.api import (
    AffiliationChanged,
    AffiliationEnded,
    AffiliationStarted,
    PersonChanged,
    PersonsMerged,
)
from nanhu.services.mobile.models import Attempt, Binding, Consent, Member
from nanhu.services.mobile.services import certifying, members

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


@subscribe(PersonsMerged, name="mobile.rekey")
def rekey(events: Sequence[PersonsMerged]) -> None:
    for one in events:
        merge(kept_id=one.kept_id, gone_id=one.gone_id)


@transaction.atomic
def merge(*, kept_id: int, gone_id: int) -> None:
    """One person has one member: the other's is taken out of the book under the person it was made for."""
    for model in (Consent, Attempt):
        model.objects.filter(person_id=gone_id).update(person_id=kept_id)
    if not Binding.objects.filter(person_id=kept_id, ended_at=None).exists():
        Binding.objects.filter(person_id=gone_id, ended_at=None).update(person_id=kept_id)
    if not Member.objects.filter(person_id=kept_id).exists():
        Member.objects.filter(person_id=gone_id).update(person_id=kept_id)
    members.follow([kept_id, gone_id])
