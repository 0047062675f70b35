"""Sums of the books (资产账): each card's value and what it lost, by class, unit and building."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from nanhu.systems.assets.models import Asset, BookedMonth, Depreciation, MonthClose
from nanhu.systems.assets.models.depreciation import cards_at_end_of

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
