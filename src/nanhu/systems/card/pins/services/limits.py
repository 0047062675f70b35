"""The holder's limits (餐限额, 日限额)."""

from dataclasses import dataclass
from typing import Literal

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.money import format_yuan
from nanhu.systems.card.models import Card
from nanhu.systems.card.pins.errors import LimitError
from nanhu.systems.card.pins.models import WalletLimit
from nanhu.systems.card.pins.policy import limits_on
from nanhu.systems.card.services.receipts import locked_balances

type Which = Literal["meal", "daily"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What counts for a card today, in fen; `is_own` where the holder chose one of them."""

    meal_fen: int
    daily_fen: int
    meal_max_fen: int
    daily_max_fen: int
    is_own: bool = False


def limits_of(card: Card) -> Limits:
    rule = limits_on(campus_today())
    meal, daily = rule.for_class(card.card_class)
    own = WalletLimit.objects.filter(wallet=card.wallet_id).first()
    if own is not None:
        meal = meal if own.meal_fen is None else own.meal_fen
        daily = daily if own.daily_fen is None else own.daily_fen
    return Limits(
        meal_fen=min(meal, rule.meal_max_fen),
        daily_fen=min(daily, rule.daily_max_fen),
        is_own=own is not None,
        meal_max_fen=rule.meal_max_fen,
        daily_max_fen=rule.daily_max_fen,
    )


def change_limit(*, by: Actor, card: Card, which: Which, fen: int, at: str) -> Limits:
    """Counts from the next payment on. The caller has checked the PIN."""
    before = limits_of(card)
    largest = before.meal_max_fen if which == "meal" else before.daily_max_fen
    if not 0 <= fen <= largest:
        raise LimitError(largest=format_yuan(largest))
    with transaction.atomic():
        locked_balances(card.wallet_id)
        WalletLimit.objects.update_or_create(
            wallet_id=card.wallet_id, defaults={f"{which}_fen": fen, "changed_at": now()}
        )
        was = before.meal_fen if which == "meal" else before.daily_fen
        facts = {"which": which, "fen": fen, "was": was, "at": at}
        audit.record(by=by, action="card.change_limit", target=f"card:{card.number}", facts=facts)
    return limits_of(card)
