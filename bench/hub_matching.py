"""Matching of 31,000 persons' rows by the frozen model, beside a bare Splink run over the same rows and pairs in the same run: seconds
of processor and peak memory, each in a process of its own; and precision, recall with the queue and questions on these unseen rows.

`NANHU_BENCH_PEOPLE` is another number of people."""

import json
import os
import resource
import subprocess
import sys
import time
from datetime import date
from typing import Any

from msgspec import convert

from bench.campus import ROOT
from bench.inside import set_up_django
from bench.report import Report

PEOPLE = int(os.environ.get("NANHU_BENCH_PEOPLE", "31000"))
SEED, TODAY = 90_211, date(2026, 11, 29)


def run(report: Report) -> None:
    ours, theirs = measured("ours"), measured("splink")
    report("hub_matching_rows", ours["rows"], "rows")
    report("hub_matching_cpu", ours["cpu"], "s", theirs["cpu"])
    report("hub_matching_memory", ours["peak_mb"], "MiB", theirs["peak_mb"])
    report("hub_matching_memory_added", ours["added_mb"], "MiB", theirs["peak_mb"])
    same = {tuple(pair) for pair in ours["pairs"]} & {tuple(pair) for pair in theirs["pairs"]}
    report("hub_matching_pairs", len(ours["pairs"]), "pairs", len(theirs["pairs"]))
    report("hub_matching_pairs_of_both", len(same), "pairs", len(theirs["pairs"]))
    for name, value, wanted in measured("truth")["figures"]:
        report(f"hub_matching_{name}", value, "share", wanted)


def measured(what: str) -> dict[str, Any]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "nanhu.project.settings"}
    command = [sys.executable, "-m", "bench.hub_matching", what]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-4000:])
    return json.loads(done.stdout.splitlines()[-1])


def main(what: str) -> dict[str, Any]:
    set_up_django()
    return {"ours": by_us, "splink": by_splink, "truth": by_truth}[what](rows_of_rosters())


def rows_of_rosters() -> list[Any]:
    from nanhu.platforms.datahub.matching.training import LabelledRow
    from nanhu.sample.rosters import line_of, rosters

    return [convert(line_of(row), LabelledRow) for row in rosters(seed=SEED, people=PEOPLE, today=TODAY)]


def spent(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def by_us(rows: list[Any]) -> dict[str, Any]:
    from nanhu.platforms.datahub.matching.book import Known
    from nanhu.platforms.datahub.matching.duplicates import find_duplicates
    from nanhu.platforms.datahub.matching.model import checked_model

    model = checked_model()
    people = [
        Known(
            place,
            row.name,
            birth_date=row.birth,
            sex=row.sex,
            phone_index=row.phone.encode() or None,
            numbers={row.campus_no},
        )
        for place, row in enumerate(rows)
    ]
    began, before = spent(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = find_duplicates(people, people, lambda asked: {one: rows[one].document for one in asked}, model)
    cpu = spent(resource.RUSAGE_SELF) - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "rows": len(rows),
        "cpu": cpu,
        "peak_mb": peak,
        "added_mb": peak - before,
        "pairs": [(one.left, one.right) for one in found],
    }


def by_splink(rows: list[Any]) -> dict[str, Any]:
    """The frozen settings, all pairs of the same blocks, no training."""
    from nanhu.platforms.datahub.matching.model import SUGGEST, model_path
    from nanhu.platforms.datahub.matching.training import run as run_splink

    settings = json.loads(model_path().read_text(encoding="utf-8"))["splink"]
    began = time.perf_counter()
    told = run_splink([one.traits for one in rows], settings, is_training=False)
    found = [one for one in told["pairs"] if one[2] >= SUGGEST]
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "cpu": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,
        "pairs": [sorted(pair) for *pair, _share in found],
        "shares": [share for *_pair, share in found],
        "seconds": time.perf_counter() - began,
    }


def by_truth(rows: list[Any]) -> dict[str, Any]:
    from nanhu.platforms.datahub.matching.model import checked_model
    from nanhu.platforms.datahub.matching.training import Trial

    found = Trial(checked_model()).measure(rows)
    wanted = {"precision": 1.0, "recall": None, "recall_with_queue": 0.995, "questions": 0.01, "truly_one": 0.8}
    print(found, file=sys.stderr)
    return {"figures": [(name, getattr(found, name), aim) for name, aim in wanted.items()]}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
