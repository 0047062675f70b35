from typing import Any
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known


@known(state="payments_day_close_state")
class DayClose(models.Model):
    """The close of a campus day (日结). May be run again at any time; it is closed once nothing unexplained is left."""

    class State(models.TextChoices):
        RUNNING = "running", _("正在核对")
        OPEN = "open", _("有差异待处理")
        AWAITING = "awaiting", _("已日结，银行余额未知")
        CLOSED = "closed", _("已日结，无差异")
        EXPLAINED = "explained", _("已日结，差异已说明")

    day = models.DateField(primary_key=True)
    state = models.TextField(choices=State, default=State.RUNNING)
    figures: Any = models.JSONField(default=dict)
    bank_told_fen = models.BigIntegerField(
        null=True, help_text="what the banks said they held at its end, once all have"
    )
    runs = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    by_name = models.TextField(default="")
    closer_ids = ArrayField(
        models.BigIntegerField(), default=list, help_text="accounts that ran it by hand: they explain nothing of it"
    )

    class Meta:
        db_table = "payments_day_close"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["closed", "explained"]) | Q(bank_told_fen__isnull=False),
                name="payments_day_close_knows_the_bank",
            ),
        ]

    @property
    def key(self) -> str:
        """In an address."""
        return self.day.isoformat()


class DayDifference(models.Model):
    """One difference a day close found: what, how much, who sees to it, and how it ended."""

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        EXPLAINED = "explained", _("已说明")
        GONE = "gone", _("已消除")

    public_id = models.UUIDField(default=uuid4, unique=True)
    close = models.ForeignKey(DayClose, on_delete=models.PROTECT, related_name="differences")
    source = models.TextField()
    key = models.TextField()
    what = models.TextField()
    ours_fen = models.BigIntegerField(null=True)
    theirs_fen = models.BigIntegerField(null=True)
    owner = models.TextField()
    state = models.TextField(choices=State, default=State.OPEN)
    note = models.TextField(default="", blank=True)
    noted_by = models.TextField(default="", blank=True)
    noted_by_id = models.BigIntegerField(
        null=True, help_text="the account; the database keeps it apart from who closed"
    )
    found_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "payments_day_difference"
        constraints = [
            models.UniqueConstraint(fields=["close", "source", "key"], name="payments_day_difference_once"),
            models.CheckConstraint(condition=~Q(owner="") & ~Q(what=""), name="payments_day_difference_has_owner"),
            models.CheckConstraint(
                condition=Q(state="explained", note__gt="") | Q(state__in=["open", "gone"]),
                name="payments_day_difference_explained",
            ),
        ]

    @property
    def difference_fen(self) -> int:
        return (self.ours_fen or 0) - (self.theirs_fen or 0)
