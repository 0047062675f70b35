"""Guesses of one terminal: cards that nobody has, wrong PINs. A reader meets a few a day, a thief who tries numbers meets only them.

Counted in the database, for all web processes and all gateways together (sql/card_terminal_turn.sql).
"""

from typing import Final

from django.db import connection
from django.db.models import F, Func, IntegerField, QuerySet, Value

from nanhu.kernel.clock import campus_time, campus_today
from nanhu.platforms.terminals.api import GUARDS, LoggedRequest, Terminal
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.pins.policy import limits_on

LOOKED_THROUGH = 2000
GUESSED: Final = "SELECT card_terminal_missed(%s, %s)"
CODES: Final = frozenset({"card_unknown", "code_wrong", "card.no_card_for_document", "card.pin_wrong"})
"""Wrong PINs too: few for each card, over all cards they would lock a campus out."""
DAILY: Final = {"reissue/begin": "reissue/finish"}
"""A kiosk that makes cards makes so many a day; its key could take over one card after the other."""


class CardGuard:
    """What the card holds a terminal to at the services endpoint."""

    def found(self, terminals: QuerySet[Terminal]) -> QuerySet[Terminal]:
        """With the guesses of the last minute, read in the query that finds the terminal."""
        forgiven = Value(limits_on(campus_today()).terminal_minute_misses)
        return terminals.annotate(
            guesses=Func(F("pk"), forgiven, function="card_guesses", output_field=IntegerField(null=True))
        )

    def has_used(self, terminal: Terminal, sequence: int) -> bool:
        return Receipt.objects.filter(terminal=terminal, sequence=sequence).exists()

    def is_over_its_limit(self, terminal: Terminal, operation: str) -> bool:
        return guessed_too_often(terminal) or made_too_many(terminal, operation)

    def answered(self, terminal: Terminal, code: object) -> None:
        if code in CODES:
            with connection.cursor() as cursor:
                cursor.execute(GUESSED, [terminal.pk, limits_on(campus_today()).terminal_minute_misses])


def guessed_too_often(terminal: Terminal) -> bool:
    """Of one that was found by `CardGuard.found`."""
    guesses: int | None = terminal.guesses  # type: ignore[attr-defined]  # the annotation
    return guesses is not None and guesses >= limits_on(campus_today()).terminal_minute_misses


def made_too_many(terminal: Terminal, operation: str) -> bool:
    ended = DAILY.get(operation)
    if ended is None:
        return False
    today = campus_today()
    latest = LoggedRequest.objects.filter(terminal=terminal).order_by("-sequence")[:LOOKED_THROUGH]
    made = sum(1 for one in latest if one.operation == ended and campus_time(one.answered_at).date() == today)
    return made >= limits_on(today).kiosk_day_reissues


GUARDS.append(CardGuard())
