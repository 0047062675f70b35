"""Exceptions as the two clerks see them."""

from django.db.models import Q, QuerySet

from nanhu.kernel.clock import now
from nanhu.platforms.people import api as people
from nanhu.systems.card.limits import counter_limits
from nanhu.systems.card.models import CashException

PENDING, APPROVED = CashException.State.PENDING, CashException.State.APPROVED


def waiting_for(account_id: int) -> list[tuple[CashException, people.PersonCard]]:
    """What this clerk has to do, with the holder it is about: others' requests to decide, her own that were agreed to and
    wait for the cash."""
    mine = Q(author_id=account_id)
    to_do = (~mine & Q(state=PENDING)) | (mine & Q(state__in=[PENDING, APPROVED]))
    found = list(recent().filter(to_do)[:20])
    holders = people.person_cards([one.card.person_id for one in found])
    return [(one, holders[one.card.person_id]) for one in found]


def recent() -> QuerySet[CashException]:
    since = now() - counter_limits().exception_life
    return CashException.objects.filter(created_at__gte=since).select_related("card").order_by("-created_at")
