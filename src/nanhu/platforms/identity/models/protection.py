from django.db import models

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


class SmsMessage(models.Model):
    """The outbox of text messages that identity sends: what the SMS gateway takes from here, or the emulator shows."""

    phone = EncryptedTextField(purpose="identity.sms_phone")
    text = EncryptedTextField(purpose="identity.sms_text")
    phone_masked = models.CharField(max_length=24)
    created_at = models.DateTimeField(default=now, db_index=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_sms_message"
