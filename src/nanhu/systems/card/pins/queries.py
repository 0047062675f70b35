"""Reading PINs and limits for pages. Nobody, not the office either, reads a PIN."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from nanhu.kernel.clock import campus_today, now
from nanhu.systems.card.models import Card, Spent
from nanhu.systems.card.pins.models import Kind, LimitBreach, Pin
from nanhu.systems.card.pins.policy import meal_at
from nanhu.systems.card.services.issue import LIVING


@dataclass(frozen=True, slots=True, kw_only=True)
class PinState:
    """`locked_until` only while it is locked."""

    kind: Kind
    is_initial: bool
    changed_at: datetime | None
    wrong_tries: int
    locked_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """Of the living cards of a class: how many there are, and whose PINs are still the initial ones."""

    card_class: str
    cards: int
    payment: int
    enquiry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpentToday:
    day_fen: int
    meal: int
    meal_fen: int


def pin_states(card: Card) -> list[PinState]:
    """One query."""
    kept = {pin.kind: pin for pin in Pin.objects.filter(wallet=card.wallet_id)}
    return [state_of(kind, kept.get(kind.value)) for kind in Kind]


def state_of(kind: Kind, pin: Pin | None) -> PinState:
    if pin is None:
        return PinState(kind=kind, is_initial=True, changed_at=None, wrong_tries=0, locked_until=None)
    is_locked = pin.locked_until is not None and pin.locked_until > now()
    return PinState(
        kind=kind,
        is_initial=pin.changed_at is None,
        changed_at=pin.changed_at,
        wrong_tries=pin.wrong_tries,
        locked_until=pin.locked_until if is_locked else None,
    )


def unchanged_pins() -> list[Unchanged]:
    """One query, over living cards."""
    cards = Card.objects.filter(state__in=LIVING)
    changed = {
        kind.value: Exists(Pin.objects.filter(wallet=OuterRef("wallet"), kind=kind, changed_at__isnull=False))
        for kind in Kind
    }
    rows = (
        cards.annotate(payment_changed=changed["payment"], enquiry_changed=changed["enquiry"])
        .values("card_class")
        .annotate(
            cards=Count("id"),
            payment=Count("id", filter=Q(payment_changed=False)),
            enquiry=Count("id", filter=Q(enquiry_changed=False)),
        )
    )
    return [Unchanged(**row) for row in rows.order_by("card_class")]


def locked_pins() -> int:
    return Pin.objects.filter(locked_until__gt=now()).count()


def breaches() -> QuerySet[LimitBreach]:
    """Newest first, with what the office wants to see of each."""
    related = ("receipt__card", "receipt__terminal", "receipt__merchant")
    return LimitBreach.objects.select_related(*related).order_by("-created_at", "-pk")


def spent_today(card: Card) -> SpentToday:
    """One query, of at most a handful of rows."""
    meal = meal_at("", now().timestamp())
    rows = dict(Spent.objects.filter(wallet=card.wallet_id, day=campus_today()).values_list("meal", "fen"))
    return SpentToday(day_fen=sum(rows.values()), meal=meal, meal_fen=rows.get(meal, 0) if meal else 0)
