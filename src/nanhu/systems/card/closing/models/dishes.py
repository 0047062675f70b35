from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.systems.card.models import Merchant


class Dish(models.Model):
    """A line of a merchant's price list. Off the list it is kept, so that a name comes back with its story."""

    class Meal(models.TextChoices):
        ALL = "", _("全天")
        BREAKFAST = "breakfast", _("早餐")
        LUNCH = "lunch", _("午餐")
        SUPPER = "supper", _("晚餐")
        NIGHT = "night", _("夜宵")

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    price_fen = models.BigIntegerField()
    meal = models.TextField(choices=Meal, default=Meal.ALL, blank=True)
    is_on = models.BooleanField(default=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_dish"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "name"], name="card_dish_named_once"),
            models.CheckConstraint(condition=~Q(name=""), name="card_dish_is_named"),
            models.CheckConstraint(condition=Q(price_fen__gt=0, price_fen__lte=100_000), name="card_dish_price"),
            models.CheckConstraint(
                condition=Q(meal__in=["", "breakfast", "lunch", "supper", "night"]), name="card_dish_meal"
            ),
        ]
