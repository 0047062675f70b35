"""A merchant's price list (菜品价目): its own people keep it."""

from dataclasses import dataclass

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.systems.card.closing.models import Dish
from nanhu.systems.card.models import Merchant


@dataclass(frozen=True, slots=True, kw_only=True)
class DishOrder:
    name: str
    price_fen: int
    meal: str = ""


def put_on_list(*, by: Actor, merchant: Merchant, order: DishOrder) -> Dish:
    """A new dish, or another price of one that has this name."""
    with transaction.atomic():
        Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
        dish = Dish.objects.filter(merchant=merchant, name=order.name).first() or Dish(
            merchant=merchant, name=order.name
        )
        before = dish.price_fen if dish.pk else None
        dish.price_fen, dish.meal, dish.is_on, dish.changed_at = order.price_fen, order.meal, True, now()
        dish.save()
        facts = {"dish": dish.name, "fen": dish.price_fen, "before": before}
        audit.record(by=by, action="card.price_dish", target=f"merchant:{merchant.key}", facts=facts)
        return dish


def take_off_list(*, by: Actor, dish: Dish) -> None:
    with transaction.atomic():
        if Dish.objects.filter(pk=dish.pk, is_on=True).update(is_on=False, changed_at=now()):
            facts = {"dish": dish.name}
            audit.record(by=by, action="card.take_off_dish", target=f"merchant:{dish.merchant.key}", facts=facts)
