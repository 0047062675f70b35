"""An announcement that everybody of a unit confirms (通知确认): one case a person, so that no confirmation waits for another."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.platforms.flows.models.processes import UNITS


@known(state="flows_announcement_state")
class Announcement(models.Model):
    """`unit`: whose people are asked, with all units below it. `last_person_id`: up to whom cases were opened, in the order of ids."""

    class State(models.TextChoices):
        OPENING = "opening", _("正在送达")
        OPEN = "open", _("等待确认")
        ENDING = "ending", _("正在结束")
        ENDED = "ended", _("已结束")

    public_id = models.UUIDField(default=uuid4, unique=True)
    token = models.UUIDField(unique=True, help_text="names the form that made it")
    title = models.TextField()
    text = models.TextField()
    unit = models.ForeignKey(UNITS, on_delete=models.PROTECT, related_name="+")
    kinds: Any = models.JSONField(help_text="student, staff: whose tie to the unit counts")
    until = models.DateField()
    state = models.TextField(choices=State, default=State.OPENING)
    last_person_id = models.BigIntegerField(default=0)
    reached = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_by_name = models.TextField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "flows_announcement"
        indexes = [models.Index(fields=["unit", "-made_at"], name="flows_announcement_of_unit")]
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(text="") & ~Q(kinds=[]), name="flows_announcement_says"),
        ]

    def __str__(self) -> str:
        return self.title
