"""Shared tables: a roster of 31,000 people with 14 rows each, then 100,000 of them changed, beside a plain COPY of the same rows.

Reads are of the cards of 31,000 people. `NANHU_BENCH_PEOPLE` is another number of people.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from statistics import median

from bench.campus import ROOT, fresh_campus
from bench.report import Report

EACH, MANY, TIMES = 14, 100_000, 300


def run(report: Report) -> None:
    with fresh_campus(demo=False) as campus:
        campus.nanhu("migrate", "--verbosity", "0")
        environment = {**campus.environment, "DJANGO_SETTINGS_MODULE": "nanhu.project.settings"}
        command = [sys.executable, "-m", "bench.shared_tables"]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr[-4000:])
        for name, value, unit, baseline in json.loads(done.stdout.splitlines()[-1]):
            report(name, value, unit, baseline)


def roster(people: int, course: str) -> list[dict[str, str]]:
    return [
        {
            "term": "2026-2027-1",
            "section": f"(2026-2027-1)-B{n % 900:04d}-{k:02d}",
            "campus_no": f"142311{n:05d}",
            "course": f"{course}{k:03d}",
            "course_name": "高等数学A",
            "kind": "first",
        }
        for n in range(people)
        for k in range(EACH)
    ]


def cards(people: int) -> list[dict[str, object]]:
    return [
        {
            "uid": f"{n:014X}",
            "number": f"{n:010d}",
            "campus_no": f"142311{n:05d}",
            "holder_class": "student",
            "sub_class": "统招本科",
            "state": "issued" if n % 10 else "lost",
            "valid_from": date(2023, 9, 1),
            "valid_until": date(2027, 8, 31),
        }
        for n in range(people)
    ]


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def copied(rows: list[dict[str, str]]) -> None:
    """The floor: the same rows into a bare table without a key."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bench_copy (a text, b text, c text, d text, e text, f text)")
        with cursor.cursor.copy("COPY bench_copy FROM STDIN") as copy:
            for row in rows:
                copy.write_row(list(row.values()))
        cursor.execute("DROP TABLE bench_copy")


def measured(people: int) -> list[tuple[str, float, str, float | None]]:
    from django.db import connection

    from nanhu.kernel.actors import Actor
    from nanhu.platforms.datahub import api as datahub

    by, table = Actor.system("bench"), "academic.roster"
    first, second = roster(people, "B"), roster(people, "C")[:MANY]
    found: list[tuple[str, float, str, float | None]] = []

    def put(name: str, rows: list[dict[str, str]], baseline: float) -> None:
        found.append((name, timed(lambda: datahub.put(table, rows, by=by)), "s", baseline))

    whole, part = timed(lambda: copied(first)), timed(lambda: copied(second))
    put("shared_tables_put_all", first, whole)
    put("shared_tables_put_changed", second, part)
    put("shared_tables_put_same", second, part)
    new = [row | {"term": "2026-2027-2"} for row in second]
    put("shared_tables_put_new", new, part)
    datahub.put("card.card", cards(people), by=by)
    then = datetime.now(UTC)
    datahub.put("card.card", [card | {"state": "closed"} for card in cards(people // 10)], by=by)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE datahub_shared_row")
        cursor.execute("SELECT pg_total_relation_size('datahub_shared_row') / count(*)::float FROM datahub_shared_row")
        found.append(("shared_tables_row_on_disk", cursor.fetchone()[0], "bytes", None))
    keys = [(f"{n:014X}",) for n in range(TIMES)]
    reads: dict[str, Callable[[], object]] = {
        "shared_tables_rows_all": lambda: datahub.rows("card.card"),
        "shared_tables_rows_where": lambda: datahub.rows("card.card", {"state": "lost"}),
        "shared_tables_rows_as_of": lambda: datahub.rows("card.card", as_of=then),
        "shared_tables_rows_one_key": lambda: datahub.rows("card.card", keys=[keys.pop()]),
    }
    for name, read in reads.items():
        turns = [timed(read) for _turn in range(200 if name.endswith("key") else 5)]
        found.append((name, median(turns) * 1000, "ms", None))
    return found


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
    import django

    django.setup()
    print(json.dumps(measured(int(os.environ.get("NANHU_BENCH_PEOPLE", "31000")))))
