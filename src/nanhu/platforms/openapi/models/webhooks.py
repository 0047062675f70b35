from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.models import Retried
from nanhu.platforms.openapi.models.vendors import Mode, Vendor


@known(mode="openapi_webhook_mode")
class Webhook(models.Model):
    """Where a vendor is sent events, one address for each mode; signed with a secret of its own. Paused where nothing was taken
    for so long that an event was given up; what happens meanwhile is kept, and sent once it is taken up again."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="webhooks")
    mode = models.TextField(choices=Mode)
    url = models.TextField()
    secret = EncryptedTextField(purpose="openapi.webhook_secret")
    is_on = models.BooleanField(default=True)
    listens_since = models.DateTimeField(
        default=timezone.now, help_text="when it was set or taken up again: what was given up before says nothing of it"
    )
    paused_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "openapi_webhook"
        constraints = [
            models.UniqueConstraint(fields=["vendor", "mode"], name="openapi_webhook_once"),
        ]


class WebhookEvent(models.Model):
    """Something that happened, written in the transaction in which it did."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    mode = models.TextField(choices=Mode)
    kind = models.TextField()
    key = models.TextField(help_text="the same fact again is the same event")
    facts: Any = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "openapi_webhook_event"
        indexes = [models.Index(fields=["vendor", "-id"], name="openapi_webhook_event_newest")]
        constraints = [models.UniqueConstraint(fields=["vendor", "mode", "key"], name="openapi_webhook_event_once")]


class Delivery(Retried):
    """An event on its way to the vendor's address; a replay is another delivery of the same event."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待送达")
        DONE = "done", _("已送达")
        GIVEN_UP = "given_up", _("已放弃")

    event = models.ForeignKey(WebhookEvent, on_delete=models.PROTECT, related_name="deliveries")
    vendor = models.ForeignKey(
        Vendor, on_delete=models.PROTECT, related_name="+", help_text="the event's; who is away holds up no other"
    )
    state = models.TextField(choices=State, default=State.WAITING)
    due_at = models.DateTimeField(null=True, default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True)
    is_replay = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "openapi_delivery"
        indexes = [
            models.Index(fields=["vendor", "due_at"], condition=Q(due_at__isnull=False), name="openapi_delivery_due")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", due_at__isnull=False, ended_at=None)
                | Q(state__in=["done", "given_up"], due_at=None, ended_at__isnull=False),
                name="openapi_delivery_state",
            )
        ]
