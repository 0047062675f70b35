"""How an account arranges its home (首页布置), and the tiles that offices place there."""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known

LONGEST_PLACED = 14
"""Days for which an office may place a tile."""


@known(width="portal_home_layout_width")
class HomeLayout(models.Model):
    """Order and hidden tiles of an account's home at one width. `before_…` is what the last change changed, for one step back."""

    class Width(models.TextChoices):
        WIDE = "wide", _("电脑")
        NARROW = "narrow", _("手机")

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    width = models.TextField(choices=Width)
    order = ArrayField(models.TextField(), default=list)
    hidden = ArrayField(models.TextField(), default=list)
    before_order = ArrayField(models.TextField(), null=True)
    before_hidden = ArrayField(models.TextField(), null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "portal_home_layout"
        constraints = [
            models.UniqueConstraint(fields=["account", "width"], name="portal_home_layout_one_a_width"),
            models.CheckConstraint(
                condition=Q(before_order=None, before_hidden=None)
                | Q(before_order__isnull=False, before_hidden__isnull=False),
                name="portal_home_layout_before_whole",
            ),
        ]


class PlacedTile(models.Model):
    """A tile that an office places on the homes of an audience (投放卡片). Empty audience lists say nothing of whom it is for."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=20)
    words = models.CharField(max_length=80)
    url = models.TextField(default="", blank=True, help_text="an address of the house, or https")
    faces = ArrayField(models.TextField())
    unit_ids = ArrayField(models.BigIntegerField(), default=list, blank=True, help_text="with all below them")
    first_day = models.DateField()
    last_day = models.DateField()
    placed_by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "portal_placed_tile"
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day"))
                & Q(last_day__lt=F("first_day") + timedelta(days=LONGEST_PLACED)),
                name="portal_placed_tile_a_fortnight",
            ),
            ExclusionConstraint(
                name="portal_placed_tile_one_an_office",
                expressions=[
                    (F("unit"), RangeOperators.EQUAL),
                    (Func(F("first_day"), F("last_day"), Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                condition=Q(taken_back_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.title
