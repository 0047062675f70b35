"""The executable manual: every row A001–A174 of `docs/manual/capabilities.toml` by its clauses, and whether they hold.

A clause (`A036.2`, the second of A036) holds when at least one test names it (`@pytest.mark.capability("A036.2")`) and
all of those passed in the latest run; a skipped, failed or unfinished test breaks it. A row holds when every clause
does. `python -m nanhu.testing.manual` runs these tests and prints rows and clauses; `--read FILE` prints those of a run
made earlier with `pytest --manual-report FILE`.
"""

import argparse
import json
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

CATALOGUE: Final = Path("docs/manual/capabilities.toml")
REPORT: Final = Path("var/manual.json")
NO_TESTS: Final = 5
"""pytest's exit code when nothing was selected: then no row holds, which is a result and not a fault."""
RAN: Final = frozenset({0, 1, NO_TESTS})

type State = Literal["holds", "part", "broken", "missing"]


@dataclass(frozen=True, slots=True)
class Capability:
    id: str
    what: str
    module: str
    manual: str
    clauses: tuple[str, ...]
    """What `accept` and `expected` promise, taken apart; the n-th is called `{id}.{n}`."""

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
    text: str
    tests: tuple[TestOutcome, ...] = field(default=())

    @property
    def state(self) -> State:
        if not self.tests:
            return "missing"
        return "holds" if all(test.outcome == "passed" for test in self.tests) else "broken"

    @property
    def line(self) -> str:
        return f"  {self.id} {self.state}  {self._evidence()}{self.text}"

    def _evidence(self) -> str:
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
        return "broken" if "broken" in states else "part"

    @property
    def line(self) -> str:
        held = sum(clause.state == "holds" for clause in self.clauses)
        return f"{self.capability.id} {self.state}  {held} of {len(self.clauses)} clauses  {self.capability.what}"


def read_catalogue(path: Path) -> dict[str, Capability]:
    with path.open("rb") as file:
        entries = tomllib.load(file)["capability"]
    found = {e["id"]: Capability(e["id"], e["what"], e["module"], e["manual"], tuple(e["clauses"])) for e in entries}
    if len(found) != len(entries):
        raise ValueError(f"{path}: an id is there twice")
    if bare := [one.id for one in found.values() if not one.clauses]:
        raise ValueError(f"{path}: without a clause: {', '.join(bare)}")
    return found


def rows_of(catalogue: Mapping[str, Capability], report: Mapping[str, Sequence[TestOutcome]]) -> list[Row]:
    return [
        Row(
            one,
            tuple(
                Clause(key, text, tuple(report.get(key, ())))
                for key, text in zip(one.clause_ids(), one.clauses, strict=True)
            ),
        )
        for one in catalogue.values()
    ]


def read_report(path: Path) -> dict[str, list[TestOutcome]]:
    written = json.loads(path.read_text(encoding="utf-8"))
    return {key: [TestOutcome(t["test"], t["outcome"]) for t in tests] for key, tests in written["clauses"].items()}


def write_report(path: Path, report: Mapping[str, Iterable[TestOutcome]]) -> None:
    clauses = {
        key: [{"test": t.nodeid, "outcome": t.outcome} for t in sorted(tests, key=lambda t: t.nodeid)]
        for key, tests in sorted(report.items())
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"clauses": clauses}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def run_tests(report: Path, extra: Sequence[str]) -> int:
    """Runs the tests that name a clause in a process of their own; says what failed on standard error."""
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-m", "capability", "--manual-report", str(report), "-q", *extra]
    return subprocess.run(command, stdout=sys.stderr, check=False).returncode


def _summary(rows: Sequence[Row]) -> str:
    states = Counter(row.state for row in rows)
    clauses = Counter(clause.state for row in rows for clause in row.clauses)
    return (
        f"rows: {states['holds']} of {len(rows)} hold, {states['part']} in part, {states['broken']} broken; "
        f"clauses: {clauses['holds']} of {clauses.total()} hold"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m nanhu.testing.manual", description="The rows of the user manual.")
    parser.add_argument("--read", metavar="FILE", type=Path, help="print the rows of an earlier run, run nothing")
    parser.add_argument("--report", metavar="FILE", type=Path, default=REPORT, help=f"where the run is kept ({REPORT})")
    parser.add_argument("--catalogue", metavar="FILE", type=Path, default=CATALOGUE)
    options, extra = parser.parse_known_args(arguments)
    if options.read is None:
        code = run_tests(options.report, extra)
        if code not in RAN:
            sys.stderr.write(f"manual: the tests did not run to their end (pytest exit {code}); no row is judged\n")
            return code
    rows = rows_of(read_catalogue(options.catalogue), read_report(options.read or options.report))
    for row in rows:
        sys.stdout.write("".join(f"{line}\n" for line in (row.line, *(clause.line for clause in row.clauses))))
    sys.stdout.write(_summary(rows) + "\n")
    return 1 if any(row.state == "broken" for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
