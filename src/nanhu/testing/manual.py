"""Runs the tests that name a clause of the manual (`@pytest.mark.capability("A036.2")`) and prints rows and clauses.

`python -m nanhu.testing.manual` runs them; `--read FILE` prints those of a run made earlier with
`pytest --manual-report FILE`. What a row and a clause are: `nanhu.kernel.manual`.
"""

import argparse
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from nanhu.kernel.manual import CATALOGUE, REPORT, Row, read_catalogue, read_report, rows_of

NO_TESTS: Final = 5
"""pytest's exit code when nothing was selected: then no row holds, which is a result and not a fault."""
RAN: Final = frozenset({0, 1, NO_TESTS})


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
        f"clauses: {clauses['holds']} of {clauses.total()} hold, {clauses['open']} open"
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
