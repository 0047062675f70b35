"""Old cards (旧卡片) handed in as a file, and the school's full table of classes."""

from collections.abc import Collection
from typing import Any, ClassVar, Self, cast

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.intake import DECIDED, UNDECIDED, IntakeBatch
from nanhu.kernel.proposals import Proposal, proposal_constraints


class CardImport(IntakeBatch):
    what, key, job = _("这份旧卡片"), "assets.card_import", "assets.take_cards"

    class State(models.TextChoices):
        CHECKED = "checked", _("待提交")
        SUBMITTED = "submitted", _("待复核")
        POSTING = "posting", _("登记中")
        POSTED = "posted", _("已登记")
        REFUSED = "refused", _("未同意")
        DISCARDED = "discarded", _("已作废")
        UNDONE = "undone", _("已回滚")

    state = models.TextField(choices=State, default=State.CHECKED)
    month = models.DateField(
        help_text="from it on its cards are depreciated; what they carry reaches to the month before"
    )
    card_count = models.IntegerField()
    value_fen = models.BigIntegerField()

    class Meta:
        db_table = "assets_card_import"
        constraints = [
            *proposal_constraints("assets_card_import", undecided=UNDECIDED, decided=[*DECIDED, "undone"]),
            models.CheckConstraint(
                condition=Q(card_count__gt=0, value_fen__gt=0, month__day=1) & ~Q(title=""),
                name="assets_card_import_says_what",
            ),
        ]

    @property
    def size(self) -> int:
        return self.card_count

    def facts(self) -> dict[str, object]:
        return {"title": self.title, "rows": self.card_count, "fen": self.value_fen}


class CardRow(models.Model):
    """`card`: fields of the asset by name, as checked; `asset`: what became of it."""

    batch = models.ForeignKey(CardImport, on_delete=models.PROTECT, related_name="rows")
    line = models.PositiveIntegerField()
    former_number = models.TextField()
    name = models.TextField()
    card: Any = models.JSONField()
    asset = models.OneToOneField("assets.Asset", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "assets_card_row"
        ordering: ClassVar = ["line"]
        constraints = [models.UniqueConstraint(fields=["batch", "former_number"], name="assets_card_row_once")]


class Rollback(Proposal):
    """An import taken back as a whole (回滚): asked by one, decided by another, who neither handed it in nor approved it."""

    what = _("这次回滚")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        DONE = "done", _("已回滚")
        REFUSED = "refused", _("未同意")

    state = models.TextField(choices=State, default=State.ASKED)
    batch = models.ForeignKey(CardImport, on_delete=models.PROTECT, related_name="rollbacks")
    reason = models.TextField()

    class Meta:
        db_table = "assets_rollback"
        constraints = [
            *proposal_constraints("assets_rollback", undecided=["asked"], decided=["done", "refused"]),
            models.UniqueConstraint(fields=["batch"], condition=Q(state="asked"), name="assets_rollback_one_at_a_time"),
            models.CheckConstraint(condition=~Q(reason=""), name="assets_rollback_says_why"),
        ]

    def __str__(self) -> str:
        return self.batch.title

    @classmethod
    def waiting_for(cls, account_id: int) -> QuerySet[Self]:
        return super().waiting_for(account_id).exclude(batch__author=account_id).exclude(batch__approver=account_id)

    @property
    def others(self) -> Collection[int]:
        """Nobody's, as long as it names no import."""
        if cast("int | None", self.batch_id) is None:
            return ()
        return {one for one in (self.batch.author_id, self.batch.approver_id) if one is not None}
