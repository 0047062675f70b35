"""Phones handed in as a file: added or changed once a second person agreed, given back when it is rolled back."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rollbacks
from nanhu.kernel.intake import RowList, row_list_constraints
from nanhu.services.directory.models.book import EXTENSION_SHAPE, NUMBER_SHAPE, Phone


class PhoneList(RowList):
    """What it does not name stays as it is. Emergency numbers are in none: these are changed one by one, by two people."""

    what, key, job = _("这份电话清单"), "directory.phone_list", "directory.take_phone_list"

    class Meta:
        db_table = "directory_phone_list"
        constraints = row_list_constraints("directory_phone_list")


class PhoneRollback(rollbacks.Rollback):
    """A list of phones taken back as a whole (回滚)."""

    what = _("这次电话清单回滚")
    batch = models.ForeignKey(PhoneList, on_delete=models.PROTECT, related_name="rollbacks")

    class Meta:
        db_table = "directory_phone_rollback"
        constraints = rollbacks.rollback_constraints("directory_phone_rollback")


class PhoneListRow(models.Model):
    """A line, and what it made: `before` is what the phone said that it changed, null where it is a new one."""

    class State(models.TextChoices):
        PLANNED = "planned", _("待写入")
        MADE = "made", _("新登记")
        CHANGED = "changed", _("改了")
        SAME = "same", _("没有变")
        LEFT = "left", _("没有写入")
        TAKEN_BACK = "taken_back", _("已恢复")

    batch = models.ForeignKey(PhoneList, on_delete=models.PROTECT, related_name="rows")
    line = models.PositiveIntegerField()
    state = models.TextField(choices=State, default=State.PLANNED)
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    number = models.TextField()
    extension = models.TextField(default="", blank=True)
    hours = models.TextField(default="", blank=True)
    other_hours = models.TextField(default="", blank=True)
    keywords = models.TextField(default="", blank=True)
    phone = models.ForeignKey(Phone, null=True, on_delete=models.PROTECT, related_name="+")
    before: Any = models.JSONField(null=True)

    class Meta:
        db_table = "directory_phone_list_row"
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="directory_phone_list_row_once"),
            models.CheckConstraint(
                condition=Q(number__regex=NUMBER_SHAPE, extension__regex=EXTENSION_SHAPE) & ~Q(name=""),
                name="directory_phone_list_row_says_what",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["made", "changed"]) | Q(phone__isnull=False),
                name="directory_phone_list_row_made_one",
            ),
        ]
