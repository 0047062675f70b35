"""Crews handed in as a file: entered or changed once a second person agreed, given back when it is rolled back."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rollbacks
from nanhu.kernel.intake import RowList, row_list_constraints
from nanhu.kernel.registry import Text
from nanhu.services.requests.models.crews import Crew


class CrewList(RowList):
    """A crew that it does not name stays as it is."""

    what, key, job = _("这份班组表"), "requests.crew_list", "requests.take_crew_list"

    class Meta:
        db_table = "requests_crew_list"
        constraints = row_list_constraints("requests_crew_list")


class CrewRollback(rollbacks.Rollback):
    """A list of crews taken back as a whole (回滚)."""

    what = _("这次班组表回滚")
    batch = models.ForeignKey(CrewList, on_delete=models.PROTECT, related_name="rollbacks")

    class Meta:
        db_table = "requests_crew_rollback"
        constraints = rollbacks.rollback_constraints("requests_crew_rollback")


class CrewListRow(models.Model):
    """A line: `said` as `settings.said_of` says it of a crew; `before`: what the crew said before, null of a new one."""

    batch = models.ForeignKey(CrewList, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    name = models.TextField()
    said: Any = models.JSONField()
    crew = models.ForeignKey(Crew, null=True, on_delete=models.PROTECT, related_name="+")
    before: Any = models.JSONField(null=True)

    class Meta:
        db_table = "requests_crew_list_row"
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="requests_crew_list_row_once")]

    @property
    def outcome(self) -> Text:
        if self.crew_id is None:
            return _("没有写入") if self.batch.posted_at else _("待写入")
        return _("新登记") if self.before is None else _("没有变") if self.before == self.said else _("改了")
