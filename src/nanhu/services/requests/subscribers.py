"""What a merge of two records means for their requests. The handler gets a list and may get it twice."""

from collections.abc import Sequence

from django.db import transaction

from nanhu.kernel.events import subscribe
from nanhu.platforms.people.api import PersonsMerged
from nanhu.services.requests.models import CrewMember, MeToo, Request, TokenIssue
from nanhu.services.requests.rules import TOKENS_A_TERM


@subscribe(PersonsMerged, name="requests.rekey")
def rekey_merged(events: Sequence[PersonsMerged]) -> None:
    for event in events:
        rekey(kept_id=event.kept_id, gone_id=event.gone_id)


@transaction.atomic
def rekey(*, kept_id: int, gone_id: int) -> None:
    for name in ("person", "worker", "accused_person"):
        Request.objects.filter(**{f"{name}_id": gone_id}).update(**{f"{name}_id": kept_id})
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
