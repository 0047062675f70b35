"""A year of payments: a wallet's queries under 50 ms, a day close under 2 minutes, and how both grow.

`NANHU_BENCH_YEAR_ROWS` names the sizes in turn, such as 1000000,10000000,30000000; one million unless it is set.
`NANHU_BENCH_YEAR_SEALED` is the largest of them that is sealed and verified too.
"""

import json
import os
import subprocess
import sys

from bench.campus import ROOT, fresh_campus
from bench.report import Report
from nanhu.kernel.child_processes import dying_with_parent

PEOPLE = 30_000
TERMINALS = 320
MOST_MS, MOST_CLOSE_SECONDS = 50, 120


def run(report: Report) -> None:
    sizes = os.environ.get("NANHU_BENCH_YEAR_ROWS", "1000000")
    with fresh_campus(demo=False) as campus:
        campus.nanhu("migrate")
        plan = campus.folder / "load.json"
        environment = {**campus.environment, "DJANGO_SETTINGS_MODULE": "nanhu.project.settings"}
        environment |= {name: os.environ[name] for name in ("NANHU_BENCH_YEAR_SEALED",) if name in os.environ}
        seed = [sys.executable, "-m", "bench.load.seed", str(PEOPLE), str(TERMINALS), str(plan)]
        subprocess.run(seed, check=True, cwd=ROOT, env=environment)
        command = [sys.executable, "-m", "bench.load.year", sizes, str(plan)]
        with subprocess.Popen(
            dying_with_parent(command), cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        ) as process:
            for line in process.stdout or ():
                told = json.loads(line)
                report(told["name"], told["value"], told["unit"], limit_of(told["name"]))
        if process.returncode:
            raise RuntimeError("the year's program failed")
        print(campus.nanhu("ledger", "check").strip())


def limit_of(name: str) -> float | None:
    """The bound the figure is held against; a ratio below 1 is within it."""
    if name.endswith(("_balance_p99", "_three_months_p99")):
        return MOST_MS
    return MOST_CLOSE_SECONDS if name.endswith("_day_close") else None
