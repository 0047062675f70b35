"""Cards that nobody has, asked for by one terminal: a reader meets a few a day, a thief who tries numbers meets only them.

Counted in the database, for all processes of the services door and all gateways together (sql/card_terminal_turn.sql).
"""

from typing import Final

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from nanhu.kernel.clock import campus_time, campus_today
from nanhu.systems.card.devices.models import DeviceRequest
from nanhu.systems.card.models import PosTerminal
from nanhu.systems.card.pins.policy import limits_on

LOOKED_THROUGH = 2000
MISSED: Final = "SELECT card_terminal_missed(%s, %s)"
LEFT: Final = "SELECT card_misses_left(a.misses, a.minute_begun, %s) FROM card_terminal_activity a WHERE a.terminal_id = card_terminal.id"
CODES: Final = frozenset({"card_unknown", "code_wrong", "card.no_card_for_document", "card.pin_wrong"})
"""Wrong PINs too: few for each card, over all cards they would lock a campus out."""
DAILY: Final = {"reissue/begin": "reissue/finish"}
"""A kiosk that makes cards makes so many a day; its key could take over one card after the other."""


def note_miss(terminal_id: int, code: object) -> None:
    if code in CODES:
        with connection.cursor() as cursor:
            cursor.execute(MISSED, [terminal_id, limits_on(campus_today()).terminal_minute_misses])


def with_misses(terminals: QuerySet[PosTerminal]) -> QuerySet[PosTerminal]:
    """Each with its guesses of the last minute, read in the query that finds the terminal."""
    return terminals.annotate(misses=RawSQL(LEFT, [limits_on(campus_today()).terminal_minute_misses]))  # noqa: S611  no text of anybody's


def missed_too_often(terminal: PosTerminal) -> bool:
    """Of one that was found by `with_misses`."""
    misses: int | None = terminal.misses  # type: ignore[attr-defined]  # the annotation
    return misses is not None and misses >= limits_on(campus_today()).terminal_minute_misses


def made_too_many(terminal: PosTerminal, operation: str) -> bool:
    ended = DAILY.get(operation)
    if ended is None:
        return False
    today = campus_today()
    latest = DeviceRequest.objects.filter(terminal=terminal).order_by("-sequence")[:LOOKED_THROUGH]
    made = sum(1 for one in latest if one.operation == ended and campus_time(one.answered_at).date() == today)
    return made >= limits_on(today).kiosk_day_reissues
