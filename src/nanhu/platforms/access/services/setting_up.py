"""Doors and first rules as a school begins with them, at places that are there; safe to repeat."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.access.models import AntiPassback, Door, DoorRule
from nanhu.platforms.access.services.ruling import DoorRuleDraft, rule
from nanhu.platforms.campus.api import Place
from nanhu.platforms.terminals.api import Terminal, new_terminal_key


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorOrder:
    """`place` is a place's key, `name` that of the door there."""

    number: str
    place: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorRuleOrder:
    """`draft` without its place, which is named by key."""

    place: str
    draft: DoorRuleDraft
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorsOrder:
    """`pass_back`: what places do to who goes in without having gone out, by key; rules only where the school has none yet."""

    doors: Sequence[DoorOrder]
    pass_back: Mapping[str, str] = field(default_factory=dict)
    rules: Sequence[DoorRuleOrder] = ()


@transaction.atomic
def set_up_doors(*, by: Actor, order: DoorsOrder) -> int:
    """Add what is missing; returns how many doors were added."""
    places = {place.key: place for place in Place.objects.all()}
    for key, mode in order.pass_back.items():
        AntiPassback.objects.get_or_create(place=places[key], defaults={"mode": mode})
    added = add_doors(order.doors, places)
    if not DoorRule.objects.exists():
        for one in order.rules:
            rule(by=by, place=places[one.place], draft=one.draft, reason=one.reason)
    if added:
        audit.record(by=by, action="access.set_up_doors", target="access:doors", facts={"doors": added})
    return added


def add_doors(orders: Sequence[DoorOrder], places: Mapping[str, Place]) -> int:
    numbers = [one.number for one in orders]
    known = set(Terminal.objects.filter(number__in=numbers).values_list("number", flat=True))
    Terminal.objects.bulk_create(
        Terminal(
            number=one.number,
            kind=Terminal.Kind.DOOR,
            place=f"{places[one.place].name}{one.name}",
            key=new_terminal_key(),
        )
        for one in orders
        if one.number not in known
    )
    ids = dict(Terminal.objects.filter(number__in=numbers).values_list("number", "pk"))
    there = set(Door.objects.filter(pk__in=ids.values()).values_list("pk", flat=True))
    made = Door.objects.bulk_create(
        Door(terminal_id=ids[one.number], place=places[one.place], list_salt=secrets.token_hex(16))
        for one in orders
        if ids[one.number] not in there
    )
    return len(made)
