"""Guesses of one terminal: cards that nobody has, wrong PINs. A reader meets a few a day, a thief who tries numbers meets only them.

Counted in the database, for all web processes and all gateways together (sql/card_terminal_turn.sql).
"""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import BooleanField, F, Func, IntegerField, QuerySet, Value

from nanhu.kernel.clock import campus_today, start_of
from nanhu.kernel.database.values import one_value, run
from nanhu.kernel.once import lock_key
from nanhu.platforms.terminals.api import GUARDS, Terminal
from nanhu.systems.card.funds.models import CardReissue
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.pins.policy import limits_on

LONGEST_MAKING: Final = timedelta(days=1)
GUESSED: Final = "SELECT card_terminal_missed(%s, %s)"
REFUSED: Final = "SELECT card_terminal_refused(%s)"
CODES: Final = frozenset(
    {
        "card_unknown",
        "code_wrong",
        "card.no_card_for_document",
        "card.pin_wrong",
        "card.plastic_unknown",
        "card.to_the_office",
        "card.fee_not_covered",
        "chip_mac_wrong",
        "chip_counter_reused",
    }
)
"""Wrong PINs too: few for each card, over all cards they would lock a campus out. So are signatures that no chip gave, and what a document's
number tells of its holder's card before one is begun."""
BEGUN_FOR_EACH_MADE: Final = 3
"""At an honest kiosk, too, somebody looks at the fee and goes."""


class CardGuard:
    """What the card holds a terminal to at the services endpoint."""

    def found(self, terminals: QuerySet[Terminal]) -> QuerySet[Terminal]:
        """With the guesses and refusals of the last minute, read in the query that finds the terminal."""
        forgiven = Value(limits_on(campus_today()).terminal_minute_misses)
        return terminals.annotate(
            guesses=Func(F("pk"), forgiven, function="card_guesses", output_field=IntegerField(null=True)),
            floods=Func(F("pk"), function="card_terminal_floods", output_field=BooleanField()),
        )

    def has_used(self, terminal: Terminal, sequence: int) -> bool:
        return Receipt.objects.filter(terminal=terminal, sequence=sequence).exists()

    def is_flooding(self, terminal: Terminal) -> bool:
        """Of one that was found by `found`."""
        floods: bool = terminal.floods  # type: ignore[attr-defined]  # the annotation
        return floods

    def is_over_its_limit(self, terminal: Terminal, operation: str) -> bool:
        return guessed_too_often(terminal) or made_too_many(terminal, operation)

    def may_be_answered(self, terminal: Terminal, code: object) -> bool:
        if code not in CODES:
            return True
        return bool(one_value(GUESSED, [terminal.pk, limits_on(campus_today()).terminal_minute_misses]))

    def refused(self, terminal: Terminal) -> None:
        run(REFUSED, [terminal.pk])


def guessed_too_often(terminal: Terminal) -> bool:
    """Of one that was found by `CardGuard.found`."""
    guesses: int | None = terminal.guesses  # type: ignore[attr-defined]  # the annotation
    return guesses is not None and guesses >= limits_on(campus_today()).terminal_minute_misses


def made_too_many(terminal: Terminal, operation: str) -> bool:
    """A kiosk that makes cards makes so many a day: its key could take over one card after the other, with numbers of the thief's
    choice. What was begun counts like what was made, for each may be ended; the lock lets one request count at a time."""
    counted = DAILY.get(operation)
    if counted is None:
        return False
    lock_key(f"card.kiosk_reissues:{terminal.pk}")
    today = campus_today()
    begins = start_of(today)
    return counted(CardReissue.objects.filter(terminal=terminal), begins, limits_on(today).kiosk_day_reissues)


def begun_too_many(reissues: QuerySet[CardReissue], begins: datetime, most: int) -> bool:
    today = reissues.filter(begun_at__gte=begins)
    alive = today.exclude(state=CardReissue.State.ABANDONED)
    return alive.count() >= most or today.count() >= BEGUN_FOR_EACH_MADE * most


def ended_too_many(reissues: QuerySet[CardReissue], begins: datetime, most: int) -> bool:
    """Also those begun before midnight."""
    recent = reissues.filter(begun_at__gte=begins - LONGEST_MAKING, state=CardReissue.State.DONE)
    return recent.filter(ended_at__gte=begins).count() >= most


DAILY: Final = {"reissue/begin": begun_too_many, "reissue/finish": ended_too_many}
GUARDS.append(CardGuard())
