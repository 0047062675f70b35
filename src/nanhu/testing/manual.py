"""The executable manual: every row A001–A174 of `docs/manual/capabilities.toml`, and whether it holds.

A row holds when at least one test names it (`@pytest.mark.capability("A036")`) and all of those passed in the latest
run; a skipped, failed or unfinished test breaks it. `python -m nanhu.testing.manual` runs these tests and prints the
rows; `--read FILE` prints the rows of a run made earlier with `pytest --manual-report FILE`.
"""

import argparse
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

CATALOGUE: Final = Path("docs/manual/capabilities.toml")
REPORT: Final = Path("var/manual.json")
NO_TESTS: Final = 5
"""pytest's exit code when nothing was selected: then no row holds, which is a result and not a fault."""
RAN: Final = frozenset({0, 1, NO_TESTS})

type State = Literal["holds", "broken", "missing"]


@dataclass(frozen=True, slots=True)
class Capability:
    id: str
    what: str
    module: str
    manual: str


@dataclass(frozen=True, slots=True)
class TestOutcome:
    __test__ = False
    nodeid: str
    outcome: str
    """passed, failed, skipped, or "not run": collected, but no result came back."""


@dataclass(frozen=True, slots=True)
class Row:
    capability: Capability
    tests: tuple[TestOutcome, ...] = field(default=())

    @property
    def state(self) -> State:
        if not self.tests:
            return "missing"
        return "holds" if all(test.outcome == "passed" for test in self.tests) else "broken"

    @property
    def line(self) -> str:
        what = self.capability.what
        if self.state == "missing":
            return f"{self.capability.id} missing  {what}"
        if self.state == "holds":
            count = f"{len(self.tests)} test{'s' if len(self.tests) > 1 else ''}"
            return f"{self.capability.id} holds  {count}  {what}"
        wrong = ", ".join(f"{t.nodeid} ({t.outcome})" for t in self.tests if t.outcome != "passed")
        return f"{self.capability.id} broken  {wrong}  {what}"


def read_catalogue(path: Path) -> dict[str, Capability]:
    with path.open("rb") as file:
        entries = tomllib.load(file)["capability"]
    found = {e["id"]: Capability(e["id"], e["what"], e["module"], e["manual"]) for e in entries}
    if len(found) != len(entries):
        raise ValueError(f"{path}: an id is there twice")
    return found


def rows_of(catalogue: Mapping[str, Capability], report: Mapping[str, Sequence[TestOutcome]]) -> list[Row]:
    return [Row(capability, tuple(report.get(capability.id, ()))) for capability in catalogue.values()]


def read_report(path: Path) -> dict[str, list[TestOutcome]]:
    written = json.loads(path.read_text(encoding="utf-8"))
    return {key: [TestOutcome(t["test"], t["outcome"]) for t in tests] for key, tests in written["rows"].items()}


def write_report(path: Path, report: Mapping[str, Iterable[TestOutcome]]) -> None:
    rows = {
        key: [{"test": t.nodeid, "outcome": t.outcome} for t in sorted(tests, key=lambda t: t.nodeid)]
        for key, tests in sorted(report.items())
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"rows": rows}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def run_tests(report: Path, extra: Sequence[str]) -> int:
    """Runs the tests that name a row in a process of their own; says what failed on standard error."""
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-m", "capability", "--manual-report", str(report), "-q", *extra]
    return subprocess.run(command, stdout=sys.stderr, check=False).returncode


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
        sys.stdout.write(row.line + "\n")
    sys.stdout.write(f"rows: {sum(row.state == 'holds' for row in rows)} of {len(rows)} hold\n")
    return 1 if any(row.state == "broken" for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
