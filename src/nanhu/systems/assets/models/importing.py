"""Old cards (旧卡片) handed in as a file, and the school's full table of classes."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rollbacks
from nanhu.kernel.intake import DECIDED, UNDECIDED, UNDONE, IntakeBatch
from nanhu.kernel.proposals import proposal_constraints


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
            *proposal_constraints("assets_card_import", undecided=UNDECIDED, decided=[*DECIDED, UNDONE]),
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


class Rollback(rollbacks.Rollback):
    """An import taken back as a whole (回滚)."""

    what = _("这次旧卡片回滚")
    batch = models.ForeignKey(CardImport, on_delete=models.PROTECT, related_name="rollbacks")

    class Meta:
        db_table = "assets_rollback"
        constraints = rollbacks.rollback_constraints("assets_rollback")
