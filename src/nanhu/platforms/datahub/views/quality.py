"""Quality over time (质量走势): of each source how many lines were taken, and what each rule found, day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import kit
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import Day, Empty, Link, Number, PageRequest, Table, Text, listing
from nanhu.kernel.ui import dates
from nanhu.platforms.datahub import sentences
from nanhu.platforms.datahub.models import QualityDay
from nanhu.platforms.datahub.shared_rows.writers import title_of
from nanhu.platforms.datahub.views.desk import desk

SHOWN: Final = 12
LEAST: Final = 80
"""Percent at the lowest bar: what is below looks as bad as it is."""
DAYS: Final = """
    WITH RECURSIVE known AS (
        SELECT coalesce(nullif(%(key)s, ''), (SELECT min(source) FROM datahub_quality_day)) AS source
        UNION ALL
        SELECT (SELECT min(more.source) FROM datahub_quality_day more WHERE more.source > known.source)
        FROM known WHERE known.source IS NOT NULL AND %(key)s = ''
    )
    SELECT told.* FROM known CROSS JOIN LATERAL (
        SELECT * FROM datahub_quality_day one WHERE one.source = known.source AND last IS NOT NULL ORDER BY day DESC LIMIT %(most)s
    ) AS told ORDER BY told.source, day"""
"""From source to source by the index, and of each its last days: as many rows as are shown, however long the hub has been filled."""
NOTHING = Empty(
    title=_("还没有生效的批次"), icon="chart-line", text=_("来源读入的第一批数据生效以后，这里每有一批生效，多画一天。")
)


@dataclass(frozen=True, slots=True)
class DayOf:
    """What a source said on a day, in one file or in many; `last`: the batch."""

    day: date
    last: int
    rows: int
    accepted: int
    codes: Mapping[str, int]

    @property
    def label(self) -> str:
        return dates.short_day(self.day, self.day.year)

    @property
    def share(self) -> float:
        return self.accepted * 100 / self.rows if self.rows else 100.0

    def frequency(self, code: str) -> float:
        return round(self.codes.get(code, 0) * 1000 / max(self.rows, 1), 1)


@dataclass(frozen=True, slots=True)
class Course:
    """The last days on which a source said something, the oldest first; `pk` is the last batch."""

    key: str
    days: Sequence[DayOf]

    @property
    def last(self) -> DayOf:
        return self.days[-1]

    @property
    def pk(self) -> int:
        return self.last.last

    @property
    def shares(self) -> list[float]:
        return [one.share for one in self.days]


@dataclass(frozen=True, slots=True)
class Rule:
    """How often one rule found something on each of the last days, in a thousand lines; `points`: for its picture."""

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
    """The most frequent of the last day first."""
    codes = {code for one in course.days for code in one.codes}
    found = [Rule(code, [(one.label, one.frequency(code)) for one in course.days]) for code in sorted(codes)]
    return sorted(found, key=lambda one: one.last, reverse=True)


class Courses(Table):
    source = Link(_("来源"), lambda one: title_of(one.key), to="quality_of", by=("key",))
    pk = Link(_("最近一批"), lambda one: f"#{one.pk}", to="batch", by=("pk",))
    at = Day(_("日期"), "last__day")
    rows = Number(_("行"), "last__rows")
    share = Text(_("采用率"), lambda one: f"{one.last.share:.1f}%", is_number=True)
    course = kit.Course(_("最近十二天"), "shares", least=LEAST)


@desk.page(
    "quality/",
    title=_("质量走势"),
    tab=_("质量走势"),
    lead=_("各来源最近十二个有数据的日子里，多少行采用了；最差的在前。柱子最低是百分之八十。"),
)
def quality(request: PageRequest) -> HttpResponseBase:
    lines = sorted(courses(), key=lambda one: one.last.share)
    return listing(request, Courses, lines, per_page=max(len(lines), 1), empty=NOTHING)


def course_of(key: str) -> Course:
    found = next(iter(courses(key)), None)
    if found is None:
        raise NotFoundError(what=_("这个数据来源"))
    return found


@quality.page(
    "<str:key>/",
    title=_("各条规则的走势"),
    lead=_("每条规则在最近十二个有数据的日子里，一千行发现多少处。"),
    subject=course_of,
)
def quality_of(request: PageRequest, course: Course) -> HttpResponse:
    facts = {
        "source": title_of(course.key),
        "shares": [(one.label, round(one.share, 1)) for one in course.days],
        "rules": rules_of(course),
    }
    return render(request, "datahub/quality.html", facts)


def courses(key: str = "") -> list[Course]:
    """Of all sources, or of one."""
    by_source: dict[str, list[DayOf]] = {}
    for one in QualityDay.objects.raw(DAYS, {"key": key, "most": SHOWN}):
        told = DayOf(one.day, one.last or 0, one.rows, one.accepted, one.codes)
        by_source.setdefault(one.source, []).append(told)
    return [Course(source, told) for source, told in by_source.items()]
