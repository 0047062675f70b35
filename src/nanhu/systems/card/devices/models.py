from django.db import models
from django.db.models import Q
from django.utils import timezone

from nanhu.systems.card.models import PosTerminal


class DeviceRequest(models.Model):
    """What a terminal was told at the services door, once per sequence, to be told again byte for byte. Append-only."""

    terminal = models.ForeignKey(PosTerminal, on_delete=models.PROTECT, related_name="+")
    sequence = models.BigIntegerField()
    operation = models.TextField()
    fingerprint = models.BinaryField(help_text="SHA-256 of operation and body, as sent")
    status = models.PositiveSmallIntegerField()
    answer = models.BinaryField()
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_device_request"
        constraints = [
            models.UniqueConstraint(fields=["terminal", "sequence"], name="card_device_request_once"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="card_device_request_sequence"),
        ]
