"""Quality over time (质量走势): of each source how many lines were taken, and what each rule found, day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any, Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.kernel.database.values import all_rows
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import Day, Empty, Link, Number, PageRequest, Table, Text, listing
from nanhu.kernel.ui import dates
from nanhu.platforms.datahub import sentences
from nanhu.platforms.datahub.shared.writers import title_of
from nanhu.platforms.datahub.views.desk import desk

SHOWN: Final = 12
BARS: Final = "▁▂▃▄▅▆▇█"
LEAST: Final = 80
"""Percent at the lowest bar: what is below looks as bad as it is."""
TOLD: Final = """
    WITH told AS (
        SELECT source, id, counts, day, dense_rank() OVER (PARTITION BY source ORDER BY day DESC) AS place
        FROM datahub_batch, date(created_at AT TIME ZONE %(zone)s) AS day
        WHERE state = 'applied' AND (%(key)s = '' OR source = %(key)s)
    )"""
A_DAY: Final = """
    SELECT source, day, max(id), coalesce(sum((counts ->> 'rows')::int), 0), coalesce(sum((counts ->> 'accepted')::int), 0)
    FROM told WHERE place <= %(most)s GROUP BY source, day ORDER BY source, day"""
CODES: Final = """
    SELECT day, code, sum(times::int) FROM told, jsonb_each_text(counts -> 'codes') AS one (code, times)
    WHERE place <= %(most)s GROUP BY day, code"""
"""A table that is followed has thousands of batches a day: they are one point."""
NOTHING = Empty(title=_("还没有生效的批次"), icon="chart-line")


@dataclass(frozen=True, slots=True)
class DayOf:
    """What a source said on a day, in one file or in many; `last`: the batch."""

    day: date
    last: int
    rows: int
    accepted: int
    codes: Mapping[str, int] = field(default_factory=dict)

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
    def bars(self) -> str:
        span = (100 - LEAST) / (len(BARS) - 1)
        return "".join(BARS[max(0, round((one.share - LEAST) / span))] for one in self.days)

    @property
    def words(self) -> str:
        shares = [one.share for one in self.days]
        return f"{self.bars} {min(shares):.1f}–{max(shares):.1f}%"


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
    course = Text(_("最近十二天"), "words")


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
    """Of all sources, or of one with what each rule found."""
    facts: dict[str, Any] = {"key": key, "zone": CAMPUS_ZONE.key, "most": SHOWN}
    found: dict[date, dict[str, int]] = {}
    for day, code, times in all_rows(TOLD + CODES, facts) if key else ():
        found.setdefault(day, {})[code] = times
    by_source: dict[str, list[DayOf]] = {}
    for source, day, last, rows, accepted in all_rows(TOLD + A_DAY, facts):
        by_source.setdefault(source, []).append(DayOf(day, last, rows, accepted, found.get(day, {})))
    return [Course(source, told) for source, told in by_source.items()]
