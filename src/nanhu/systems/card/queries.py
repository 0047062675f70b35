"""Reading cards and receipts. What a holder sees is always narrowed to their own wallet first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DateTimeField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import TruncMonth

from nanhu.kernel.clock import CAMPUS_ZONE, campus_today
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.kinds import MONEY_IN
from nanhu.systems.card.models import Card, Merchant, Receipt, Till, TopUp, Wallet
from nanhu.systems.card.services.issue import LIVING

SHOWN_DAYS = 92
SPENDING = ("payment", "stored", "hold")
TAKEN_BACK = ("reversal", "refund", "release", "correction_in")
CORRECTED = Q(kind="correction_in", merchant__isnull=False)
"""A sale taken back; told by the index alone, as all of this has to be."""
PURCHASES = Q(kind__in=[*SPENDING, "reversal", "refund", "release"]) | CORRECTED
"""What makes up spending: bought, less what was taken back. Other things may be corrected too."""
NET = Case(
    When(kind__in=TAKEN_BACK, then=F("amount_fen") * Value(-1, output_field=BigIntegerField())),
    default=F("amount_fen"),
    output_field=BigIntegerField(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Days, both included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, clock_time.min, CAMPUS_ZONE)

    @property
    def until(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), clock_time.min, CAMPUS_ZONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A person's card and what is in the wallet this moment."""

    card: Card
    balance_fen: int
    owed_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where money was spent in a range: a merchant of a canteen, or one that stands for itself."""

    key: str
    name: str
    canteen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    count: int
    out_fen: int
    in_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    by_month: list[tuple[date, int]]
    by_canteen: list[tuple[str, int]]


def door_supplier() -> str:
    """The outside system that says which card opens doors (the writer of the shared table `card.card`); empty: ours."""
    return datahub.supplier("card.card")


def last_three_months() -> Range:
    today = campus_today()
    return Range(first=today - timedelta(days=SHOWN_DAYS - 1), last=today)


def this_month() -> Range:
    today = campus_today()
    return Range(first=today.replace(day=1), last=today)


def merchant_of(terminal: Terminal) -> Merchant | None:
    """Who sells with it; read without a further query where the terminals came with `till__merchant`."""
    till: Till | None = getattr(terminal, "till", None)
    return till.merchant if till else None


def card_of(person_id: int | None) -> Card | None:
    """The living card of a person, else the newest."""
    return cards_of(person_id).first() if person_id is not None else None


def cards_of(person_id: int | Given) -> QuerySet[Card]:
    living_first = Case(When(state__in=LIVING, then=0), default=1)
    return Card.objects.filter(person_id=person_id).select_related("wallet").order_by(living_first, "-id")


def own_day(person_id: int | None) -> tuple[Holding, int] | None:
    """The holding and what was spent today, for the tile of the home page: two queries."""
    if person_id is None:
        return None
    today = Range(first=campus_today(), last=campus_today())
    card = OWN_DAY.first(person=person_id, since=today.since, until=today.until)
    return (holding_of(card), int(getattr(card, "spent_today", None) or 0)) if card else None


def _own_day() -> QuerySet[Card]:
    since, until = Given("since", DateTimeField()), Given("until", DateTimeField())
    mine = Receipt.objects.filter(
        PURCHASES, wallet=OuterRef("wallet"), outcome="posted", occurred_at__gte=since, occurred_at__lt=until
    )
    spent = Subquery(mine.order_by().values("wallet").annotate(fen=Sum(NET)).values("fen"))
    return cards_of(Given("person")).annotate(spent_today=spent)[:1]


OWN_DAY = Prepared(_own_day)


def holding_of(card: Card) -> Holding:
    balances = ledger.balances_of([card.wallet_id, card.wallet.receivable_id])
    return Holding(card=card, balance_fen=balances[card.wallet_id], owed_fen=balances[card.wallet.receivable_id])


def own_holding(person_id: int | None) -> Holding | None:
    """Two queries."""
    card = card_of(person_id)
    return holding_of(card) if card else None


def cards_of_people(person_ids: Sequence[int]) -> dict[int, Card]:
    """Living cards by person."""
    return {card.person_id: card for card in Card.objects.filter(person_id__in=person_ids, state__in=LIVING)}


def moved(wallet: Wallet, days: Range | None = None) -> QuerySet[Receipt]:
    """Everything that moved this wallet's money. The index card_receipt_of_wallet serves it in its order."""
    rows = Receipt.objects.filter(wallet=wallet, outcome="posted")
    return rows.filter(occurred_at__gte=days.since, occurred_at__lt=days.until) if days else rows


