from datetime import timedelta
from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.outgoing_words import in_words

LONGEST_ERROR = 200


class Retried(models.Model):
    """The columns of a row that is retried (`kernel.retries`); an index on `due_at`, where it is set, is its table's."""

    due_at = models.DateTimeField(null=True, help_text="when the worker looks again; null: never")
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=LONGEST_ERROR, default="", blank=True, help_text="of the last attempt")

    class Meta:
        abstract = True

    @property
    def shown_error(self) -> str:
        """For people: the sentence of a line that failed before what the program said of it."""
        return in_words(self.error)


class OutboxEvent(models.Model):
    """A published fact, kept as it was told."""

    name = models.TextField()
    payload: Any = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "kernel_outbox_event"


class EventDelivery(models.Model):
    """One event for one subscriber: waiting, delivered or postponed after a failure."""

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="+")
    subscriber = models.TextField()
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(default="", blank=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_event_delivery"
        constraints = [models.UniqueConstraint(fields=["event", "subscriber"], name="kernel_delivery_once")]
        indexes = [
            models.Index(fields=["subscriber", "id"], name="kernel_delivery_due", condition=models.Q(delivered_at=None))
        ]


class SubmittedForm(models.Model):
    """A form of a console that was done, by the token it was shown with: sent again, it is not done again."""

    token = models.UUIDField(unique=True)
    account_id = models.BigIntegerField()
    page = models.TextField()
    address = models.TextField(help_text="where its sender was sent on to")
    done_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "kernel_submitted_form"
        indexes = [models.Index(fields=["done_at"], name="kernel_submitted_form_age")]


class SavedView(models.Model):
    """An address of a list that a person keeps under a name: its filters, order and columns."""

    account_id = models.BigIntegerField()
    page = models.TextField(help_text="namespace and name: card:rights:rules")
    name = models.TextField()
    query = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "kernel_saved_view"
        constraints = [
            models.UniqueConstraint(fields=["account_id", "page", "name"], name="kernel_saved_view_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(query=""), name="kernel_saved_view_is_named"),
        ]


class AuditEntry(models.Model):
    """Who did what to whom, when, from where and why. The database refuses to change or delete a row."""

    at = models.DateTimeField(default=timezone.now)
    account_id = models.BigIntegerField(null=True)
    actor = models.TextField()
    address = models.TextField(default="")
    action = models.TextField()
    target = models.TextField()
    reason = models.TextField(default="")
    facts: Any = models.JSONField(default=dict)

    class Meta:
        db_table = "kernel_audit_entry"
        indexes = [
            models.Index(fields=["target", "-at"], name="kernel_audit_target"),
            models.Index(fields=["account_id", "-at"], name="kernel_audit_account"),
            models.Index(fields=["action", "-at"], name="kernel_audit_action"),
        ]


class AuditBlock(models.Model):
    """A sealed run of audit rows: all of one `era` after (after_xid, after_id) up to (until_xid, until_id).

    `digest` is over the rows' lines, `seal` over the block with the seal before it, `witness` the same seal under the
    keyring: who can write the database and has no keyring cannot make a chain that fits.
    """

    number = models.BigIntegerField(primary_key=True)
    era = models.BigIntegerField()
    after_xid = models.BigIntegerField()
    after_id = models.BigIntegerField()
    until_xid = models.BigIntegerField()
    until_id = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    algorithm = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()
    witness = EncryptedTextField(purpose="kernel.audit_seal")
    archived_at = models.DateTimeField(null=True)
    archive = models.TextField(default="", blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_audit_block"
        constraints = [
            models.UniqueConstraint(fields=["era", "until_xid", "until_id"], name="kernel_audit_block_order"),
            models.UniqueConstraint(fields=["previous"], name="kernel_audit_block_chain"),
            models.CheckConstraint(
                condition=models.Q(algorithm__in=["sha256", "sm3"]), name="kernel_audit_block_algorithm"
            ),
            models.CheckConstraint(
                condition=models.Q(removed_at=None) | models.Q(archived_at__isnull=False),
                name="kernel_audit_block_archived_first",
            ),
        ]
        indexes = [models.Index(fields=["sealed_at"], name="kernel_audit_block_sealed")]


class AuditCheck(models.Model):
    """What a verification of the audit log found. `until_number` is the last block it saw."""

    at = models.DateTimeField(default=timezone.now)
    from_number = models.BigIntegerField()
    until_number = models.BigIntegerField()
    rows = models.BigIntegerField()
    faults: Any = models.JSONField(default=list)

    class Meta:
        db_table = "kernel_audit_check"


class Progress(models.Model):
    """Long work, as the person who waits for it sees it."""

    class State(models.TextChoices):
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"

    public_id = models.UUIDField(default=uuid4, unique=True)
    kind = models.TextField()
    title = models.TextField()
    account_id = models.BigIntegerField(null=True)
    state = models.TextField(choices=State, default=State.RUNNING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    note = models.TextField(default="")
    summary = models.TextField(default="")
    result_url = models.TextField(default="")
    started_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "kernel_progress"


class Heartbeat(models.Model):
    """When a process of the program was last alive."""

    name = models.TextField(primary_key=True)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "kernel_heartbeat"


class Outage(models.Model):
    """A time in which no worker gave a sign of life (停机), found when one came back; never changed."""

    LONGEST: ClassVar = timedelta(days=30)
    """Of a longer one a wrong clock is as likely the cause: nothing is given back for it by itself, and the doctor tells."""

    began_at = models.DateTimeField(unique=True)
    ended_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_outage"
        constraints = [
            models.CheckConstraint(condition=Q(ended_at__gt=models.F("began_at")), name="kernel_outage_ends_later")
        ]

    @staticmethod
    def believed() -> "models.QuerySet[Outage]":
        """Those that are not longer than `LONGEST`."""
        return Outage.objects.filter(ended_at__lte=models.F("began_at") + Outage.LONGEST)


class ReadOnlySpell(models.Model):
    """A time in which the school was read-only (应急只读); the one without an end lasts. `…_with`: the second person, where there was one."""

    reason = models.TextField()
    began_at = models.DateTimeField()
    began_by = models.TextField()
    began_with = models.TextField(default="", blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(default="", blank=True)
    ended_with = models.TextField(default="", blank=True)

    class Meta:
        db_table = "kernel_read_only"
        constraints = [
            models.UniqueConstraint(
                fields=["ended_at"], condition=Q(ended_at=None), nulls_distinct=False, name="kernel_read_only_one_lasts"
            ),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(began_by=""), name="kernel_read_only_has_a_reason"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="") | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="kernel_read_only_is_ended_by_somebody",
            ),
        ]


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
        db_table = "kernel_throttle"


class SmsMessage(Retried):
    """The outbox of text messages: what goes to the school's provider, and what became of it.

    `code` is the one-time code in the text, for providers that fill in templates. The worker looks at it again to send it, to
    send it once more, or to ask the provider whether it arrived.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("待发")
        SENT = "sent", _("已交服务商")
        DELIVERED = "delivered", _("已送达")
        FAILED = "failed", _("未送达")

    phone = EncryptedTextField(purpose="kernel.sms_phone")
    text = EncryptedTextField(purpose="kernel.sms_text")
    code = EncryptedTextField(purpose="kernel.sms_code", null=True)
    phone_masked = models.CharField(max_length=24)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=80, default="", blank=True, help_text="the provider's number for it")

    class Meta:
        db_table = "kernel_sms_message"
        indexes = [models.Index(fields=["due_at"], name="kernel_sms_due", condition=models.Q(due_at__isnull=False))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="queued", sent_at=None)
                | models.Q(state="failed")
                | models.Q(state__in=["sent", "delivered"], sent_at__isnull=False),
                name="kernel_sms_sent_when_it_was",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="failed") | ~models.Q(error=""), name="kernel_sms_failed_for_a_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["delivered", "failed"], due_at=None, ended_at__isnull=False)
                | models.Q(state__in=["queued", "sent"], ended_at=None),
                name="kernel_sms_ended_is_left_alone",
            ),
        ]


class MailMessage(Retried):
    """The outbox of mails: the worker takes them to the school's mail server, the demo shows them as a phone does."""

    class State(models.TextChoices):
        QUEUED = "queued", _("待发")
        SENT = "sent", _("已发出")
        FAILED = "failed", _("未送达")

    email = EncryptedTextField(purpose="kernel.mail_address")
    subject = models.CharField(max_length=120)
    text = EncryptedTextField(purpose="kernel.mail_text")
    email_masked = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_mail_message"
        indexes = [models.Index(fields=["due_at"], name="kernel_mail_due", condition=models.Q(due_at__isnull=False))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="queued", sent_at=None, due_at__isnull=False)
                | models.Q(state="sent", sent_at__isnull=False, due_at=None)
                | (models.Q(state="failed", sent_at=None, due_at=None) & ~models.Q(error="")),
                name="kernel_mail_states",
            )
        ]
