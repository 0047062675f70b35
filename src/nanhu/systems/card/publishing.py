"""Cards as other systems know them: rows of the shared table `card.card`, while this system writes it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from nanhu.kernel.actors import Actor
from nanhu.kernel.jobs import job
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.people import api as people
from nanhu.systems.card.models import Card

TABLE: Final = "card.card"
BY: Final = Actor.system("card.publish")


@job("card.publish_cards", every="7 * * * *")
def publish_cards() -> int:
    """All of them, and no others: what a vendor wrote before is removed; what has not changed writes nothing. Gives how many
    rows did."""
    return publish(Card.objects.all(), is_whole=True)


def publish(cards: Iterable[Card], *, is_whole: bool = False) -> int:
    return datahub.put_own(TABLE, rows_of(cards), by=BY, is_whole=is_whole)


def rows_of(cards: Iterable[Card]) -> Iterator[Mapping[str, Any]]:
    """Of those whose holder has a campus number."""
    numbers = people.numbers_by_person()
    for card in cards:
        if card.person_id in numbers:
            yield {
                "uid": card.uid,
                "number": card.number,
                "campus_no": numbers[card.person_id],
                "holder_class": card.card_class,
                "sub_class": card.sub_class,
                "state": card.state,
                "valid_from": card.valid_from,
                "valid_until": card.valid_until,
                "lost_at": card.lost_at,
            }
