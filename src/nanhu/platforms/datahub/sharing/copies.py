"""Vendors whose programs were given rows under a campus number (按授权给出): a number that was corrected is followed by the next reading."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.db.models import Max

from nanhu.kernel.clock import now
from nanhu.kernel.registry import ChangedFact, FactCopy
from nanhu.platforms.datahub.models import Delivery, Grant
from nanhu.platforms.people import api as people

KEPT: Final = timedelta(days=400)


def copies_of(fact: ChangedFact) -> Iterator[FactCopy]:
    """Of the grants in effect by which rows of the number went out that is no more."""
    card = people.person_card(fact.person_id) if fact.field == "people.campus_no" else None
    if card is None:
        return
    new = [one.campus_no for one in card.affiliations]
    gone = [number for number in fact.was.split("、") if number and number not in new]
    told = Delivery.objects.filter(grant__in=Grant.in_effect(), at__gt=now() - KEPT)
    old = set(told.filter(campus_no__in=gone).values_list("grant_id", flat=True))
    read = told.filter(campus_no__in=new, at__gte=fact.since).values_list("grant_id").annotate(last=Max("at"))
    followed = dict(read.order_by())
    for grant in Grant.objects.filter(pk__in=old).select_related("vendor").order_by("pk"):
        yield FactCopy(what=str(grant), followed_at=followed.get(grant.pk))
