"""Somebody found a card: its owner is told at once where it waits, each place once a day and never by text message, for the words are
a stranger's.
The finder learns nothing, not even whether there is such a card."""

from datetime import timedelta

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given
from nanhu.kernel.registry import FoundCardReport
from nanhu.kernel.school import school
from nanhu.platforms.messages import api as messages
from nanhu.platforms.people import api as people
from nanhu.systems.card.fleet.errors import FoundTooOftenError
from nanhu.systems.card.fleet.models import FoundCard
from nanhu.systems.card.models import Card

MOST_A_DAY = 5
MOST_A_DAY_AT_DESK = 200


@transaction.atomic
def tell_owner(*, by: Actor, number: str, kept_at: str, url: str = "", most: int = MOST_A_DAY) -> bool:
    """Whether anybody was told; the page does not say."""
    where = given(kept_at)[:120]
    finder_id = account_of(by)
    lock_key(f"card.found:{finder_id}")
    mine = FoundCard.objects.filter(finder_id=finder_id, at__gt=now() - timedelta(days=1))
    if mine.count() >= most:
        raise FoundTooOftenError
    card = Card.objects.filter(number=number).first()
    FoundCard.objects.create(card=card, finder_id=finder_id, kept_at=where, url=url)
    if card is None:
        return False
    audit.record(by=by, action="card.found", target=f"card:{card.number}", facts={"kept_at": where})
    facts = {"place": where, "phone": school().card_office_phone}
    messages.tell({card.person_id}, "card.found", facts, urgency="now", key=f"found:{card.pk}:{where}")
    return True


def report_found(by: Actor, found: FoundCardReport) -> None:
    """What other rooms hand on: by the number, or by its last four and the name, where these fit one card alone."""
    most = MOST_A_DAY_AT_DESK if found.is_at_desk else MOST_A_DAY
    number = found.number or number_by_name(found.name, found.tail)
    tell_owner(by=by, number=number, kept_at=found.kept_at, url=found.url, most=most)


def number_by_name(name: str, tail: str) -> str:
    """ "" where none fits, or more than one."""
    holders = dict(Card.objects.filter(number__endswith=tail).values_list("number", "person_id")) if tail else {}
    cards = people.person_cards(sorted(set(holders.values())))
    wanted = people.comparable_name(name)
    fitting = [one for one, person in holders.items() if people.comparable_name(cards[person].name) == wanted]
    return fitting[0] if len(fitting) == 1 else ""


def found_notices(card: Card) -> list[FoundCard]:
    """The owner's: the last month's."""
    rows = FoundCard.objects.filter(card=card, at__gt=now() - timedelta(days=30))
    return list(rows.order_by("-at")[:3])
