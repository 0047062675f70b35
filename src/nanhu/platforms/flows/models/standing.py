"""What was moved because the program was away (停机顺延)."""

from django.db import models
from django.utils import timezone


class StoodStill(models.Model):
    """That the deadlines of running cases were moved by an outage: once each."""

    outage = models.OneToOneField("kernel.Outage", on_delete=models.PROTECT, primary_key=True, related_name="+")
    cases = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "flows_stood_still"
