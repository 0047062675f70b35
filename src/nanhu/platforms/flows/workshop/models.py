"""Drafts of processes (流程草稿), and publications (发布) that a second person signs."""

from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.proposals import Proposal, proposal_constraints
from nanhu.kernel.registry import Text
from nanhu.platforms.flows.models import Definition


class ProcessDraft(models.Model):
    """What a process is to become: one a process. `revision` counts its changes: whoever changes an older one is told. `trial`: how
    running cases would fare under the body of this digest."""

    definition = models.OneToOneField(Definition, on_delete=models.PROTECT, related_name="process_draft")
    content = models.TextField(help_text="nanhu.platforms.flows.workshop.sketch.Sketch as JSON")
    revision = models.PositiveIntegerField(default=1)
    trial: Any = models.JSONField(default=dict, blank=True)
    changed_by_name = models.TextField()
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "flows_process_draft"


class Publication(Proposal):
    """A draft as it stood when somebody asked to publish it. Another person publishes it, unless it changes nothing but words."""

    what: ClassVar[Text] = _("这次发布")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        PUBLISHED = "published", _("已发布")
        REFUSED = "refused", _("未同意")
        TAKEN_BACK = "taken_back", _("已撤回")

    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="publications")
    state = models.TextField(choices=State, default=State.ASKED)
    content = models.TextField()
    revision = models.PositiveIntegerField(help_text="of the draft that it was")
    change = models.TextField(help_text="what is new, in words")

    class Meta:
        db_table = "flows_publication"
        constraints = [
            models.UniqueConstraint(
                fields=["definition"], condition=Q(state="asked"), name="flows_publication_one_waits"
            ),
            models.CheckConstraint(condition=~Q(change=""), name="flows_publication_says_what"),
            *proposal_constraints(
                "flows_publication", undecided=["asked"], decided=["published", "refused"], can_be_taken_back=True
            ),
        ]

    def __str__(self) -> str:
        return self.definition.name


def new_key() -> str:
    """Of a process made in the browser; it stands in addresses."""
    return f"own.{uuid4().hex[:10]}"
