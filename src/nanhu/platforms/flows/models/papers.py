"""Decisions of paper (应急补录): made while the system stood still, entered afterwards by one and held against the paper by another."""

from typing import Any, Final
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.platforms.flows.models.processes import PEOPLE, Case, Definition, Version

EMPTY: Final[dict[str, Any]] = {"paper": "", "paper_key": "", "reason": "", "photos": [], "decider": None}
"""What is left of the paper's own words when they are kept no longer."""


class PaperEntry(models.Model):
    """What the paper says. The case that checks it names this row as its subject (`CHECK`) and holds nothing of it; `made` is the case
    that stands for the paper once it was checked, and then holds what was said."""

    CHECK: Final = "flows.paper"

    public_id = models.UUIDField(default=uuid4, unique=True)
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    applicant = models.ForeignKey(PEOPLE, null=True, on_delete=models.PROTECT, related_name="+")
    data: Any = models.JSONField(default=dict)
    sealed = EncryptedTextField(purpose="flows.case", null=True)
    outcome = models.TextField()
    decider = models.ForeignKey(
        PEOPLE, null=True, on_delete=models.PROTECT, related_name="+", help_text="who decided on paper"
    )
    decided_on = models.DateField()
    paper = models.TextField(help_text="its number, as it is filed")
    paper_key = models.TextField(help_text="the same however it is written (rules.paper_key)")
    reason = models.TextField(help_text="why it was decided on paper")
    photos: Any = models.JSONField(default=list, help_text="of it: id and name in the store of files")
    entered_by = models.ForeignKey(PEOPLE, on_delete=models.PROTECT, related_name="+")
    made = models.OneToOneField(Case, null=True, on_delete=models.PROTECT, related_name="paper")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, help_text="it was not agreed to, or taken back")

    class Meta:
        db_table = "flows_paper_entry"
        constraints = [
            models.UniqueConstraint(
                fields=["definition", "paper_key"],
                condition=Q(ended_at=None) & ~Q(paper_key=""),
                name="flows_paper_entry_once",
            ),
            models.CheckConstraint(condition=Q(outcome__in=["granted", "refused"]), name="flows_paper_entry_says_what"),
            models.CheckConstraint(
                condition=(
                    Q(ended_at=None, decider__isnull=False, applicant__isnull=False)
                    & ~Q(paper="")
                    & ~Q(paper_key="")
                    & ~Q(reason="")
                )
                | (
                    Q(paper="", paper_key="", reason="", photos=[], decider=None)
                    & (Q(made__isnull=False, applicant__isnull=False) | Q(ended_at__isnull=False, applicant=None))
                ),
                name="flows_paper_entry_is_whole_or_empty",
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
