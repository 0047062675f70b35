from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone


class PrintTemplate(models.Model):
    """A school's own template for a paper, in force from a day on until a later one, or until it is withdrawn."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    paper = models.TextField()
    text = models.TextField()
    starts_on = models.DateField()
    reason = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    created_by_name = models.TextField()
    withdrawn_at: Any = models.DateTimeField(null=True)
    withdrawn_by_name = models.TextField(default="", blank=True)

    class Meta:
        db_table = "kernel_print_template"
        indexes = [models.Index(fields=["paper", "-starts_on", "-id"], name="kernel_print_template_in_force")]


class PrintedDocument(models.Model):
    """A document that left the house. `holder_id` is the person it is about; `code` stands on it and leads to what is said of it."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    paper = models.TextField()
    number = models.TextField()
    code = models.CharField(max_length=22, unique=True)
    issuer = models.TextField()
    holder_id = models.BigIntegerField(null=True)
    holder_masked = models.TextField()
    issued_at = models.DateTimeField(default=timezone.now)
    issued_by_name = models.TextField()
    template = models.ForeignKey(PrintTemplate, null=True, on_delete=models.PROTECT, related_name="+")
    file = models.OneToOneField("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    revoked_at: Any = models.DateTimeField(null=True)
    revoked_by_name = models.TextField(default="", blank=True)
    why_revoked = models.TextField(default="", blank=True)

    class Meta:
        db_table = "kernel_printed_document"
        indexes = [models.Index(fields=["-issued_at"], name="kernel_printed_document_new")]
        constraints = [
            models.UniqueConstraint(fields=["paper", "number"], name="kernel_printed_document_number"),
            models.CheckConstraint(condition=Q(code__regex=r"^[\w-]{22}$"), name="kernel_printed_document_code"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, why_revoked="") | (Q(revoked_at__isnull=False) & ~Q(why_revoked="")),
                name="kernel_printed_document_revoked_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number