def statement(wallet: Wallet, days: Range | None = None) -> QuerySet[Receipt]:
    """The rows, newest first, with merchant and terminal."""
    return moved(wallet, days).select_related("merchant", "terminal").order_by("-occurred_at", "-id")


def older_than(rows: QuerySet[Receipt], moment: datetime, receipt_id: int) -> QuerySet[Receipt]:
    """The page after a row: no count and no offset, so that the last page costs what the first does."""
    return rows.filter(Q(occurred_at__lt=moment) | Q(occurred_at=moment, id__lt=receipt_id), occurred_at__lte=moment)


def totals(rows: QuerySet[Receipt]) -> Totals:
    """What left the wallet and what came in."""
    sums = rows.order_by().values("kind").annotate(fen=Sum("amount_fen"), owed=Sum("owed_fen"), rows=Count("id"))
    felt = {
        row["kind"]: (row["fen"] - (0 if row["kind"] == "settle_owed" else row["owed"]), row["rows"]) for row in sums
    }
    came = sum(fen for kind, (fen, _rows) in felt.items() if kind in MONEY_IN)
    went = sum(fen for kind, (fen, _rows) in felt.items() if kind not in MONEY_IN)
    return Totals(count=sum(count for _fen, count in felt.values()), out_fen=went, in_fen=came)


def places_of(wallet: Wallet, days: Range) -> list[Place]:
    rows = moved(wallet, days).filter(merchant__isnull=False).order_by()
    found = rows.values_list("merchant__key", "merchant__name", "merchant__canteen").distinct()
    places = [Place(key=key, name=name, canteen=canteen) for key, name, canteen in found]
    return sorted(places, key=lambda place: (place.canteen == "", place.canteen, place.name))


def spent_by(wallet: Wallet, days: Range) -> Spending:
    """Purchases less what terminals took back, by month (every month the range touches) and by canteen (largest first)."""
    rows = spending(wallet, days).annotate(month=TruncMonth("occurred_at", tzinfo=CAMPUS_ZONE))
    months: dict[date, int] = {}
    canteens: dict[str, int] = {}
    for row in rows.values("month", "merchant__canteen").annotate(fen=Sum(NET)):
        month, canteen = row["month"].date(), row["merchant__canteen"] or ""
        months[month] = months.get(month, 0) + row["fen"]
        canteens[canteen] = canteens.get(canteen, 0) + row["fen"]
    first, last = min(months, default=days.last), max(months, default=days.last)
    every = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return Spending(
        by_month=[(month, months.get(month, 0)) for month in (date(n // 12, n % 12 + 1, 1) for n in every)],
        by_canteen=sorted(canteens.items(), key=lambda item: -item[1]),
    )


def spent_in(wallet: Wallet, days: Range) -> int:
    return int(spending(wallet, days).aggregate(fen=Sum(NET))["fen"] or 0)


def spending(wallet: Wallet, days: Range) -> QuerySet[Receipt]:
    return moved(wallet, days).filter(PURCHASES).order_by()


def taken_by(clerk_id: int, day: date) -> QuerySet[TopUp]:
    """What this clerk took on this day, newest first."""
    days = Range(first=day, last=day)
    rows = TopUp.objects.filter(clerk_id=clerk_id, created_at__gte=days.since, created_at__lt=days.until)
    return rows.select_related("receipt__card").order_by("-created_at", "-receipt_id")
