"""Decisions of paper (应急补录): made while the system stood still, entered afterwards by one and held against the paper by another."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.platforms.flows.models.processes import PEOPLE, Case, Definition, Version


class PaperEntry(models.Model):
    """What the paper says. The case that checks it names this row as its subject; `made` is the case that stands for the paper once it
    was checked, and then holds what was said."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    applicant = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, related_name="+")
    data: Any = models.JSONField(default=dict)
    sealed = EncryptedTextField(purpose="flows.case", null=True)
    outcome = models.TextField()
    decider = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, related_name="+", help_text="who decided on paper")
    decided_on = models.DateField()
    paper = models.TextField(help_text="its number, as it is filed")
    reason = models.TextField(help_text="why it was decided on paper")
    entered_by = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, related_name="+")
    made = models.OneToOneField(Case, null=True, on_delete=models.PROTECT, related_name="paper")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, help_text="it was not agreed to, or taken back")

    class Meta:
        db_table = "flows_paper_entry"
        constraints = [
            models.UniqueConstraint(
                fields=["definition", "paper"], condition=Q(ended_at=None), name="flows_paper_entry_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["granted", "refused"]) & ~Q(paper="") & ~Q(reason=""),
                name="flows_paper_entry_says_what",
            ),
            models.CheckConstraint(
                condition=~Q(applicant=F("decider")) & ~Q(applicant=F("entered_by")),
                name="flows_paper_entry_is_not_ones_own",
            ),
            models.CheckConstraint(
                condition=Q(made=None, ended_at=None) | Q(data={}, sealed__isnull=True),
                name="flows_paper_entry_is_emptied",
            ),
            models.CheckConstraint(condition=Q(made=None) | Q(ended_at=None), name="flows_paper_entry_ends_once"),
        ]

    def __str__(self) -> str:
        return self.paper
