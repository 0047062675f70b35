"""What a merge of two records means for their requests, who leaves for his crew, and which things are broken. The handler gets a list and may
get it twice."""

from collections.abc import Sequence

from django.db import transaction

from nanhu.kernel.events import subscribe
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import AffiliationEnded, PersonsMerged
from nanhu.services.requests.models import Crew, CrewMember, MeToo, Photo, Request, TokenIssue
from nanhu.services.requests.models.requests import OPEN
from nanhu.services.requests.rules import TOKENS_A_TERM
from nanhu.services.requests.services import things
from nanhu.services.requests.services.dispatching import give_back


@subscribe(AffiliationEnded, name="requests.leave_crews")
def leave_crews(events: Sequence[AffiliationEnded]) -> None:
    for person_id in {event.person_id for event in events}:
        if not people.unit_ids_of(person_id):
            leave(person_id)


@transaction.atomic
def leave(person_id: int) -> None:
    """His jobs are his crew's; those of a crew that has nobody left go elsewhere."""
    crews = list(Crew.objects.filter(members__person_id=person_id))
    Request.objects.filter(worker_id=person_id, state__in=OPEN).update(worker=None)
    CrewMember.objects.filter(person_id=person_id).delete()
    for crew in crews:
        if not crew.members.exists():
            give_back(crew)


@datahub.on_rows(things.TABLE, name="requests.take_broken_things")
def take_broken_things(events: Sequence[datahub.RowsChanged]) -> None:
    things.keep_up(dict.fromkeys(key for event in events for (key,) in event.keys))


@subscribe(PersonsMerged, name="requests.rekey")
def rekey_merged(events: Sequence[PersonsMerged]) -> None:
    for kept_id, gone_id in people.merges_that_stand(events):
        rekey(kept_id=kept_id, gone_id=gone_id)


@transaction.atomic
def rekey(*, kept_id: int, gone_id: int) -> None:
    for name in ("person", "worker", "accused_person"):
        Request.objects.filter(**{f"{name}_id": gone_id}).update(**{f"{name}_id": kept_id})
    Photo.objects.filter(follower_id=gone_id).update(follower_id=kept_id)
    for model, of in ((CrewMember, "crew_id"), (MeToo, "request_id")):
        held = model.objects.filter(person_id=kept_id).values(of)
        model.objects.filter(person_id=gone_id, **{f"{of}__in": held}).delete()
        model.objects.filter(person_id=gone_id).update(person_id=kept_id)
    for taken in TokenIssue.objects.filter(person_id=gone_id):
        keep_count(kept_id, taken)


def keep_count(person_id: int, taken: TokenIssue) -> None:
    """Two records of one person have three tokens a term together."""
    mine = TokenIssue.objects.filter(person_id=person_id, term=taken.term).first()
    count = min(TOKENS_A_TERM, taken.count + (mine.count if mine else 0))
    TokenIssue.objects.update_or_create(person_id=person_id, term=taken.term, defaults={"count": count})
    taken.delete()
