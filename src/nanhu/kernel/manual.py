"""The executable manual: the rows of `docs/manual/capabilities.toml` by their clauses, and how the latest run left them.

A clause (`A036.2`, the second of A036) holds when at least one test names it and all of those passed; a skipped, failed
or unfinished test breaks it. What is not built stands as open with its reason. A row holds when every clause does. `make manual` runs the tests and writes `REPORT`; the
page `/manual/` reads both files and runs nothing.
"""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from nanhu.kernel.clock import now

HOUSE: Final = Path(__file__).parents[3]
CATALOGUE: Final = HOUSE / "docs" / "manual" / "capabilities.toml"
REPORT: Final = HOUSE / "var" / "manual.json"

type State = Literal["holds", "part", "broken", "missing", "open"]


@dataclass(frozen=True, slots=True)
class Text:
    """The same in English and in Chinese."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.en


@dataclass(frozen=True, slots=True)
class Capability:
    id: str
    what: Text
    module: str
    manual: str
    clauses: tuple[Text, ...]
    """What `accept` and `expected` promise, taken apart; the n-th is called `{id}.{n}`."""
    reasons: Mapping[str, Text] = field(default_factory=dict)
    """Why a clause is not built, by its id."""

    def clause_ids(self) -> list[str]:
        return [f"{self.id}.{number}" for number in range(1, len(self.clauses) + 1)]


@dataclass(frozen=True, slots=True)
class TestOutcome:
    __test__ = False
    nodeid: str
    outcome: str
    """passed, failed, skipped, or "not run": collected, but no result came back."""


@dataclass(frozen=True, slots=True)
class Clause:
    id: str
    text: Text
    tests: tuple[TestOutcome, ...] = field(default=())
    reason: Text | None = None
    """Why it is not built; None for one that is."""

    @property
    def state(self) -> State:
        if self.reason is not None:
            return "open"
        if not self.tests:
            return "missing"
        return "holds" if all(test.outcome == "passed" for test in self.tests) else "broken"

    @property
    def line(self) -> str:
        return f"  {self.id} {self.state}  {self._evidence()}{self.text}"

    def _evidence(self) -> str:
        if self.reason is not None:
            return f"({self.reason})  "
        if self.state == "holds":
            return f"{len(self.tests)} test{'s' if len(self.tests) > 1 else ''}  "
        wrong = ", ".join(f"{t.nodeid} ({t.outcome})" for t in self.tests if t.outcome != "passed")
        return f"{wrong}  " if wrong else ""


@dataclass(frozen=True, slots=True)
class Row:
    capability: Capability
    clauses: tuple[Clause, ...]

    @property
    def state(self) -> State:
        states = {clause.state for clause in self.clauses}
        if len(states) == 1:
            return states.pop()
        if states == {"missing", "open"}:
            return "missing"
        return "broken" if "broken" in states else "part"

    @property
    def line(self) -> str:
        held = sum(clause.state == "holds" for clause in self.clauses)
        return f"{self.capability.id} {self.state}  {held} of {len(self.clauses)} clauses  {self.capability.what}"


def read_catalogue(path: Path) -> dict[str, Capability]:
    with path.open("rb") as file:
        entries = tomllib.load(file)["capability"]
    found = {entry["id"]: capability_of(entry) for entry in entries}
    if len(found) != len(entries):
        raise ValueError(f"{path}: an id is there twice")
    if bare := [one.id for one in found.values() if not one.clauses]:
        raise ValueError(f"{path}: without a clause: {', '.join(bare)}")
    return found


def capability_of(entry: Mapping[str, Any]) -> Capability:
    zh, en = entry["zh"], entry.get("en", {})
    english = [en.get(str(number), text) for number, text in enumerate(entry["clauses"], 1)]
    try:
        clauses = tuple(Text(*both) for both in zip(english, zh["clauses"], strict=True))
    except ValueError as uneven:
        raise ValueError(f"{entry['id']}: not every clause is there in both languages") from uneven
    reasons = {f"{entry['id']}.{number}": Text(*both) for number, both in entry.get("open", {}).items()}
    return Capability(entry["id"], Text(entry["what"], zh["what"]), entry["module"], entry["manual"], clauses, reasons)


def rows_of(catalogue: Mapping[str, Capability], report: Mapping[str, Sequence[TestOutcome]]) -> list[Row]:
    return [
        Row(
            one,
            tuple(
                Clause(key, text, tuple(report.get(key, ())), one.reasons.get(key))
                for key, text in zip(one.clause_ids(), one.clauses, strict=True)
            ),
        )
        for one in catalogue.values()
    ]


def read_report(path: Path) -> dict[str, list[TestOutcome]]:
    written = json.loads(path.read_text(encoding="utf-8"))
    return {key: [TestOutcome(t["test"], t["outcome"]) for t in tests] for key, tests in written["clauses"].items()}


def finished_at(path: Path) -> datetime | None:
    """When the run of this report ended; None for one that does not say."""
    moment = json.loads(path.read_text(encoding="utf-8")).get("finished_at")
    return datetime.fromisoformat(moment) if moment else None


def write_report(path: Path, report: Mapping[str, Iterable[TestOutcome]]) -> None:
    clauses = {
        key: [{"test": t.nodeid, "outcome": t.outcome} for t in sorted(tests, key=lambda t: t.nodeid)]
        for key, tests in sorted(report.items())
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    written = {"finished_at": now().isoformat(), "clauses": clauses}
    path.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
