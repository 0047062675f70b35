"""Guesses of 领卡码, counted before they are tried: by who types at the desk, by who types for this card, by the card.

Nobody is kept from a card by them: a document is never counted, and who guesses meets their own gates long before the card's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import api as identity

DAY: Final = timedelta(hours=24)
AT_A_CARD: Final = identity.Limit("pickup_pair", free=5, cap=900, memory=DAY)
BY_A_CLERK: Final = identity.Limit("pickup_clerk", free=30, cap=300, memory=DAY, leak=0.01)
"""A clerk of an orientation day mistypes a few an hour; a success takes back its own attempt only."""
OF_A_CARD: Final = identity.Limit("pickup_card", free=50, cap=3600, memory=DAY)


@contextmanager
def counted(*, by: Actor, card: str) -> Iterator[None]:
    """Around the whole hand-over and outside its transaction: what is refused inside stays counted."""
    clerk = str(by.account_id or by.name)
    own = [identity.Gate(AT_A_CARD, f"{clerk}|{card}"), identity.Gate(OF_A_CARD, card)]
    shared = [identity.Gate(BY_A_CLERK, clerk)]
    identity.admit_attempt([*own, *shared])
    yield
    identity.forgive_attempts(own)
    identity.take_back_attempt(shared)
