"""Quality over time (质量走势): of each source how many lines of its last files were taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import Empty, Link, Moment, Number, PageRequest, Table, Text, listing
from nanhu.platforms.datahub import sentences
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
    def key(self) -> str:
        return self.last.source

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


@dataclass(frozen=True, slots=True)
class Rule:
    """How often one rule found something in each of the last files, in a thousand lines; `points`: for its picture."""

    code: str
    points: Sequence[tuple[str, float]]

    @property
    def title(self) -> str:
        return sentences.title_of(self.code)

    @property
    def last(self) -> float:
        return self.points[-1][1]

    @property
    def is_worse(self) -> bool:
        """Than it usually was."""
        before = [value for _label, value in self.points[:-1]]
        return bool(before) and self.last > 2 * median(before) and self.last >= 1


def rules_of(course: Course) -> list[Rule]:
    """The most frequent of the last file first."""
    codes = {code for batch in course.batches for code in batch.counts.get("codes", {})}
    found = [Rule(code, [(f"#{one.pk}", frequency(one, code)) for one in course.batches]) for code in sorted(codes)]
    return sorted(found, key=lambda one: one.last, reverse=True)


def frequency(batch: Batch, code: str) -> float:
    found: int = batch.counts.get("codes", {}).get(code, 0)
    rows: int = batch.counts.get("rows", 0)
    return round(found * 1000 / max(rows, 1), 1)


def share_of(counts: Mapping[str, Any]) -> float:
    return counts.get("accepted", 0) * 100 / counts["rows"] if counts.get("rows") else 100.0


class Courses(Table):
    source = Link(_("来源"), lambda one: title_of(one.last.source), to="quality_of", by=("key",))
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


def course_of(key: str) -> Course:
    found = next((one for one in courses() if one.key == key), None)
    if found is None:
        raise NotFoundError(what=_("这个数据来源"))
    return found


@quality.page(
    "<str:key>/",
    title=_("各条规则的走势"),
    lead=_("每条规则在最近十二批里，一千行发现多少处。"),
    subject=course_of,
)
def quality_of(request: PageRequest, course: Course) -> HttpResponse:
    facts = {
        "source": title_of(course.key),
        "shares": [(f"#{one.pk}", round(share, 1)) for one, share in zip(course.batches, course.shares, strict=True)],
        "rules": rules_of(course),
    }
    return render(request, "datahub/quality.html", facts)


def courses() -> list[Course]:
    newest = Window(RowNumber(), partition_by=F("source"), order_by=F("id").desc())
    applied = Batch.objects.filter(state=Batch.State.APPLIED).annotate(place=newest).filter(place__lte=SHOWN)
    by_source: dict[str, list[Batch]] = {}
    for batch in applied.only("source", "counts", "created_at").order_by("id"):
        by_source.setdefault(batch.source, []).append(batch)
    return [Course(batches) for batches in by_source.values()]
