"""How fast the machine is while the tests run: what one fixed piece of work takes, against what it took where the budgets were measured.

The same test needs up to twice the processor seconds where its core is shared with other work (a second thread of the core, a full
cache, a busy host); a budget in processor seconds means nothing without that.
"""

import gc
import json
import time
from statistics import median

USUAL_SECONDS = 0.008
"""What `work` takes, by the median of a whole run of four workers on two threads of one core in which all tests used 2,180 seconds; 0.0055
where the core is idle."""
EACH_TESTS = 50
"""After how many tests a worker measures again."""
ROUNDS = 5
ROWS = [
    {"number": str(20260000 + n), "name": "王小明" * 2, "unit": n % 97, "moments": [n * k for k in range(8)]}
    for n in range(500)
]


def work() -> int:
    """Objects, texts, sorting and hashing, as tests of pages have them: some hundred thousand steps, some megabytes."""
    by_unit: dict[int, list[str]] = {}
    for _round in range(ROUNDS):
        for one in json.loads(json.dumps(ROWS, ensure_ascii=False)):
            by_unit.setdefault(one["unit"], []).append(one["number"] + one["name"])
    return sum(len(",".join(sorted(names))) for names in by_unit.values())


def measured() -> float:
    """Processor seconds of this thread for `work` now; without the collector, whose time grows with what the tests before left."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        began = time.thread_time()
        work()
        return time.thread_time() - began
    finally:
        if was_on:
            gc.enable()


def slowness(found: list[float]) -> float:
    """How many times dearer than usual processor time was."""
    return median(found) / USUAL_SECONDS if found else 1.0
