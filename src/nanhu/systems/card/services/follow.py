"""Cards follow their people: class and validity with the affiliations, expiry when nothing ties them."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.people import api as people
from nanhu.systems.card.models import Card
from nanhu.systems.card.rules import kind_of, validity
from nanhu.systems.card.services.issue import LIVING, tie_of


def follow_affiliations(*, by: Actor, person_ids: Iterable[int]) -> int:
    """Bring cards up to their people's affiliations, also those that expired with the last one; how many changed.

    The facts are read under the cards' locks: of several who follow one person at once the last reads what is true.
    """
    with transaction.atomic():
        cards = followed_cards(set(person_ids))
        found = people.person_cards(sorted({card.person_id for card in cards}))
        changed = [card for card in cards if is_own(card, found) and bring_up(card, found[card.person_id])]
        Card.objects.bulk_update(changed, ["card_class", "sub_class", "valid_until", "state"], batch_size=1000)
        audit.record_many(
            audit.Record(
                by=by,
                action="card.follow",
                target=f"card:{card.number}",
                facts={"class": card.card_class, "sub_class": card.sub_class, "state": card.state},
            )
            for card in changed
        )
        return len(changed)


def followed_cards(person_ids: Iterable[int]) -> list[Card]:
    """Locked: the living card of each of them, else the newest that expired."""
    states = [*LIVING, Card.State.EXPIRED]
    cards = Card.objects.select_for_update().filter(person_id__in=list(person_ids), state__in=states).order_by("id")
    chosen: dict[int, Card] = {}
    for card in cards:
        held = chosen.get(card.person_id)
        if held is None or held.state not in LIVING:
            chosen[card.person_id] = card
    return list(chosen.values())


def is_own(card: Card, found: Mapping[int, people.PersonCard]) -> bool:
    """Whether its record stands for itself, and was not merged into another."""
    return card.person_id in found and found[card.person_id].person_id == card.person_id


def bring_up(card: Card, person: people.PersonCard) -> bool:
    """A lost card stays lost through it all: it was not found because its holder left or came back."""
    before = (card.card_class, card.sub_class, card.valid_until, card.state)
    tie = tie_of(person)
    if tie is None:
        card.state = Card.State.EXPIRED if card.state == Card.State.ISSUED else card.state
        card.valid_until = max(card.valid_from, min(card.valid_until, campus_today()))
    else:
        kind = kind_of(tie)
        card.state = Card.State.ISSUED if card.state == Card.State.EXPIRED else card.state
        card.card_class, card.sub_class = kind.card_class, kind.sub_class
        card.valid_until = max(card.valid_from, validity(tie, campus_today())[1])
    return before != (card.card_class, card.sub_class, card.valid_until, card.state)
