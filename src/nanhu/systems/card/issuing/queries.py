"""Reads of orders for lists and pages."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q, QuerySet

from nanhu.kernel.clock import campus_today
from nanhu.kernel.crypto import mask_id_number, mask_phone
from nanhu.kernel.registry import ChangedFact, FactCopy
from nanhu.systems.card.issuing.layout import COLUMNS
from nanhu.systems.card.issuing.models import CardOrder, OrderRow
from nanhu.systems.card.issuing.policies import Access
from nanhu.systems.card.queries import card_of

PRINTED: Final = frozenset({"people.name", "people.campus_no", "people.photo"})
"""What stands on the face of a card."""


@dataclass(frozen=True, slots=True)
class Cell:
    key: str
    label: object
    text: str
    error: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row for the screen, and for whom: identifying numbers masked, faults beside their columns."""

    row: OrderRow
    cells: tuple[Cell, ...]
    order: CardOrder
    access: Access


def with_counts(orders: QuerySet[CardOrder]) -> QuerySet[CardOrder]:
    return orders.annotate(
        people=Count("rows"),
        made=Count("rows", filter=Q(rows__state__in=["made", "handed"])),
        handed=Count("rows", filter=Q(rows__state="handed")),
        wrong=Count("rows", filter=~Q(rows__errors={})),
    )


def counts() -> dict[str, int]:
    rows = CardOrder.objects.order_by().values("state").annotate(orders=Count("id"))
    return {row["state"]: row["orders"] for row in rows}


def overdue() -> QuerySet[CardOrder]:
    return with_counts(CardOrder.objects.filter(state="accepted", due_on__lt=campus_today())).order_by("due_on")


def of_units(codes: Collection[str]) -> QuerySet[CardOrder]:
    return with_counts(CardOrder.objects.filter(unit_code__in=codes)).order_by("-created_at")


def of_account(account_id: int) -> QuerySet[CardOrder]:
    own = CardOrder.objects.filter(requester_id=account_id, kind="personal")
    return with_counts(own).order_by("-created_at")


def left_over() -> QuerySet[OrderRow]:
    """Made and not fetched, oldest first (A102)."""
    rows = OrderRow.objects.filter(state=OrderRow.State.MADE).select_related("order")
    return rows.order_by("made_at", "id")


def line_of(row: OrderRow, order: CardOrder, access: Access) -> Line:
    masks = {"document": mask_id_number, "phone": mask_phone}
    cells = []
    for column in COLUMNS:
        text = getattr(row, column.key) or ""
        mask = masks.get(column.key)
        cells.append(
            Cell(column.key, column.label, mask(text) if mask and text else text, row.errors.get(column.key, ""))
        )
    return Line(row, tuple(cells), order, access)


def printed_copies(fact: ChangedFact) -> Iterator[FactCopy]:
    """The face of the card that somebody holds: of the value that held when it was printed."""
    card = card_of(fact.person_id) if fact.field in PRINTED else None
    if card is None or card.state not in {card.State.ISSUED, card.State.LOST}:
        return
    row = OrderRow.objects.filter(card=card, made_at__isnull=False).order_by("-made_at").first()
    printed_at = row.made_at if row and row.made_at else card.created_at
    yield FactCopy(what=f"*{card.number[-4:]}", followed_at=printed_at if printed_at >= fact.since else None)
