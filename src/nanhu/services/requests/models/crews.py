"""Fault classes with their promises, crews and what they cover, network operators of dormitories."""

from collections.abc import Mapping
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from nanhu.kernel.registry import Text
from nanhu.kernel.ui.words import called

WEEKDAYS = (
    (1, _("周一")),
    (2, _("周二")),
    (3, _("周三")),
    (4, _("周四")),
    (5, _("周五")),
    (6, _("周六")),
    (7, _("周日")),
)


URGENT: Mapping[str, Text] = {"water": _("漏水"), "power": _("漏电"), "lift": _("困人")}
"""What is dangerous of a class."""


class FaultClass(models.Model):
    """What is broken, and within how many working minutes somebody comes; what is dangerous of it (`URGENT`) is promised in plain
    minutes, by day and night."""

    class Key(models.TextChoices):
        WATER = "water", _("水")
        POWER = "power", _("电")
        COOLING = "cooling", _("空调")
        LOCK = "lock", _("门锁")
        HOT_WATER = "hot_water", _("热水")
        FURNITURE = "furniture", _("家具")
        WOOD = "wood", _("木")
        WALL = "wall", _("瓦")
        LIFT = "lift", _("电梯")
        FIRE = "fire", _("消防")
        OTHER = "other", _("其他")
        NETWORK = "network", _("网络")

    what = _("这个类别")
    key = models.TextField(unique=True, choices=Key)
    icon = models.TextField(default="wrench")
    minutes = models.PositiveIntegerField(help_text="working minutes")
    urgent_minutes = models.PositiveIntegerField(null=True, help_text="minutes by day and night")
    order = models.PositiveSmallIntegerField(default=100)

    class Meta:
        db_table = "requests_fault_class"
        ordering = ("order", "key")
        constraints = [
            models.CheckConstraint(condition=Q(minutes__range=(1, 20_000)), name="requests_fault_class_promises"),
            models.CheckConstraint(
                condition=Q(urgent_minutes=None) | Q(urgent_minutes__range=(1, 1440)),
                name="requests_fault_class_urgent",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return str(self.get_key_display())

    @property
    def promised(self) -> str:
        """In hours, where they are whole: nobody reckons in 960 minutes."""
        hours, rest = divmod(self.minutes, 60)
        if rest:
            return ngettext("%(n)d 个工作分钟", "%(n)d 个工作分钟", self.minutes) % {"n": self.minutes}
        return ngettext("%(n)d 个工作小时", "%(n)d 个工作小时", hours) % {"n": hours}

    @property
    def urgent_words(self) -> Text:
        return URGENT.get(self.key, "")


class Crew(models.Model):
    """Workers who take some classes in some buildings (none: everywhere), on some weekdays."""

    what = _("这个班组")
    public_id = models.UUIDField(default=uuid4, unique=True)
    name = models.TextField(unique=True)
    name_en = models.TextField(default="", blank=True)
    phone = models.TextField(default="", blank=True)
    classes = models.ManyToManyField(FaultClass, related_name="crews")
    buildings = models.ManyToManyField("campus.Place", related_name="+", blank=True)
    duty_days = ArrayField(models.PositiveSmallIntegerField(), default=list)
    vendor = models.ForeignKey(
        "openapi.Vendor",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="the company whose it is: its system may push states of its jobs",
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "requests_crew"
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & Q(duty_days__contained_by=[1, 2, 3, 4, 5, 6, 7]), name="requests_crew_duty"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def called(self) -> str:
        return called(self.name, self.name_en)


class CrewMember(models.Model):
    """Who works in a crew; one of them leads it."""

    crew = models.ForeignKey(Crew, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    is_leader = models.BooleanField(default=False)

    class Meta:
        db_table = "requests_crew_member"
        constraints = [
            models.UniqueConstraint(fields=["crew", "person"], name="requests_crew_member_once"),
            models.UniqueConstraint(fields=["crew"], condition=Q(is_leader=True), name="requests_crew_one_leader"),
        ]


class Operator(models.Model):
    """Who runs the network of some dormitories (运营商): its phone, and the address of its own repair form."""

    what = _("这家运营商")
    public_id = models.UUIDField(default=uuid4, unique=True)
    name = models.TextField(unique=True)
    name_en = models.TextField(default="", blank=True)
    phone = models.TextField()
    url = models.TextField(default="", blank=True)
    words = models.TextField(default="", blank=True)
    words_en = models.TextField(default="", blank=True)

    class Meta:
        db_table = "requests_operator"
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="")
                & Q(phone__regex=r"^[+0-9][0-9 -]{2,22}$")
                & (Q(url="") | Q(url__startswith="https://")),
                name="requests_operator_is_reached",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def called(self) -> str:
        return called(self.name, self.name_en)

    @property
    def words_shown(self) -> str:
        return called(self.words, self.words_en)


class OperatorBuilding(models.Model):
    """Which operator's net a dormitory building has: one each."""

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="buildings")
    building = models.ForeignKey("campus.Place", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "requests_operator_building"
        constraints = [models.UniqueConstraint(F("building"), name="requests_operator_one_a_building")]
