from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.kernel.crypto import EncryptedTextField


class Throttle(models.Model):
    """How often one thing (a sign-in name, an address, …) failed lately. The key is a keyed hash, never the text.

    The same row exists for names that nobody has, so that a throttle tells nothing about who exists.
    """

    key = models.BinaryField(primary_key=True)
    kind = models.CharField(max_length=20)
    failures = models.FloatField(default=0)
    last_failed_at = models.DateTimeField()
    blocked_until = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "identity_throttle"


class KnownStation(models.Model):
    """A device or address from which an account came in at a door (Wi-Fi, VPN, mail): strangers who guess elsewhere do
    not make it wait. `station` is a keyed hash of the MAC address, or of the network of the address.
    """

    account = models.ForeignKey("identity.Account", on_delete=models.CASCADE, related_name="+")
    door = models.CharField(max_length=20)
    station = models.BinaryField(max_length=32)
    last_used_at = models.DateTimeField(default=now, db_index=True)

    class Meta:
        db_table = "identity_known_station"
        constraints = [
            models.UniqueConstraint(fields=["account", "door", "station"], name="identity_known_station_once")
        ]


class SmsMessage(models.Model):
    """The outbox of text messages: what goes to the school's provider, and what became of it.

    `code` is the one-time code in the text, for providers that fill in templates. `next_at` is when the worker looks at it
    again: to send it, to send it once more, or to ask the provider whether it arrived.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("待发")
        SENT = "sent", _("已交服务商")
        DELIVERED = "delivered", _("已送达")
        FAILED = "failed", _("未送达")

    phone = EncryptedTextField(purpose="identity.sms_phone")
    text = EncryptedTextField(purpose="identity.sms_text")
    code = EncryptedTextField(purpose="identity.sms_code", null=True)
    phone_masked = models.CharField(max_length=24)
    created_at = models.DateTimeField(default=now, db_index=True)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, default=now)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=80, default="", blank=True, help_text="the provider's number for it")
    reason = models.CharField(
        max_length=200, default="", blank=True, help_text="why it failed, or why it is tried again"
    )

    class Meta:
        db_table = "identity_sms_message"
        indexes = [models.Index(fields=["next_at"], name="identity_sms_due", condition=Q(next_at__isnull=False))]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="queued", sent_at=None)
                | Q(state="failed")
                | Q(state__in=["sent", "delivered"], sent_at__isnull=False),
                name="identity_sms_sent_when_it_was",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(reason=""), name="identity_sms_failed_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["delivered", "failed"], next_at=None, ended_at__isnull=False)
                | Q(state__in=["queued", "sent"], ended_at=None),
                name="identity_sms_ended_is_left_alone",
            ),
        ]
