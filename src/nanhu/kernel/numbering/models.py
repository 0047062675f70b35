from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone


class NumberCounter(models.Model):
    """The last place of a gapless series in its year and scope. Its row is the lock; a trigger moves it by one, with a number for each."""

    series = models.TextField()
    scope = models.TextField()
    last = models.BigIntegerField()

    class Meta:
        db_table = "kernel_number_counter"
        constraints = [models.UniqueConstraint(fields=["series", "scope"], name="kernel_number_counter_once")]


class TakenNumber(models.Model):
    """A number and what bears it (`target`, as in the audit: "printed-document:…"). A trigger keeps it; it is voided once."""

    series = models.TextField()
    scope = models.TextField()
    place = models.BigIntegerField()
    number = models.TextField()
    target = models.TextField()
    taken_at = models.DateTimeField(default=timezone.now)
    taken_by_name = models.TextField()
    voided_at: Any = models.DateTimeField(null=True)
    voided_by_name = models.TextField(default="", blank=True)
    why_void = models.TextField(default="", blank=True)

    class Meta:
        db_table = "kernel_number"
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="kernel_number_once"),
            models.UniqueConstraint(fields=["series", "scope", "place"], name="kernel_number_place_once"),
            models.CheckConstraint(condition=Q(place__gte=1) & ~Q(target=""), name="kernel_number_is_of_something"),
            models.CheckConstraint(
                condition=Q(voided_at=None, why_void="", voided_by_name="")
                | (Q(voided_at__isnull=False) & ~Q(why_void="") & ~Q(voided_by_name="")),
                name="kernel_number_void_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number
