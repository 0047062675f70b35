"""The loss-exposure meter (A117): which terminals know that a card is refused, and what is still at risk until the last one does."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from nanhu.kernel.clock import now
from nanhu.kernel.school import school
from nanhu.systems.card.fleet.models import Revocation, TerminalReport
from nanhu.systems.card.models import Card, PosTerminal, Receipt

ONLINE = timedelta(seconds=90)
SELLS = frozenset({PosTerminal.Kind.POS, PosTerminal.Kind.SCANNER})
KEEPS_A_LIST = SELLS | {PosTerminal.Kind.DOOR}
OFFLINE_CARD_FEN = 5_000


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
    """`late_fen`: what terminals without network sold on this card after the report, as far as it came in."""

    card: Card
    reason: str
    since: datetime
    version: int
    knowing: int
    unknowing: list[Unknowing]
    late_rows: int
    late_fen: int

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
    """None while the card is not refused. Three queries."""
    listed = Revocation.objects.filter(card=card, reason__isnull=False).first()
    if listed is None:
        return None
    terminals = field_terminals()
    knowing = [one for one in terminals if one.held >= listed.version]
    unknowing = [unknowing_of(one) for one in terminals if one.held < listed.version]
    late = Receipt.objects.filter(
        card_id=card.pk, kind="stored", outcome="posted", occurred_at__gt=listed.changed_at
    ).values_list("amount_fen", flat=True)
    sums = [fen or 0 for fen in late]
    return Exposure(
        card=card, reason=listed.reason or "", since=listed.changed_at, version=listed.version, knowing=len(knowing),
        unknowing=sorted(unknowing, key=lambda one: (one.is_online, -one.at_risk_fen, one.number)),
        late_rows=len(sums), late_fen=sum(sums),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldTerminal:
    terminal: PosTerminal
    held: int
    card_fen: int


def field_terminals() -> list[FieldTerminal]:
    """Switched on and once heard of: what never signed on has no key in the field, what is off is paid nothing."""
    rows = PosTerminal.objects.filter(state=PosTerminal.State.ON, kind__in=KEEPS_A_LIST, last_seen__isnull=False)
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
        number=terminal.number, kind=str(PosTerminal.Kind(terminal.kind).label), place=terminal.place,
        is_online=is_online, last_seen=terminal.last_seen, at_risk_fen=one.card_fen if terminal.kind in SELLS else 0,
    )  # fmt: skip


def usual_card_fen() -> int:
    """What one card may spend at a terminal without network, where the terminal does not say."""
    return int(school().raw.get("card", {}).get("offline_card_fen", OFFLINE_CARD_FEN))
