"""Rooms handed in as a sheet: what it would change, and what stood there before, so that it can be taken back."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rollbacks
from nanhu.kernel.intake import DECIDED, UNDECIDED, UNDONE, IntakeBatch
from nanhu.kernel.proposals import proposal_constraints


class RoomImport(IntakeBatch):
    """A sheet of rooms, valid as a whole."""

    what, key, job = _("这份房间表"), "campus.room_import", "campus.take_rooms"

    class State(models.TextChoices):
        CHECKED = "checked", _("待提交")
        SUBMITTED = "submitted", _("待复核")
        POSTING = "posting", _("登记中")
        POSTED = "posted", _("已登记")
        REFUSED = "refused", _("未同意")
        DISCARDED = "discarded", _("已作废")
        UNDONE = "undone", _("已回滚")
        FAILED = "failed", _("没有登记成")

    state = models.TextField(choices=State, default=State.CHECKED)
    added_count = models.IntegerField()
    changed_count = models.IntegerField()
    same_count = models.IntegerField()
    failure = models.TextField(default="", blank=True, help_text="why it could not be registered")

    class Meta:
        db_table = "campus_room_import"
        constraints = [
            models.CheckConstraint(
                condition=Q(added_count__gte=0, changed_count__gte=0, same_count__gte=0) & ~Q(title=""),
                name="campus_room_import_says_what",
            ),
            *proposal_constraints("campus_room_import", undecided=UNDECIDED, decided=[*DECIDED, UNDONE, "failed"]),
        ]

    @property
    def size(self) -> int:
        return self.added_count + self.changed_count

    def facts(self) -> dict[str, object]:
        return {"title": self.title, "rooms_added": self.added_count, "rooms_changed": self.changed_count}


class RoomRollback(rollbacks.Rollback):
    """A sheet taken back as a whole (回滚)."""

    what = _("这次房间表回滚")
    batch = models.ForeignKey(RoomImport, on_delete=models.PROTECT, related_name="rollbacks")

    class Meta:
        db_table = "campus_room_rollback"
        constraints = rollbacks.rollback_constraints("campus_room_rollback")


class RoomImportRow(models.Model):
    """A line: the room as it is to be, and as it stood before; nothing before where it is new. `place_before`: name and building of a
    place that stood there and was no room yet, which a roll-back leaves."""

    class Change(models.TextChoices):
        ADD = "add", _("新增")
        CHANGE = "change", _("修改")
        SAME = "same", _("不变")

    batch = models.ForeignKey(RoomImport, on_delete=models.PROTECT, related_name="rows")
    line = models.IntegerField()
    code = models.TextField()
    change = models.TextField(choices=Change)
    after: Any = models.JSONField()
    before: Any = models.JSONField(null=True)
    place_before: Any = models.JSONField(null=True)

    class Meta:
        db_table = "campus_room_import_row"
        constraints = [
            models.UniqueConstraint(fields=["batch", "code"], name="campus_room_import_row_once"),
            models.CheckConstraint(
                condition=Q(change="add", before=None) | Q(change__in=["change", "same"], before__isnull=False),
                name="campus_room_import_row_change",
            ),
        ]
