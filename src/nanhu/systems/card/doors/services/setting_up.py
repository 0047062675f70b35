"""Places, doors and first rules as a school begins with them; safe to repeat."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.doors.models import Door, DoorRule, Place
from nanhu.systems.card.doors.services.ruling import DoorWish, rule
from nanhu.systems.card.services.merchants import TerminalOrder, set_up_merchants


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """Parents stand before what is below them."""

    key: str
    name: str
    kind: str
    parent: str = ""
    pass_back: str = Place.PassBack.OFF


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorOrder:
    number: str
    place: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorRuleOrder:
    """`wish` without its place, which is named by key."""

    place: str
    wish: DoorWish
    reason: str


@transaction.atomic
def set_up_doors(
    *, by: Actor, places: Sequence[PlaceOrder], doors: Sequence[DoorOrder], rules: Sequence[DoorRuleOrder] = ()
) -> int:
    """Adds what is missing; rules only where the school has none yet. Returns how many doors were added."""
    known = {place.key: place for place in Place.objects.all()}
    for one in places:
        if one.key not in known:
            known[one.key] = Place.objects.create(
                key=one.key, name=one.name, kind=one.kind, parent=known[one.parent] if one.parent else None,
                pass_back=one.pass_back,
            )  # fmt: skip
    added = add_doors(by, doors, known)
    if not DoorRule.objects.exists():
        for order in rules:
            rule(by=by, place=known[order.place], wish=order.wish, reason=order.reason)
    if added:
        audit.record(by=by, action="card.set_up_doors", target="card:doors", facts={"doors": added})
    return added


def add_doors(by: Actor, orders: Sequence[DoorOrder], places: dict[str, Place]) -> int:
    terminals = [
        TerminalOrder(number=one.number, place=f"{places[one.place].name}{one.name}", kind="door") for one in orders
    ]
    set_up_merchants(by=by, merchants=[], terminals=terminals)
    ids = dict(Terminal.objects.filter(number__in=[one.number for one in orders]).values_list("number", "pk"))
    there = set(Door.objects.filter(pk__in=ids.values()).values_list("pk", flat=True))
    made = Door.objects.bulk_create(
        Door(terminal_id=ids[one.number], place=places[one.place], list_salt=secrets.token_hex(16))
        for one in orders
        if ids[one.number] not in there
    )
    return len(made)
