"""What the views share: whose request it is, and the card it is about."""

from uuid import UUID

from django.http import HttpRequest

from nanhu.kernel.viewers import viewer_of
from nanhu.systems.card.errors import CardNotFoundError
from nanhu.systems.card.models import Card
from nanhu.systems.card.queries import card_of


def own_card(request: HttpRequest) -> Card:
    """The viewer's own; nothing in an address can name another's."""
    card = card_of(viewer_of(request).person_id)
    if card is None:
        raise CardNotFoundError
    return card


def card_with(public_id: UUID) -> Card:
    """Any card, for the counter."""
    card = Card.objects.select_related("wallet").filter(public_id=public_id).first()
    if card is None:
        raise CardNotFoundError
    return card
