"""The rows of the user manual as the page `/manual/` shows them: what the release promises, and what the last run found."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import manual

CHAPTERS: Final = {
    "1": _("智慧校园总体介绍"),
    "2": _("信息门户平台"),
    "3": _("移动校园"),
    "4": _("“云闪付”电子校园卡"),
    "5": _("校园卡服务"),
    "6": _("完美校园"),
    "7": _("VPN 软件（教师专用）"),
    "8": _("校园无线网"),
}
NOT_RUN: Final = "not_run"
STATES: Final = {
    "holds": (_("成立"), "good"),
    "part": (_("部分成立"), "attention"),
    "broken": (_("不成立"), "danger"),
    "missing": (_("没有测试"), "quiet"),
    NOT_RUN: (_("未运行"), "quiet"),
}
WORST_FIRST: Final = ("failed", "skipped", "not run", "passed")
OUTCOMES: Final = {"failed": _("没通过"), "skipped": _("被跳过"), "not run": _("没有跑完")}


@dataclass(frozen=True, slots=True)
class TestLine:
    """One test, its parameters together; `outcome` is empty when all of them passed."""

    __test__ = False
    name: str
    outcome: str | Promise


@dataclass(frozen=True, slots=True)
class ClauseLine:
    id: str
    text: str
    state: str
    tests: tuple[TestLine, ...]

    @property
    def badge(self) -> tuple[str | Promise, str]:
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class RowLine:
    id: str
    what: str
    section: str
    state: str
    clauses: tuple[ClauseLine, ...]

    @property
    def badge(self) -> tuple[str | Promise, str]:
        return STATES[self.state]

    @property
    def chapter(self) -> str:
        return self.section.partition(".")[0].rstrip("*")

    @property
    def held(self) -> int:
        return sum(one.state == "holds" for one in self.clauses)

    def says(self, wanted: str) -> bool:
        tests = (test.name for clause in self.clauses for test in clause.tests)
        clauses = (f"{clause.id} {clause.text}" for clause in self.clauses)
        return any(wanted in text.lower() for text in (f"{self.id} {self.what}", *clauses, *tests))


@dataclass(frozen=True, slots=True)
class Handbook:
    """`ran_at` is None where this machine has no run to show; `rows` is empty where the release carries no list."""

    rows: tuple[RowLine, ...]
    has_run: bool
    ran_at: datetime | None

    def count(self) -> Counter[str]:
        return Counter(row.state for row in self.rows)

    def found(self, *, wanted: str = "", state: str = "", chapter: str = "") -> list[RowLine]:
        asked = wanted.strip().lower()
        return [
            row
            for row in self.rows
            if state in {"", row.state} and chapter in {"", row.chapter} and (not asked or row.says(asked))
        ]


def read() -> Handbook:
    if not manual.CATALOGUE.is_file():
        return Handbook(rows=(), has_run=False, ran_at=None)
    has_run = manual.REPORT.is_file()
    report = manual.read_report(manual.REPORT) if has_run else {}
    catalogue = catalogue_of(manual.CATALOGUE, manual.CATALOGUE.stat().st_mtime_ns)
    rows = manual.rows_of(catalogue, report)
    ran_at = manual.finished_at(manual.REPORT) if has_run else None
    return Handbook(rows=tuple(line_of(row, has_run=has_run) for row in rows), has_run=has_run, ran_at=ran_at)


@lru_cache(maxsize=1)
def catalogue_of(path: Path, _changed_at: int) -> Mapping[str, manual.Capability]:
    return manual.read_catalogue(path)


def line_of(row: manual.Row, *, has_run: bool) -> RowLine:
    clauses = tuple(
        ClauseLine(one.id, one.text, one.state if has_run else NOT_RUN, tests_of(one)) for one in row.clauses
    )
    told = row.capability
    return RowLine(told.id, told.what, told.manual, row.state if has_run else NOT_RUN, clauses)


def tests_of(clause: manual.Clause) -> tuple[TestLine, ...]:
    """The parameters of a test together, by their worst end."""
    worst: dict[str, str] = {}
    for test in clause.tests:
        name = test.nodeid.partition("[")[0]
        worst[name] = min(worst.get(name, "passed"), test.outcome, key=WORST_FIRST.index)
    return tuple(TestLine(name, OUTCOMES.get(outcome, "")) for name, outcome in worst.items())


def by_chapter(rows: Iterable[RowLine]) -> Sequence[tuple[str, str | Promise, list[RowLine]]]:
    ordered = sorted(rows, key=lambda row: row.chapter)
    return [(key, CHAPTERS.get(key, key), list(some)) for key, some in groupby(ordered, lambda row: row.chapter)]
