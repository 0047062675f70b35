"""The loss-exposure meter (A117): which terminals know that a card is refused, and what is still at risk until the last one does."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from nanhu.kernel.clock import now
from nanhu.kernel.database.values import all_rows
from nanhu.kernel.school import school
from nanhu.platforms.terminals.api import ONLINE, Terminal
from nanhu.systems.card.fleet.models import Revocation, TerminalReport
from nanhu.systems.card.models import SELLING, Card, LossReport

KEEPS_A_LIST = SELLING | {Terminal.Kind.DOOR}
OFFLINE_CARD_FEN = 5_000
LATE = """
    SELECT c.id, count(*), sum(r.amount_fen), coalesce(sum((
        SELECT sum(b.amount_fen) FROM card_receipt b
        WHERE b.reverses_id = r.id AND b.outcome = 'posted' AND b.kind = 'correction_in' AND b.merchant_id IS NULL)), 0)
    FROM card_revocation v JOIN card_card c ON c.id = v.card_id
    JOIN card_receipt r ON r.wallet_id = c.wallet_id AND r.occurred_at > v.changed_at AND r.outcome = 'posted'
    WHERE c.id = ANY(%s) AND r.card_id = c.id AND r.kind = 'stored' GROUP BY c.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknowing:
    """A terminal that does not hold the list with this card in it. On line it refuses all the same: we decide there."""

    number: str
    kind: str
    place: str
    is_online: bool
    last_seen: datetime | None
    at_risk_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """`late_fen`: what terminals without network sold on this card after the report, as far as it came in; `borne_fen` of it
    the school has borne already (closing/services/liability.py)."""

    card: Card
    reason: str
    since: datetime
    version: int
    knowing: int
    unknowing: list[Unknowing]
    late_rows: int
    late_fen: int
    borne_fen: int
    known_at: datetime | None = None

    @property
    def window_seconds(self) -> int | None:
        """From the report until the last terminal said that it refuses the card; None while one may not know."""
        return None if self.known_at is None else max(1, round((self.known_at - self.since).total_seconds()))

    @property
    def total(self) -> int:
        return self.knowing + len(self.unknowing)

    @property
    def at_risk_fen(self) -> int:
        return sum(one.at_risk_fen for one in self.unknowing)

    @property
    def offline(self) -> list[Unknowing]:
        return [one for one in self.unknowing if not one.is_online]

    @property
    def offline_fen(self) -> int:
        return sum(one.at_risk_fen for one in self.offline)


def exposure_of(card: Card) -> Exposure | None:
    """None while the card is not refused."""
    return exposures_of([card]).get(card.pk)


def exposures_of(cards: Collection[Card]) -> dict[int, Exposure]:
    """By card; five queries for all of them. A card that is not refused is left out."""
    listed = {one.pk: one for one in Revocation.objects.filter(card__in=cards, reason__isnull=False)}
    if not listed:
        return {}
    terminals = field_terminals()
    late = late_sales(list(listed))
    known = dict(LossReport.objects.filter(card__in=listed, ended_at=None).values_list("card", "known_at"))
    return {
        card.pk: measured(card, listed[card.pk], terminals, late.get(card.pk, (0, 0, 0)), known.get(card.pk))
        for card in cards
        if card.pk in listed
    }


def measured(
    card: Card,
    listed: Revocation,
    terminals: list["FieldTerminal"],
    late: tuple[int, int, int],
    known_at: datetime | None,
) -> Exposure:
    unknowing = [unknowing_of(one) for one in terminals if one.held < listed.version]
    return Exposure(
        card=card,
        reason=listed.reason or "",
        since=listed.changed_at,
        version=listed.version,
        knowing=len(terminals) - len(unknowing),
        known_at=known_at,
        unknowing=sorted(unknowing, key=lambda one: (one.is_online, -one.at_risk_fen, one.number)),
        late_rows=late[0],
        late_fen=late[1],
        borne_fen=late[2],
    )


def late_sales(card_ids: list[int]) -> dict[int, tuple[int, int, int]]:
    """Rows sold off line after the card was refused, their sum and what of it the school bore, by card; from the wallet's own index."""
    return {card: (rows, int(fen), int(borne)) for card, rows, fen, borne in all_rows(LATE, [card_ids])}


@dataclass(frozen=True, slots=True)
class FieldTerminal:
    terminal: Terminal
    held: int
    card_fen: int


def field_terminals() -> list[FieldTerminal]:
    """Switched on and once heard of: what never signed on has no key in the field, what is off is paid nothing."""
    rows = Terminal.objects.filter(state=Terminal.State.ON, kind__in=KEEPS_A_LIST, last_seen__isnull=False)
    reports = {one.pk: one for one in TerminalReport.objects.all()}
    usual = usual_card_fen()
    return [
        FieldTerminal(
            terminal,
            report.list_version if (report := reports.get(terminal.pk)) else 0,
            usual if report is None or report.card_fen is None else report.card_fen,
        )
        for terminal in rows.order_by(F("last_seen").desc(nulls_last=True))
    ]


def unknowing_of(one: FieldTerminal) -> Unknowing:
    terminal = one.terminal
    is_online = terminal.last_seen is not None and terminal.last_seen > now() - ONLINE
    return Unknowing(
        number=terminal.number,
        kind=str(Terminal.Kind(terminal.kind).label),
        place=terminal.place,
        is_online=is_online,
        last_seen=terminal.last_seen,
        at_risk_fen=one.card_fen if terminal.kind in SELLING else 0,
    )


def usual_card_fen() -> int:
    """What one card may spend at a terminal without network, where the terminal does not say."""
    return school().table("card").whole("offline_card_fen", OFFLINE_CARD_FEN)
