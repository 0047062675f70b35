from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from nanhu.kernel.choices import known
from nanhu.platforms.openapi.models.vendors import ApiKey, Mode, Vendor


@known(mode="openapi_idempotency_mode")
class IdempotencyRecord(models.Model):
    """The response to a write, once for its Idempotency-Key, in the transaction of that write. Append-only."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    mode = models.TextField(choices=Mode)
    idempotency_key = models.TextField()
    key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="+")
    operation = models.TextField()
    fingerprint = models.BinaryField(help_text="SHA-256 of method, path and body, as sent")
    status = models.PositiveSmallIntegerField()
    response = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "openapi_idempotency_record"
        constraints = [
            models.UniqueConstraint(fields=["vendor", "mode", "idempotency_key"], name="openapi_idempotency_once"),
            models.CheckConstraint(
                condition=Q(idempotency_key__regex=r"^[!-~]{8,80}$"), name="openapi_idempotency_key_shape"
            ),
        ]


class RequestLog(models.Model):
    """A line of the request log: reads, writes, refusals (of a key that was turned away, now and then one). Neither bodies
    nor keys stand in it."""

    public_id = models.UUIDField(default=uuid4, unique=True, help_text="Nanhu-Request-Id")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="+")
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
        db_table = "openapi_request_log"
        indexes = [models.Index(fields=["vendor", "-id"], name="openapi_request_log_newest")]


class RateBucket(models.Model):
    """How much a key (or an address that shows none) may still ask this moment; also when and from where it last did."""

    subject = models.TextField(primary_key=True)
    tokens = models.FloatField()
    at = models.DateTimeField()
    address = models.TextField(default="", blank=True)

    class Meta:
        db_table = "openapi_rate_bucket"
