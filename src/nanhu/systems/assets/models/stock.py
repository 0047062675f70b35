"""What is shared and what is used up: large instruments (大型仪器) that others may use, stock cards (库存卡) of hazardous and consumable goods."""

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.systems.assets.models.things import Asset


class Instrument(models.Model):
    """How others may use it. It is booked as a venue is."""

    asset = models.OneToOneField(Asset, on_delete=models.PROTECT, related_name="sharing")
    is_shared = models.BooleanField(default=True)
    hours = models.TextField(help_text="when it can be used, in words")
    fee_fen = models.BigIntegerField(help_text="an hour")
    contact = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    conditions = models.TextField(default="", blank=True)
    by_name = models.TextField()
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "assets_instrument"
        constraints = [
            models.CheckConstraint(condition=Q(fee_fen__gte=0) & ~Q(hours=""), name="assets_instrument_says_what")
        ]


class StockItem(models.Model):
    """One kind of goods of a unit and how much of it is there: no thing, with no number and on no books."""

    what: ClassVar[Text] = _("这张库存卡")

    class Kind(models.TextChoices):
        CONSUMABLE = "consumable", _("耗材")
        HAZARDOUS = "hazardous", _("危险品")

    public_id = models.UUIDField(default=uuid4, unique=True)
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    kind = models.TextField(choices=Kind)
    name = models.TextField()
    measure = models.TextField()
    room = models.ForeignKey("campus.Place", on_delete=models.PROTECT, related_name="+")
    least = models.PositiveIntegerField(default=0, help_text="fewer are too few")
    balance = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "assets_stock_item"
        constraints = [
            models.UniqueConstraint(fields=["unit", "name", "measure", "room"], name="assets_stock_item_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["consumable", "hazardous"]) & ~Q(name="") & ~Q(measure=""),
                name="assets_stock_item_says_what",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StockMove(models.Model):
    """What came in or went out; never changed. What is hazardous goes out to somebody."""

    token = models.UUIDField(unique=True, help_text="names the form it came from")
    item = models.ForeignKey(StockItem, on_delete=models.PROTECT, related_name="moves")
    change = models.IntegerField()
    balance = models.PositiveIntegerField(help_text="after it")
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_name = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "assets_stock_move"
        constraints = [
            models.CheckConstraint(condition=~Q(change=0) & ~Q(reason=""), name="assets_stock_move_says_what")
        ]
