"""Sums of the books (资产账): each card's value and what it lost, by class, unit and building."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from nanhu.systems.assets.models import Asset, BookedMonth, MonthClose
from nanhu.systems.assets.models.depreciation import cards_at_end_of
from nanhu.systems.assets.models.things import GONE

HOUSES: Final = "A01"
"""Buildings and land: beside them nothing else would be seen in a picture."""
IN_A_HOUSE: Final = Q(room__parent__parent__isnull=False)
BUILDING: Final = Case(When(IN_A_HOUSE, then="room__parent__name"), default="room__name")
"""A room's; what stands in the building itself stands there."""
HOUSE: Final = Case(When(IN_A_HOUSE, then="room__parent__key"), default="room__key")
"""The key of the same."""
CAMPUS: Final = Case(
    When(IN_A_HOUSE, then="room__parent__parent__name"), When(room__parent__isnull=False, then="room__parent__name")
)
AGES: Final = (_("不满 1 年"), _("1–3 年"), _("3–6 年"), _("6–10 年"), _("10 年以上"))
AGE: Final = Case(
    *(
        When(put_into_use_on__gt=Now() - timedelta(days=round(years * 365.25)), then=Value(number))
        for number, years in enumerate((1, 3, 6, 10))
    ),
    default=Value(4),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OurCard:
    number: str
    name: str
    value_fen: int
    accumulated_fen: int


def on_the_books(rows: QuerySet[Asset] | None = None) -> QuerySet[Any]:
    """Fixed assets that are not gone, each with what it lost so far (`lost_fen`) and its net value (`net_fen`)."""
    lost = F("carried_fen") + Coalesce("booked__fen", 0)
    every = Asset.objects.all() if rows is None else rows
    standing = every.filter(is_low_value=False).exclude(state__in=GONE)
    return standing.annotate(lost_fen=lost).annotate(net_fen=F("value_fen") - F("lost_fen"))


def cards_in(month: date) -> list[OurCard]:
    """The books at the end of a month."""
    return [
        OurCard(number=number, name=name, value_fen=value_fen, accumulated_fen=lost_fen)
        for number, name, value_fen, lost_fen in cards_at_end_of(month)
    ]


def month_to_close() -> date | None:
    """The earliest month that was booked and is neither closed nor being closed: one after the other."""
    taken = MonthClose.objects.exclude(state__in=[MonthClose.State.REFUSED, MonthClose.State.DISCARDED])
    booked = BookedMonth.objects.exclude(month__in=taken.values("month"))
    return booked.order_by("month").values_list("month", flat=True).first()


def last_booked() -> date | None:
    return BookedMonth.objects.order_by("-month").values_list("month", flat=True).first()


def sums_by(*fields: str, rows: QuerySet[Any] | None = None) -> list[dict[str, Any]]:
    """Count, value, what was lost and net value, by class ("classification__code") or unit or building (`campus`, `building`; `house` is its key) or `age`."""
    every = on_the_books() if rows is None else rows
    grouped = every.annotate(building=BUILDING, house=HOUSE, campus=CAMPUS, age=AGE).values(*fields)
    facts = grouped.annotate(
        count=Sum("quantity"), cards=Count("pk"), fen=Sum("value_fen"), lost=Sum("lost_fen"), net=Sum("net_fen")
    )
    return [
        {**row, "fen": int(row["fen"]), "lost": int(row["lost"]), "net": int(row["net"])}
        for row in facts.order_by(*fields)
    ]
