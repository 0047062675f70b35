"""Quality over time (质量走势): of each source how many lines of its last files were taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Empty, Link, Moment, Number, PageRequest, Table, Text, listing
from nanhu.platforms.datahub.models import Batch
from nanhu.platforms.datahub.shared.writers import title_of
from nanhu.platforms.datahub.views.desk import desk

SHOWN: Final = 12
BARS: Final = "▁▂▃▄▅▆▇█"
LEAST: Final = 80
"""Percent at the lowest bar: what is below looks as bad as it is."""
NOTHING = Empty(title=_("还没有生效的批次"), icon="chart-line")


@dataclass(frozen=True, slots=True)
class Course:
    """The last files of a source, the oldest first; `pk` is the last one's."""

    batches: Sequence[Batch]

    @property
    def last(self) -> Batch:
        return self.batches[-1]

    @property
    def pk(self) -> int:
        return self.last.pk

    @property
    def shares(self) -> list[float]:
        return [share_of(one.counts) for one in self.batches]

    @property
    def bars(self) -> str:
        span = (100 - LEAST) / (len(BARS) - 1)
        return "".join(BARS[max(0, round((share - LEAST) / span))] for share in self.shares)

    @property
    def words(self) -> str:
        return f"{self.bars} {min(self.shares):.1f}–{max(self.shares):.1f}%"


def share_of(counts: Mapping[str, Any]) -> float:
    return counts.get("accepted", 0) * 100 / counts["rows"] if counts.get("rows") else 100.0


class Courses(Table):
    source = Text(_("来源"), lambda one: title_of(one.last.source))
    pk = Link(_("最近一批"), lambda one: f"#{one.pk}", to="batch", by=("pk",))
    at = Moment(_("时间"), "last__created_at")
    rows = Number(_("行"), "last__counts__rows")
    share = Text(_("采用率"), lambda one: f"{one.shares[-1]:.1f}%", is_number=True)
    course = Text(_("最近十二批"), "words")


@desk.page(
    "quality/",
    title=_("质量走势"),
    tab=_("质量走势"),
    lead=_("各来源最近十二批里，多少行采用了；最差的在前。柱子最低是百分之八十。"),
)
def quality(request: PageRequest) -> HttpResponseBase:
    lines = sorted(courses(), key=lambda one: one.shares[-1])
    return listing(request, Courses, lines, per_page=max(len(lines), 1), empty=NOTHING)


def courses() -> list[Course]:
    newest = Window(RowNumber(), partition_by=F("source"), order_by=F("id").desc())
    applied = Batch.objects.filter(state=Batch.State.APPLIED).annotate(place=newest).filter(place__lte=SHOWN)
    by_source: dict[str, list[Batch]] = {}
    for batch in applied.only("source", "counts", "created_at").order_by("id"):
        by_source.setdefault(batch.source, []).append(batch)
    return [Course(batches) for batches in by_source.values()]
