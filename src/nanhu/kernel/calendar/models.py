from django.db import models
from django.utils import timezone


class CalendarException(models.Model):
    """A day on which the school works or rests otherwise than the public calendar says."""

    date = models.DateField(unique=True)
    is_working = models.BooleanField()
    note = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "calendar_exception"
        ordering = ["date"]
