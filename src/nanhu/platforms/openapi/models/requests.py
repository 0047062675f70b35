from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from nanhu.systems.card.vendors.models.vendors import Mode, Vendor, VendorKey


class ApiRequest(models.Model):
    """What a vendor was told about a write, once for its Idempotency-Key, in the transaction of the deed. Append-only."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    mode = models.TextField(choices=Mode)
    idempotency_key = models.TextField()
    key = models.ForeignKey(VendorKey, on_delete=models.PROTECT, related_name="+")
    operation = models.TextField()
    fingerprint = models.BinaryField(help_text="SHA-256 of method, path and body, as sent")
    status = models.PositiveSmallIntegerField()
    answer = models.BinaryField()
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_vendor_request"
        constraints = [
            models.UniqueConstraint(fields=["vendor", "mode", "idempotency_key"], name="card_vendor_request_once"),
            models.CheckConstraint(condition=Q(mode__in=["live", "test"]), name="card_vendor_request_mode"),
            models.CheckConstraint(
                condition=Q(idempotency_key__regex=r"^[!-~]{8,80}$"), name="card_vendor_request_key_shape"
            ),
        ]


class ApiCall(models.Model):
    """A line of the request log: reads, writes, refusals (of a key that was turned away, now and then one). Neither bodies
    nor keys stand in it."""

    public_id = models.UUIDField(default=uuid4, unique=True, help_text="Nanhu-Request-Id")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    key = models.ForeignKey(VendorKey, on_delete=models.PROTECT, related_name="+")
    mode = models.TextField(choices=Mode)
    operation = models.TextField()
    method = models.TextField()
    path = models.TextField()
    status = models.PositiveSmallIntegerField()
    code = models.TextField(default="", blank=True)
    is_replay = models.BooleanField(default=False)
    address = models.TextField()
    milliseconds = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_vendor_call"
        indexes = [models.Index(fields=["vendor", "-id"], name="card_vendor_call_newest")]


class Bucket(models.Model):
    """How much a key (or an address that shows none) may still ask this moment; also when and from where it last did."""

    subject = models.TextField(primary_key=True)
    tokens = models.FloatField()
    at = models.DateTimeField()
    address = models.TextField(default="", blank=True)

    class Meta:
        db_table = "card_vendor_bucket"
