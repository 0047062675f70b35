"""Cards that nobody has, asked for by one terminal: a reader meets a few a day, a thief who tries numbers meets only them."""

import threading
import time
from collections.abc import Callable
from typing import Final

from nanhu.kernel.clock import campus_time, campus_today
from nanhu.systems.card.devices.models import DeviceRequest
from nanhu.systems.card.models import PosTerminal
from nanhu.systems.card.pins.policy import limits_on

MINUTE_SECONDS = 60.0
LOOKED_THROUGH = 2000
CODES: Final = frozenset({"card_unknown", "code_wrong", "card.no_card_for_document", "card.pin_wrong"})
"""Wrong PINs too: few for each card, over all cards they would lock a campus out."""
DAILY: Final = {"reissue/begin": "reissue/finish"}
"""A kiosk that makes cards makes so many a day; its key could take over one card after the other."""


class Misses:
    """Of each terminal in a minute, in this process; the gateway counts for itself (gateway/watch.py)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.lock = threading.Lock()
        self.counted: dict[int, tuple[float, int]] = {}

    def note(self, terminal_id: int, code: object) -> None:
        if code in CODES:
            with self.lock:
                begun, count = self.of(terminal_id)
                self.counted[terminal_id] = (begun, count + 1)

    def are_too_many(self, terminal_id: int) -> bool:
        with self.lock:
            return self.of(terminal_id)[1] >= limits_on(campus_today()).terminal_minute_misses

    def of(self, terminal_id: int) -> tuple[float, int]:
        begun, count = self.counted.get(terminal_id, (float("-inf"), 0))
        return (begun, count) if self.clock() - begun < MINUTE_SECONDS else (self.clock(), 0)


MISSES = Misses()


def made_too_many(terminal: PosTerminal, operation: str) -> bool:
    ended = DAILY.get(operation)
    if ended is None:
        return False
    today = campus_today()
    latest = DeviceRequest.objects.filter(terminal=terminal).order_by("-sequence")[:LOOKED_THROUGH]
    made = sum(1 for one in latest if one.operation == ended and campus_time(one.answered_at).date() == today)
    return made >= limits_on(today).kiosk_day_reissues
