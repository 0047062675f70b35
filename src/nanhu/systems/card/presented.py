"""The card that a terminal's request names, and how its screen names the holder."""

from collections.abc import Container
from typing import Any

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import ConflictError
from nanhu.platforms.terminals.api import text_in
from nanhu.systems.card.models import Card
from nanhu.systems.card.protocol import CARD_UID, SENTENCES


class CardRefusedError(ConflictError):
    """A card that cannot be served: `card_unknown`, `card_lost`, `card_replaced` … with the gateway's sentences."""

    def __init__(self, *, code: str, sentence: str) -> None:
        super().__init__(refusal=code)
        self.code = code  # type: ignore[misc]
        self.sentence = sentence  # type: ignore[misc]


def card_in(body: dict[str, Any], *, states: Container[str] = (Card.State.ISSUED,)) -> Card:
    """The card laid on the reader (member `card`, its chip's number), in one of these states."""
    uid = text_in(body, "card").upper()
    found = Card.objects.select_related("wallet").filter(uid=uid).first() if CARD_UID.fullmatch(uid) else None
    if found is None:
        raise refused_card("card_unknown")
    if found.state not in states:
        raise refused_card(f"card_{found.state}" if found.state != Card.State.ISSUED else "card_unknown")
    if found.state == Card.State.ISSUED and found.valid_until < campus_today():
        raise refused_card("card_expired")
    return found


def refused_card(code: str) -> CardRefusedError:
    return CardRefusedError(code=code, sentence=SENTENCES[code])
