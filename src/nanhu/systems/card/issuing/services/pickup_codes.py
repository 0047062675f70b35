"""Guesses of 领卡码, counted before they are tried: by who types at the desk, by who types for this card, by the card.

Nobody is kept from a card by them: a document is never counted, and who guesses meets their own gates long before the card's.
Each wrong one is a line of the audit log: what was typed is not.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from nanhu.kernel import audit, throttle
from nanhu.kernel.actors import Actor
from nanhu.systems.card.issuing.errors import CodeWrongError

DAY: Final = timedelta(hours=24)
AT_A_CARD: Final = throttle.Limit("pickup_pair", free=5, cap=900, memory=DAY)
BY_A_CLERK: Final = throttle.Limit("pickup_clerk", free=30, cap=300, memory=DAY, leak=0.01)
"""A clerk of an orientation day mistypes a few an hour; a success takes back its own attempt only."""
OF_A_CARD: Final = throttle.Limit("pickup_card", free=50, cap=3600, memory=DAY)


@contextmanager
def counted(*, by: Actor, target: str) -> Iterator[None]:
    """Around the whole hand-over and outside its transaction: what is refused inside stays counted and on record. `target` is
    the row or the batch as the audit log names it."""
    clerk, card = str(by.account_id or by.name), target
    own = [throttle.Gate(AT_A_CARD, f"{clerk}|{card}"), throttle.Gate(OF_A_CARD, card)]
    shared = [throttle.Gate(BY_A_CLERK, clerk)]
    throttle.admit([*own, *shared])
    try:
        yield
    except CodeWrongError:
        audit.record(by=by, action="card.refuse_pickup_code", target=target)
        raise
    throttle.forgive(own)
    throttle.take_back(shared)
