"""Things as other systems know them: the shared tables of assets, each night, while this system writes them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, F, Q, Sum

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.folding import one_line
from nanhu.kernel.jobs import alone
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.people import api as people
from nanhu.systems.assets.counting.models import CountResult
from nanhu.systems.assets.counting.queries import VERDICTS
from nanhu.systems.assets.models import Asset, BookedMonth, Depreciation, Disposal, Loss, Maintenance, Receipt
from nanhu.systems.assets.sheets import LONGEST_NAME

BY: Final = Actor.system("assets.publish")
MONTHS_TOLD_AGAIN: Final = 3
"""Of the months that are booked, the last: what is closed stays as it was told."""
LONGEST_FAULT: Final = 255
REPAIRS: Final = "assets.repair"
WORDS_TOLD_FOR: Final = timedelta(days=45)
"""After its end what was wrong is told to others; from then on that a repair was, which the shared table forgets no more."""
TOLD_FOR: Final = timedelta(days=400)
"""Rows of what ended earlier stay as they were written."""
COUNTED: Final = ("booked", *VERDICTS, "unproven")
type Row = Mapping[str, Any]


def things() -> Iterator[Row]:
    """Fixed assets; what is 低值 is on no books."""
    numbers = people.numbers_by_person()
    found = (
        Asset.objects.filter(is_low_value=False)
        .exclude(state=Asset.State.VOID)
        .select_related("classification", "unit", "room", "booked")
    )
    for one in found.order_by("pk").iterator(chunk_size=2_000):
        booked = getattr(one, "booked", None)
        yield {
            "number": one.number,
            "name": one_line(one.name)[:LONGEST_NAME],
            "classification": one.classification.code,
            "unit_code": one.unit.code,
            "campus_no": numbers.get(one.keeper_id or 0, ""),
            "place": one.room.key if one.room else "",
            "state": one.state,
            "quantity": one.quantity,
            "value_fen": one.value_fen,
            "accumulated_fen": one.carried_fen + (booked.fen if booked else 0),
            "acquired_on": one.acquired_on,
            "put_into_use_on": one.put_into_use_on,
            "disposed_on": one.disposed_on,
        }


def receipts() -> Iterator[Row]:
    """`amount_fen` is each receipt's own; its invoice may go on over further ones."""
    received = Receipt.objects.filter(state=Receipt.State.RECEIVED).select_related("unit", "purchase")
    for one in received.annotate(fen=Sum(F("lines__price_fen") * F("lines__quantity"))).iterator():
        yield {
            "number": one.number,
            "title": one_line(one.title),
            "unit_code": one.unit.code,
            "supplier": one_line(one.supplier),
            "invoice": one_line(one.invoice),
            "amount_fen": one.fen,
            "invoice_fen": one.invoice_fen,
            "funds": one_line(one.funds),
            "reservation": one.purchase.reservation if one.purchase else "",
            "received_on": campus_time(one.decided_at).date() if one.decided_at else None,
        }


def disposals() -> Iterator[Row]:
    """Of fixed assets: a lot is of these or of what is 低值."""
    lots = Disposal.objects.filter(state=Disposal.State.DONE, lines__asset__is_low_value=False)
    for lot in lots.annotate(lost=Sum("lines__accumulated_fen")):
        yield {
            "number": lot.number,
            "kind": lot.kind,
            "value_fen": lot.value_fen,
            "accumulated_fen": lot.lost,
            "income_fen": lot.income_fen,
            "disposed_on": lot.disposed_on,
        }
    for loss in Loss.objects.filter(state=Loss.State.DONE, asset__is_low_value=False).select_related("asset"):
        yield {
            "number": loss.number,
            "kind": "loss",
            "value_fen": loss.value_fen,
            "accumulated_fen": loss.accumulated_fen,
            "income_fen": 0,
            "disposed_on": loss.asset.disposed_on,
        }


def counts() -> Iterator[Row]:
    """Those whose result two people signed."""
    for one in CountResult.objects.filter(state=CountResult.State.APPLIED).select_related("take__unit"):
        yield {
            "take": str(one.take.public_id),
            "title": one_line(one.take.title)[:LONGEST_NAME],
            "unit_code": one.take.unit.code if one.take.unit else "",
            "starts_on": one.take.starts_on,
            "ends_on": one.take.ends_on,
            "rounds": one.take.round,
            **{name: one.figures.get(name, 0) for name in COUNTED},
        }


def repairs(**which: Any) -> Iterator[Row]:
    """Of fixed assets and of what is 低值 alike; by whoever reported it, else whoever has the thing."""
    recent = now() - WORDS_TOLD_FOR
    lately = Q(result=Maintenance.Result.OPEN) | Q(closed_at__gte=now() - TOLD_FOR)
    found = Maintenance.objects.filter(lately, **which)
    pairs = found.values_list("author__person_id", "asset__keeper_id")
    numbers = people.numbers_by_person({one for pair in pairs for one in pair if one})
    for one in found.select_related("asset__classification", "asset__unit", "asset__room", "author").order_by("pk"):
        thing, reporter = one.asset, one.author.person_id if one.author else None
        yield {
            "repair": str(one.pk),
            "asset": thing.number,
            "name": one_line(thing.name)[:LONGEST_NAME],
            "classification": thing.classification.code,
            "unit_code": thing.unit.code,
            "place": thing.room.key if thing.room else "",
            "campus_no": numbers.get(reporter or 0) or numbers.get(thing.keeper_id or 0, ""),
            "fault": one_line(one.fault)[:LONGEST_FAULT] if one.closed_at is None or one.closed_at >= recent else None,
            "state": one.result,
            "opened_at": one.opened_at,
            "closed_at": one.closed_at,
        }


def months() -> Iterator[Row]:
    last = list(BookedMonth.objects.order_by("-month").values_list("month", flat=True)[:MONTHS_TOLD_AGAIN])
    booked = Depreciation.objects.filter(booked_in__in=last).order_by()
    grouped = booked.values("booked_in", "unit__code", "asset__classification__code")
    for row in grouped.annotate(rows=Count("pk"), fen=Sum("fen")):
        yield {
            "month": f"{row['booked_in']:%Y-%m}",
            "unit_code": row["unit__code"],
            "classification": row["asset__classification__code"],
            "rows": row["rows"],
            "fen": int(row["fen"]),
        }


TABLES: Final[Mapping[str, tuple[Callable[[], Iterator[Row]], bool]]] = {
    "assets.asset": (things, True),
    "assets.receipt": (receipts, True),
    "assets.disposal": (disposals, True),
    "assets.count": (counts, True),
    "assets.depreciation_month": (months, False),
    REPAIRS: (repairs, False),
}
"""Each with its rows, and whether these are all there is."""


def publish_everything() -> int:
    """A table that cannot be written takes no other with it. Gives how many rows changed."""
    changed = 0
    for table, (rows, is_whole) in TABLES.items():
        with alone("assets.table_not_published", table=table):
            changed += datahub.put_own(table, rows(), by=BY, is_whole=is_whole)
    return changed


def publish_repairs(**which: Any) -> int:
    """At once, so that somebody comes."""
    return datahub.put_own(REPAIRS, repairs(**which), by=BY)
