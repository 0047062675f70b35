"""Moving running cases to a newer version (换版本): each judged by itself, moved, and put back while nobody has decided."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.flows.models.processes import Case, Version


class Move(models.Model):
    """`mapping`: steps of the source by the steps of the target at which their cases go on, where the names differ."""

    class State(models.TextChoices):
        CHECKING = "checking", _("试算中")
        CHECKED = "checked", _("已试算")
        MOVING = "moving", _("迁移中")
        MOVED = "moved", _("已迁移")
        UNDOING = "undoing", _("撤销中")
        UNDONE = "undone", _("撤销完毕")

    AT_WORK = (State.CHECKING, State.MOVING, State.UNDOING)

    public_id = models.UUIDField(default=uuid4, unique=True)
    source = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    mapping: Any = models.JSONField(default=dict, blank=True)
    state = models.TextField(choices=State, default=State.CHECKING)
    progress_id = models.UUIDField(null=True)
    reason = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    asked_by_name = models.TextField()
    moved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    moved_by_name = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "flows_move"
        constraints = [
            models.CheckConstraint(condition=~Q(source=F("target")), name="flows_move_is_to_another"),
            models.CheckConstraint(
                condition=Q(state__in=["checking", "checked"])
                | (Q(moved_by__isnull=False) & (Q(asked_by=None) | ~Q(moved_by=F("asked_by"))) & ~Q(reason="")),
                name="flows_move_by_two",
            ),
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(state__in=["checking", "moving", "undoing"]),
                name="flows_move_one_at_work",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source.definition.name} {self.source.number} → {self.target.number}"


class MoveRow(models.Model):
    """What became of one case. `before`: how it stood, for putting it back."""

    class Verdict(models.TextChoices):
        SAFE = "safe", _("照旧办下去")
        ASKS = "asks", _("请申请人补填")
        BREAKS = "breaks", _("留在旧版本")

    class State(models.TextChoices):
        KEPT = "kept", _("没有动")
        MOVED = "moved", _("已迁移")
        UNDONE = "undone", _("已放回")

    move = models.ForeignKey(Move, on_delete=models.PROTECT, related_name="rows")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    verdict = models.TextField(choices=Verdict)
    words = models.TextField(default="", blank=True)
    state = models.TextField(choices=State, default=State.KEPT)
    before: Any = models.JSONField(default=dict, blank=True)
    moved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "flows_move_row"
        constraints = [
            models.UniqueConstraint(fields=["move", "case"], name="flows_move_row_once"),
            models.CheckConstraint(
                condition=Q(state="kept", moved_at=None) | Q(state__in=["moved", "undone"], moved_at__isnull=False),
                name="flows_move_row_state",
            ),
        ]
