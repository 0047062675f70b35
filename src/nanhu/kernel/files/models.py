from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone


class StoredFile(models.Model):
    """One holding of a file: its content lies under `sha256`, once however many hold it. A trigger keeps what it is; it is removed
    when its retention is over, by a row that stays."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    purpose = models.TextField(help_text="room.noun, as its room declared it")
    target = models.TextField(help_text="what it belongs to, as in the audit")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=8)
    name = models.TextField(help_text="what its reader saves it as")
    kept_until = models.DateField(null=True, help_text="null: for ever")
    created_at = models.DateTimeField(default=timezone.now)
    created_by_name = models.TextField()
    held_at: Any = models.DateTimeField(null=True)
    held_by_name = models.TextField(default="", blank=True)
    why_held = models.TextField(default="", blank=True)
    removed_at: Any = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_file"
        indexes = [
            models.Index(fields=["sha256"], name="kernel_file_content"),
            models.Index(fields=["kept_until"], name="kernel_file_over", condition=Q(removed_at=None)),
            models.Index(fields=["target"], name="kernel_file_target"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="kernel_file_is_addressed"),
            models.CheckConstraint(
                condition=Q(held_at=None, why_held="") | (Q(held_at__isnull=False, removed_at=None) & ~Q(why_held="")),
                name="kernel_file_held_stays",
            ),
        ]

    def __str__(self) -> str:
        return self.name
