"""Cards that nobody has, asked for by one terminal: a reader meets a few a day, a thief who tries numbers meets only them.

Counted in the database, for all processes of the services door and all gateways together (sql/card_terminal_turn.sql).
"""

from typing import Final

from django.db import connection

from nanhu.kernel.clock import campus_time, campus_today
from nanhu.systems.card.devices.models import DeviceRequest
from nanhu.systems.card.models import PosTerminal
from nanhu.systems.card.pins.policy import limits_on

LOOKED_THROUGH = 2000
MISSED: Final = "SELECT card_terminal_missed(%s, %s)"
LEFT: Final = "SELECT card_misses_left(misses, minute_begun, %s) FROM card_terminal_activity WHERE terminal_id = %s"
CODES: Final = frozenset({"card_unknown", "code_wrong", "card.no_card_for_document", "card.pin_wrong"})
"""Wrong PINs too: few for each card, over all cards they would lock a campus out."""
DAILY: Final = {"reissue/begin": "reissue/finish"}
"""A kiosk that makes cards makes so many a day; its key could take over one card after the other."""


def note_miss(terminal_id: int, code: object) -> None:
    if code in CODES:
        with connection.cursor() as cursor:
            cursor.execute(MISSED, [terminal_id, limits_on(campus_today()).terminal_minute_misses])


def missed_too_often(terminal_id: int) -> bool:
    most = limits_on(campus_today()).terminal_minute_misses
    with connection.cursor() as cursor:
        cursor.execute(LEFT, [most, terminal_id])
        found = cursor.fetchone()
    return found is not None and found[0] >= most


def made_too_many(terminal: PosTerminal, operation: str) -> bool:
    ended = DAILY.get(operation)
    if ended is None:
        return False
    today = campus_today()
    latest = DeviceRequest.objects.filter(terminal=terminal).order_by("-sequence")[:LOOKED_THROUGH]
    made = sum(1 for one in latest if one.operation == ended and campus_time(one.answered_at).date() == today)
    return made >= limits_on(today).kiosk_day_reissues
