"""How systems are (系统状态), day by day, and the weather as it was fetched last."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SystemHealth(models.Model):
    """Of a system of /systems/, by what its probes found."""

    class State(models.TextChoices):
        UNKNOWN = "unknown", _("还没有查过")
        UP = "up", _("正常")
        DOWN = "down", _("无法访问")

    key = models.TextField(unique=True)
    state = models.TextField(choices=State, default=State.UNKNOWN)
    since = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True)
    good_in_row = models.PositiveIntegerField(default=0)
    bad_in_row = models.PositiveIntegerField(default=0)
    first_bad_at = models.DateTimeField(null=True)
    error = models.TextField(default="", blank=True, help_text="for whoever looks after it, never for all")

    class Meta:
        db_table = "portal_system_health"

    def __str__(self) -> str:
        return self.key


class SystemDay(models.Model):
    """The sums of a day. What is probed while it rests does not count."""

    key = models.TextField()
    day = models.DateField()
    probes = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "portal_system_day"
        constraints = [
            models.UniqueConstraint(fields=["key", "day"], name="portal_system_day_once"),
            models.CheckConstraint(condition=Q(good__lte=F("probes")), name="portal_system_day_adds_up"),
        ]


class WeatherReport(models.Model):
    """Of one place, as the provider said it last; a provider that fails leaves it as it was."""

    place = models.TextField(unique=True)
    provider = models.TextField()
    facts: Any = models.JSONField()
    fetched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "portal_weather_report"

    def __str__(self) -> str:
        return self.place
