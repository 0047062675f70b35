from typing import Any
from uuid import uuid4

from django.db import models
from django.utils import timezone


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
