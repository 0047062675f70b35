"""How a person wants to be told: channels by kind of message, quiet hours, the hour of the digest, and browsers that take pushes."""

import uuid
from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from nanhu.kernel.choices import known
from nanhu.kernel.crypto import EncryptedTextField
from nanhu.platforms.messages.models.messages import Kind

QUIET_FROM, QUIET_UNTIL, DIGEST_AT = time(22, 30), time(7), time(17)


@known(language="messages_settings_language")
class MessageSettings(models.Model):
    """No row means all defaults. Quiet hours that begin when they end are none."""

    person = models.OneToOneField("people.Person", on_delete=models.PROTECT, primary_key=True, related_name="+")
    language = models.CharField(max_length=2, default="zh", choices=(("zh", "中文"), ("en", "English")))
    quiet_from = models.TimeField(default=QUIET_FROM)
    quiet_until = models.TimeField(default=QUIET_UNTIL)
    digest_at = models.TimeField(default=DIGEST_AT)
    shows_content = models.BooleanField(default=False, help_text="pushes say what the message says")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "messages_settings"


@known(kind="messages_channel_choice_kind")
class ChannelChoice(models.Model):
    """By which channels, in this order, a person gets messages of a kind; empty: in the portal only; null: in the house's order."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.TextField(choices=Kind)
    channels = ArrayField(models.TextField(), null=True, blank=True)
    is_gathered = models.BooleanField(default=False, help_text="with the day's digest instead of at once")

    class Meta:
        db_table = "messages_channel_choice"
        constraints = (models.UniqueConstraint(fields=["person", "kind"], name="messages_channel_choice_once"),)


class PushSubscription(models.Model):
    """A browser that takes pushes (RFC 8030). Whoever holds the endpoint can wake the browser, so it is sealed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField(max_length=32, unique=True, help_text="SHA-256 of the endpoint")
    endpoint = EncryptedTextField(purpose="messages.push_endpoint")
    public_key = EncryptedTextField(purpose="messages.push_key")
    auth = EncryptedTextField(purpose="messages.push_auth")
    device = models.CharField(max_length=80, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    used_at = models.DateTimeField(null=True)
    refusals = models.PositiveSmallIntegerField(default=0, help_text="in a row")
    last_number = models.UUIDField(null=True, help_text="of the batch that came last: it comes once")

    class Meta:
        db_table = "messages_push_subscription"
