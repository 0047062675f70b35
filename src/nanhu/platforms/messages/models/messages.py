"""What is told to people (消息): the words once, an entry for each person, a delivery for each channel that it was given to."""

import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.models import Retried
from nanhu.platforms.messages.models.notices import Notice


class Kind(models.TextChoices):
    """What a message is about; nothing that advertises is among them."""

    NOTICE = "notice", _("公告")
    TASK = "task", _("待办")
    SERVICE = "service", _("办事进展")
    MONEY = "money", _("校园卡与缴费")
    SAFETY = "safety", _("安全提醒")


class Urgency(models.TextChoices):
    NOW = "now", _("立即")
    TODAY = "today", _("当天")
    DIGEST = "digest", _("每日汇总")


@known(kind="messages_message_kind", urgency="messages_message_urgency")
class Message(models.Model):
    """The same words to any number of people, in both languages as they were when it was told.

    `is_hidden`: it only goes out, and stands in no list: a digest of others, or the word of a notice, which is listed itself.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    template = models.TextField()
    kind = models.TextField(choices=Kind)
    urgency = models.TextField(choices=Urgency)
    title = models.TextField()
    text = models.TextField()
    title_en = models.TextField()
    text_en = models.TextField()
    link = models.TextField(default="", blank=True, help_text="a path of this house")
    key = models.TextField(default="", blank=True)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, null=True, related_name="+")
    is_hidden = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messages_message"
        constraints = (
            models.CheckConstraint(name="messages_message_titled", condition=~Q(title="") & ~Q(title_en="")),
            models.CheckConstraint(
                name="messages_message_link",
                condition=Q(link="") | (Q(link__startswith="/") & ~Q(link__startswith="//")),
            ),
        )
        indexes = (
            models.Index(fields=["template", "key"], name="messages_message_key", condition=~Q(key="")),
            models.Index(fields=["created_at"], name="messages_message_age"),
        )


class Entry(models.Model):
    """A message of one person. `once` is the same for the same template and key on the same day. The router looks at it again at `due_at`
    (the next channel's turn), and at `gather_at` to put it into the person's digest."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="entries", db_index=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    once = models.UUIDField(null=True)
    is_hidden = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    read_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    gather_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messages_entry"
        constraints = (
            models.UniqueConstraint(fields=["message", "person"], name="messages_entry_once_a_message"),
            models.UniqueConstraint(fields=["person", "once"], name="messages_entry_once_a_day"),
        )
        indexes = (
            models.Index(
                fields=["person", "-created_at", "-id"], name="messages_entry_inbox", condition=Q(is_hidden=False)
            ),
            models.Index(
                fields=["person"], name="messages_entry_unread", condition=Q(is_hidden=False, read_at__isnull=True)
            ),
            models.Index(fields=["due_at"], name="messages_entry_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["gather_at"], name="messages_entry_gather", condition=Q(gather_at__isnull=False)),
        )


@known(language="messages_parcel_language")
class Parcel(Retried):
    """Up to `most` deliveries of one message by one channel in one language, handed over together and retried together. Each channel has
    two lanes, one for what is pressing: neither a channel that is dead nor a long queue of digests holds it up."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    channel = models.TextField()
    lane = models.BigIntegerField(default=0)
    language = models.CharField(max_length=2, choices=(("zh", "中文"), ("en", "English")))
    number = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "messages_parcel"
        indexes = (
            models.Index(fields=["lane", "due_at"], name="messages_parcel_due", condition=Q(due_at__isnull=False)),
        )


@known(state="messages_delivery_state")
class Delivery(models.Model):
    """One entry by one channel: queued, handed over, delivered or failed; dropped where it was read before, or another channel's turn came."""

    class State(models.TextChoices):
        QUEUED = "queued", _("等待发送")
        HANDED_OVER = "handed_over", _("已交出")
        DELIVERED = "delivered", _("已送达")
        FAILED = "failed", _("未送达")
        DROPPED = "dropped", _("不再发送")

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.TextField()
    state = models.TextField(choices=State, default=State.QUEUED)
    reason = models.TextField(default="", blank=True)
    reference = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "messages_delivery"
        constraints = (
            models.CheckConstraint(
                name="messages_delivery_failed_for_a_reason", condition=~Q(state="failed") | ~Q(reason="")
            ),
            models.UniqueConstraint(fields=["entry", "channel"], name="messages_delivery_once"),
        )
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="messages_delivery_newest"),
            models.Index(fields=["channel", "id"], name="messages_delivery_open", condition=Q(state="handed_over")),
            models.Index(fields=["-changed_at"], name="messages_delivery_failed", condition=Q(state="failed")),
        )


class MessageTally(models.Model):
    """How many deliveries of a day ended how, kept when the messages themselves are forgotten."""

    day = models.DateField()
    template = models.TextField()
    channel = models.TextField()
    state = models.TextField()
    count = models.PositiveIntegerField()

    class Meta:
        db_table = "messages_tally"
        constraints = (
            models.UniqueConstraint(fields=["day", "template", "channel", "state"], name="messages_tally_once"),
        )
