"""Hours of units (作息): seasons and closed days, dated."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.dated import DatedRule, dated_constraints
from nanhu.kernel.registry import Text


class UnitHours(DatedRule):
    """A season with its hours on working days and on the rest (作息), or days on which a unit is closed or keeps other hours (停办公).
    What a unit says goes before what a unit above it says; `rules.inherited`. Hours as "08:30-12:00 14:30-17:30"; empty: nobody."""

    what: ClassVar[Text] = _("这条作息")
    key = ("unit_id", "kind")

    class Kind(models.TextChoices):
        SEASON = "season", _("办公作息")
        CLOSED = "closed", _("停办公")

    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    kind = models.TextField(choices=Kind)
    title = models.TextField(help_text="夏季作息, 运动会")
    hours = models.TextField(default="", blank=True)
    other_hours = models.TextField(default="", blank=True)

    class Meta:
        db_table = "directory_unit_hours"
        constraints = [
            *dated_constraints("directory_unit_hours", "unit", "kind"),
            models.CheckConstraint(
                condition=~Q(title="")
                & ((Q(kind="season") & ~Q(hours="")) | Q(kind="closed", ends_on__isnull=False, other_hours="")),
                name="directory_unit_hours_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.title
