"""Price rules of terminals (A099): how each reckons from a day on. A new rule is a new row; what was sold keeps its price."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.terminals.api import TerminalNotFoundError
from nanhu.systems.card.errors import PriceIncompleteError, PricePastError
from nanhu.systems.card.models import Price, Till
from nanhu.systems.card.protocol import LARGEST_PAYMENT_FEN

METERED = (Price.Kind.PER_UNIT, Price.Kind.PER_MINUTE)
LONGEST_MINUTES = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceOrder:
    """`price_fen` for `per` units; `most_fen` is what a hold takes at the start and for how many `minutes` at most."""

    number: str
    since: date
    kind: str
    price_fen: int = 0
    per: int = 1
    unit: str = ""
    most_fen: int = 0
    minutes: int = 60
    when_silent: str = Price.WhenSilent.FULL


def set_prices(*, by: Actor, orders: Sequence[PriceOrder], reason: str = "") -> int:
    """Terminals hear of it within seconds by their next `hello`. The same order again changes nothing; returns how many did."""
    for order in orders:
        check(order)
    with transaction.atomic():
        tills = Till.objects.filter(terminal__number__in={o.number for o in orders})
        terminals = dict(tills.values_list("terminal__number", "terminal_id"))
        return sum(set_price(by=by, order=order, terminals=terminals, reason=reason) for order in orders)


def set_price(*, by: Actor, order: PriceOrder, terminals: dict[str, int], reason: str) -> bool:
    if order.number not in terminals:
        raise TerminalNotFoundError(number=order.number)
    names = ("kind", "price_fen", "per", "unit", "most_fen", "minutes", "when_silent")
    values: dict[str, Any] = {name: getattr(order, name) for name in names}
    terminal_id = terminals[order.number]
    if Price.objects.filter(terminal_id=terminal_id, since=order.since, **values).exists():
        return False
    Price.objects.update_or_create(terminal_id=terminal_id, since=order.since, defaults=values)
    facts = {**values, "since": order.since.isoformat()}
    audit.record(by=by, action="card.set_price", target=f"terminal:{order.number}", reason=reason, facts=facts)
    return True


def check(order: PriceOrder) -> None:
    if order.since < campus_today():
        raise PricePastError
    amounts = (0 <= order.price_fen <= LARGEST_PAYMENT_FEN, 0 <= order.most_fen <= LARGEST_PAYMENT_FEN, order.per > 0)
    is_priced = order.kind == Price.Kind.AMOUNT or order.price_fen > 0
    is_bounded = order.kind not in METERED or (order.most_fen > 0 and 0 < order.minutes <= LONGEST_MINUTES)
    if not (all(amounts) and is_priced and is_bounded):
        raise PriceIncompleteError
