"""The rows of the user manual as the page `/manual/` shows them: what the release promises, and what the last run found."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import manual
from nanhu.kernel.ui.words import reads_chinese
from nanhu.platforms.portal.help import Section, section_of_row

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
    "open": (_("未建"), "attention"),
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
class Stated:
    id: str
    state: str

    @property
    def badge(self) -> tuple[str | Promise, str]:
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class ClauseLine(Stated):
    text: str
    tests: tuple[TestLine, ...]
    reason: str
    """Of what is not built."""


@dataclass(frozen=True, slots=True)
class RowLine(Stated):
    what: str
    section: str
    clauses: tuple[ClauseLine, ...]
    searched: str
    """Ids and texts of both languages, in lower case."""
    tests: str
    """Names of its tests, for whoever is shown them."""

    @property
    def chapter(self) -> str:
        return self.section.partition(".")[0].rstrip("*")

    @property
    def help(self) -> Section | None:
        """Where the user manual says how one does it."""
        return section_of_row(self.id)

    @property
    def was_run(self) -> bool:
        return any(one.tests for one in self.clauses)

    @property
    def held(self) -> int:
        return sum(one.state == "holds" for one in self.clauses)


@dataclass(frozen=True, slots=True)
class Handbook:
    """Rows by chapter. `ran_at` is None where this machine has no run to show; `rows` is empty where the release carries no list."""

    rows: tuple[RowLine, ...]
    has_run: bool
    ran_at: datetime | None

    def count(self) -> Counter[str]:
        return Counter(row.state for row in self.rows)

    def found(self, *, wanted: str = "", state: str = "", chapter: str = "", by_tests: bool = False) -> list[RowLine]:
        text = wanted.strip().lower()
        return [
            row
            for row in self.rows
            if state in {"", row.state}
            and chapter in {"", row.chapter}
            and (text in row.searched or (by_tests and text in row.tests))
        ]


def read() -> Handbook:
    if not manual.CATALOGUE.is_file():
        return Handbook(rows=(), has_run=False, ran_at=None)
    language = "zh" if reads_chinese() else "en"
    return bound(manual.CATALOGUE, changed_at(manual.CATALOGUE), manual.REPORT, changed_at(manual.REPORT), language)


def changed_at(path: Path) -> int:
    """In nanoseconds; 0 where there is no such file."""
    return path.stat().st_mtime_ns if path.is_file() else 0


@lru_cache(maxsize=2)
def bound(catalogue: Path, _catalogue_changed: int, report: Path, report_changed: int, language: str) -> Handbook:
    """Made anew when one of the files has changed."""
    has_run = bool(report_changed)
    rows = manual.rows_of(manual.read_catalogue(catalogue), manual.read_report(report) if has_run else {})
    lines = sorted((line_of(row, has_run=has_run, language=language) for row in rows), key=lambda row: row.chapter)
    return Handbook(rows=tuple(lines), has_run=has_run, ran_at=manual.finished_at(report) if has_run else None)


def line_of(row: manual.Row, *, has_run: bool, language: str) -> RowLine:
    def words(text: manual.Text | None) -> str:
        return str(getattr(text, language)) if text else ""

    clauses = tuple(
        ClauseLine(
            one.id, one.state if has_run or one.reason else NOT_RUN, words(one.text), tests_of(one), words(one.reason)
        )
        for one in row.clauses
    )
    capability = row.capability
    state = row.state if has_run else NOT_RUN
    return RowLine(
        capability.id, state, words(capability.what), capability.manual, clauses, searched_of(row), tests_in(row)
    )


def searched_of(row: manual.Row) -> str:
    capability = row.capability
    texts = [f"{capability.id} {capability.what.en}", capability.what.zh]
    for one in row.clauses:
        texts += [f"{one.id} {one.text.en}", one.text.zh]
    return "\n".join(texts).lower()


def tests_in(row: manual.Row) -> str:
    return "\n".join(test.nodeid for one in row.clauses for test in one.tests).lower()


def tests_of(clause: manual.Clause) -> tuple[TestLine, ...]:
    """The parameters of a test together, by their worst end."""
    worst: dict[str, str] = {}
    for test in clause.tests:
        name = test.nodeid.partition("[")[0]
        worst[name] = min(worst.get(name, "passed"), test.outcome, key=WORST_FIRST.index)
    return tuple(TestLine(name, OUTCOMES.get(outcome, "")) for name, outcome in worst.items())


def by_chapter(rows: Iterable[RowLine]) -> Sequence[tuple[str, str | Promise, list[RowLine]]]:
    """Of rows in the order of the handbook."""
    return [(key, CHAPTERS.get(key, key), list(some)) for key, some in groupby(rows, lambda row: row.chapter)]
