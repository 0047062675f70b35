"""Roll-over (学期结转): what each room's step did when a term opened, or would have done."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.campus.models.terms import Term


class StepRun(models.Model):
    """A registered step in a term, once in earnest and once as its last rehearsal. What was done in earnest is not done again; a trigger
    holds it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等着做")
        DONE = "done", _("已做")
        FAILED = "failed", _("没做成")

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    step = models.TextField()
    is_rehearsal = models.BooleanField()
    state = models.TextField(choices=State, default=State.WAITING)
    counts: Any = models.JSONField(default=dict)
    error = models.TextField(default="", blank=True)
    ran_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "campus_step_run"
        constraints = [
            models.UniqueConstraint(fields=["term", "step", "is_rehearsal"], name="campus_step_run_once"),
            models.CheckConstraint(
                condition=Q(state="waiting", ran_at=None)
                | Q(state="done", ran_at__isnull=False, error="")
                | (Q(state="failed", ran_at__isnull=False) & ~Q(error="")),
                name="campus_step_run_state",
            ),
        ]
