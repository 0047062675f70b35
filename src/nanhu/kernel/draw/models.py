from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.draw import rules
from nanhu.kernel.proposals import TAKEN_BACK, Proposal, proposal_constraints

FORMAT: Final = "nanhu-draw-1"


class Draw(models.Model):
    """A draw. What it promised when it was opened never changes (triggers); `secret` in hex is published as `published_secret`."""

    class State(models.TextChoices):
        OPEN = "open", _("报名中")
        CLOSED = "closed", _("已截止")
        DRAWN = "drawn", _("已抽签")
        VOID = "void", _("作废")

    public_id = models.UUIDField(default=uuid4, unique=True)
    key = models.TextField(unique=True, help_text="room.noun and what it is about: dormitory.beds-2026")
    title = models.TextField()
    state = models.TextField(choices=State, default=State.OPEN)
    seats: Any = models.JSONField(help_text="places by the key of a wish")
    passes = models.PositiveSmallIntegerField(default=1, help_text="as many places as one entrant can get")
    commitment = models.CharField(max_length=64)
    secret = EncryptedTextField(purpose="kernel.draw_secret")
    value_name = models.TextField(help_text="the public value, named before anybody knows it")
    value_form = models.TextField(help_text=r"how the value is spelled (rules.FORM): 000001.SH \d{4}\.\d{2}")
    closes_at = models.DateTimeField()
    value_known_at = models.DateTimeField(help_text="nobody knows the value before this hour")
    publish_by = models.DateTimeField()
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by_name = models.TextField()
    closed_at = models.DateTimeField(null=True)
    root = models.CharField(max_length=64, default="", blank=True)
    entry_count = models.PositiveIntegerField(default=0)
    value = models.TextField(default="", blank=True)
    published_secret = models.CharField(max_length=64, default="", blank=True)
    queues: Any = models.JSONField(default=dict)
    drawn_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    why_void = models.TextField(default="", blank=True)

    class Meta:
        db_table = "kernel_draw"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    passes__gte=1,
                    passes__lte=rules.MOST_PASSES,
                    value_known_at__gt=F("closes_at"),
                    publish_by__gt=F("value_known_at"),
                )
                & ~Q(value_name="")
                & ~Q(value_form=""),
                name="kernel_draw_is_planned",
            ),
            models.CheckConstraint(
                condition=Q(state="open", root="", value="", published_secret="", closed_at=None, voided_at=None)
                | (Q(state="closed", published_secret="", closed_at__isnull=False, voided_at=None) & ~Q(root=""))
                | (
                    Q(
                        state="drawn",
                        closed_at__isnull=False,
                        drawn_at__gte=F("value_known_at"),
                        drawn_at__lte=F("publish_by"),
                        voided_at=None,
                    )
                    & ~Q(root="")
                    & ~Q(value="")
                    & ~Q(published_secret="")
                )
                | (Q(state="void", voided_at__isnull=False) & ~Q(why_void="")),
                name="kernel_draw_states",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("closes_at"), closed_at__lt=F("value_known_at")),
                name="kernel_draw_closed_before_the_value",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def opening(self) -> dict[str, Any]:
        """All that is promised at the opening, as its digest (`promise`) covers it."""
        return {
            "format": FORMAT,
            "commitment": self.commitment,
            "seats": self.seats,
            "passes": self.passes,
            "value_name": self.value_name,
            "value_form": self.value_form,
            "closes_at": written(self.closes_at),
            "value_known_at": written(self.value_known_at),
            "publish_by": written(self.publish_by),
        }

    @property
    def promise(self) -> str:
        return rules.promise_of(self.opening)


def written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


class DrawEntry(models.Model):
    """Who takes part. `entrant` is the room's ("person:42"); `token` is shown to him alone and stands in the public list."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="entries")
    entrant = models.TextField()
    token = models.CharField(max_length=16)
    round = models.PositiveSmallIntegerField(default=1)
    wishes: Any = models.JSONField(default=list)
    entered_at = models.DateTimeField(default=timezone.now)
    lot = models.CharField(max_length=64, default="", blank=True)
    rank = models.PositiveIntegerField(null=True)
    places: Any = models.JSONField(default=list)

    class Meta:
        db_table = "kernel_draw_entry"
        constraints = [
            models.UniqueConstraint(fields=["draw", "entrant"], name="kernel_draw_entry_once"),
            models.UniqueConstraint(fields=["draw", "token"], name="kernel_draw_token_once"),
        ]

    def as_rule(self) -> rules.Entry:
        return rules.Entry(self.token, self.round, tuple(self.wishes))


class DrawValue(Proposal):
    """The public value as one person typed it; another types it without having seen that, and both are the same or it is refused."""

    class State(models.TextChoices):
        ASKED = "asked", _("待另一人核对")
        AGREED = "agreed", _("已核对")
        REFUSED = "refused", _("读数不符")
        TAKEN_BACK = TAKEN_BACK, _("已撤回")

    what = _("这个公开数")

    state = models.TextField(choices=State, default=State.ASKED)
    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="values_typed")
    value = models.TextField()

    class Meta:
        db_table = "kernel_draw_value"
        constraints = [
            *proposal_constraints(
                "kernel_draw_value", undecided=("asked",), decided=("agreed", "refused"), can_be_taken_back=True
            ),
            models.UniqueConstraint(
                fields=["draw"], condition=Q(state__in=["asked", "agreed"]), name="kernel_draw_value_once"
            ),
            models.CheckConstraint(condition=~Q(value=""), name="kernel_draw_value_is_said"),
        ]


class DrawVoid(Proposal):
    """A draw that is closed is given up by two people, or by nobody: a second try must not be free."""

    class State(models.TextChoices):
        ASKED = "asked", _("待另一人同意")
        AGREED = "agreed", _("已同意")
        REFUSED = "refused", _("不同意")
        TAKEN_BACK = TAKEN_BACK, _("已撤回")

    what = _("这次作废")

    state = models.TextField(choices=State, default=State.ASKED)
    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="voids_asked")
    reason = models.TextField()

    class Meta:
        db_table = "kernel_draw_void"
        constraints = [
            *proposal_constraints(
                "kernel_draw_void", undecided=("asked",), decided=("agreed", "refused"), can_be_taken_back=True
            ),
            models.UniqueConstraint(
                fields=["draw"], condition=Q(state__in=["asked", "agreed"]), name="kernel_draw_void_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="kernel_draw_void_has_a_reason"),
        ]
