"""Old cards (旧卡片) handed in as a file, and the school's full table of classes."""

from collections.abc import Collection
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rollbacks
from nanhu.kernel.intake import DECIDED, UNDECIDED, UNDONE, IntakeBatch
from nanhu.kernel.proposals import proposal_constraints
from nanhu.systems.assets.errors import ClassesChangedError
from nanhu.systems.assets.models.receiving import ReceiptLine
from nanhu.systems.assets.models.things import Asset, Classification
from nanhu.systems.assets.rules import class_above


class ListState(models.TextChoices):
    CHECKED = "checked", _("待提交")
    SUBMITTED = "submitted", _("待复核")
    POSTING = "posting", _("登记中")
    POSTED = "posted", _("已登记")
    REFUSED = "refused", _("未同意")
    DISCARDED = "discarded", _("已作废")
    UNDONE = "undone", _("已回滚")


class CardImport(IntakeBatch):
    """A file of old asset cards: read, checked, agreed to by a second person, taken in and rolled back."""

    what, key, job = _("这份旧卡片"), "assets.card_import", "assets.take_cards"

    State = ListState
    state = models.TextField(choices=ListState, default=ListState.CHECKED)
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


def former_numbers_waiting(numbers: Collection[str]) -> set[str]:
    """Those of old cards that are handed in and not entered yet."""
    ended = [CardImport.State.POSTED, CardImport.State.REFUSED, CardImport.State.DISCARDED, CardImport.State.UNDONE]
    rows = CardRow.objects.filter(former_number__in=numbers).exclude(batch__state__in=ended)
    return set(rows.values_list("former_number", flat=True))


class Rollback(rollbacks.Rollback):
    """An import taken back as a whole (回滚)."""

    what = _("这次旧卡片回滚")
    batch = models.ForeignKey(CardImport, on_delete=models.PROTECT, related_name="rollbacks")

    class Meta:
        db_table = "assets_rollback"
        constraints = rollbacks.rollback_constraints("assets_rollback")


class ClassImport(IntakeBatch):
    """The national table of classes (GB/T 14885), or a part of it: adds classes and sets what is said of them; none goes."""

    what, key, job = _("这份分类表"), "assets.class_import", "assets.take_classes"

    State = ListState
    state = models.TextField(choices=ListState, default=ListState.CHECKED)
    class_count = models.IntegerField()
    new_count = models.IntegerField()

    class Meta:
        db_table = "assets_class_import"
        constraints = [
            *proposal_constraints("assets_class_import", undecided=UNDECIDED, decided=[*DECIDED, UNDONE]),
            models.CheckConstraint(
                condition=Q(class_count__gt=0, new_count__gte=0) & ~Q(title=""), name="assets_class_import_says_what"
            ),
        ]

    @property
    def size(self) -> int:
        return self.class_count

    def facts(self) -> dict[str, object]:
        return {"title": self.title, "rows": self.class_count, "new": self.new_count}

    def refuse_work(self) -> None:
        """Asked again: what it divides has no things, and what things are of keeps whether it loses value."""
        used, known = classes_in_use(), dict(Classification.objects.values_list("code", "is_depreciable"))
        for row in self.rows.all():
            is_turned = row.code in used and known.get(row.code) != row.is_depreciable
            if is_turned or (row.code not in known and class_above(row.code) in used):
                raise ClassesChangedError(code=row.code)


class ClassRollback(rollbacks.Rollback):
    """A table of classes taken back as a whole (回滚)."""

    what = _("这次资产分类表回滚")
    batch = models.ForeignKey(ClassImport, on_delete=models.PROTECT, related_name="rollbacks")

    class Meta:
        db_table = "assets_class_rollback"
        constraints = rollbacks.rollback_constraints("assets_class_rollback")


class ClassRow(models.Model):
    """What a class is from then on. `before`: its name until then, "" of a new one."""

    batch = models.ForeignKey(ClassImport, on_delete=models.PROTECT, related_name="rows")
    line = models.PositiveIntegerField()
    code = models.TextField()
    name = models.TextField()
    before = models.TextField(default="", blank=True)
    was: Any = models.JSONField(null=True, help_text="all that was said of it until then")
    measure = models.TextField()
    is_depreciable = models.BooleanField()
    holds_data = models.BooleanField()

    class Meta:
        db_table = "assets_class_row"
        ordering: ClassVar = ["line"]
        constraints = [models.UniqueConstraint(fields=["batch", "code"], name="assets_class_row_once")]


def classes_in_use() -> set[str]:
    """Codes of those under which a thing, or a line of a receipt, is entered."""
    things = Asset.objects.values_list("classification__code", flat=True).distinct()
    return {*things, *ReceiptLine.objects.values_list("classification__code", flat=True).distinct()}
