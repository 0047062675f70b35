"""Sums of the books (资产账): each card's value and what it lost, by class, unit and building."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Count, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from nanhu.systems.assets.models import Asset, Depreciation, MonthClose

GONE = (Asset.State.DISPOSED, Asset.State.VOID)


@dataclass(frozen=True, slots=True, kw_only=True)
class OurCard:
    number: str
    name: str
    value_fen: int
    accumulated_fen: int


def on_the_books(rows: QuerySet[Asset] | None = None) -> QuerySet[Any]:
    """Things that are not gone, each with what it lost so far (`lost_fen`) and its net value (`net_fen`)."""
    booked = Depreciation.objects.filter(asset=OuterRef("pk")).order_by().values("asset").annotate(fen=Sum("fen"))
    lost = F("carried_fen") + Coalesce(Subquery(booked.values("fen")), 0, output_field=BigIntegerField())
    every = Asset.objects.all() if rows is None else rows
    return every.exclude(state__in=GONE).annotate(lost_fen=lost).annotate(net_fen=F("value_fen") - F("lost_fen"))


def cards_in() -> list[OurCard]:
    rows = on_the_books().values_list("number", "name", "value_fen", "lost_fen")
    return [OurCard(number=one[0], name=one[1], value_fen=one[2], accumulated_fen=one[3]) for one in rows]


def month_to_close() -> date | None:
    """The last month that was depreciated and is not closed."""
    last: date | None = Depreciation.objects.aggregate(last=Max("booked_in"))["last"]
    taken = MonthClose.objects.exclude(state__in=[MonthClose.State.REFUSED, MonthClose.State.DISCARDED])
    return None if last is None or taken.filter(month=last).exists() else last


def sums_by(*fields: str) -> list[dict[str, Any]]:
    """Count, value, what was lost and net value, by class ("classification__code") or unit or place."""
    rows = on_the_books().values(*fields)
    facts = rows.annotate(
        count=Sum("quantity"), cards=Count("pk"), fen=Sum("value_fen"), lost=Sum("lost_fen"), net=Sum("net_fen")
    )
    return [
        {**row, "fen": int(row["fen"]), "lost": int(row["lost"]), "net": int(row["net"])}
        for row in facts.order_by(*fields)
    ]


def booked_by_month() -> QuerySet[Any]:
    """Depreciation of each month, as booked."""
    late = Count("pk", filter=Q(month__lt=F("booked_in")))
    return (
        Depreciation.objects.values("booked_in")
        .annotate(count=Count("pk"), fen=Sum("fen"), late=late)
        .order_by("-booked_in")
    )
