"""The hub at the size of a school: a table of 3 million rows (a file of 300 MB) read, compared, emptied; the same file at an office's
door; a night of three hundred tables; fourteen systems that tell of 31,000 people, and a day of a million rows changed. Seconds of
processor and peak memory, each beside a bare scan or COPY of the same rows in the same run.

`NANHU_BENCH_SCALE` is a share of it all (0.1)."""

import json
import os
import resource
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.campus import fresh_campus
from bench.inside import ask_inside, set_up_django
from bench.large_tables import KEY, declare, write_snapshot
from bench.report import Report

SHARE = float(os.environ.get("NANHU_BENCH_SCALE", "1"))
ROWS, TABLES, TABLE_ROWS = int(3_000_000 * SHARE), int(300 * SHARE), 10_000
PEOPLE, SOURCES, CHANGED = int(31_000 * SHARE), 14, int(1_000_000 * SHARE)
A_DAY = 3_000_000
"""The most that the plan speaks of."""
DIFFERENCE_SECONDS, MEMORY_MB, DAY_SECONDS = 10, 1_500, 86_400
PARTS = ("large_table", "office_door", "night", "day")
SCAN = """
import json, resource, sys, time, duckdb
line = duckdb.connect(config={"threads": 2, "memory_limit": "1GB"})
began = time.perf_counter()
for path in sys.argv[1:]:
    heads = [one[0] for one in line.execute(f"DESCRIBE SELECT * FROM read_csv('{path}', header = true, all_varchar = true)").fetchall()]
    most = ", ".join(f'max("{one}")' for one in heads)
    line.execute(f"SELECT count(*), {most} FROM read_csv('{path}', header = true, all_varchar = true)").fetchall()
used = resource.getrusage(resource.RUSAGE_SELF)
wall = time.perf_counter() - began
print(json.dumps({"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024}))
"""


def run(report: Report) -> None:
    with fresh_campus() as campus:
        campus.nanhu("migrate", "--verbosity", "0")
        for part in PARTS:
            # each in a process of its own: its memory is nobody else's
            for name, value, unit, baseline in ask_inside(campus, "bench.hub_scale", part, str(campus.folder)):
                report(f"hub_scale_{name}", value, unit, baseline)


def scanned(*paths: Path) -> dict[str, float]:
    told = subprocess.run([sys.executable, "-c", SCAN, *map(str, paths)], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(told.stdout)
    return found


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def cpu() -> float:
    own, below = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + below.ru_utime + below.ru_stime


def large_table(folder: Path) -> list[Any]:
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.datahub.snapshots.taking import snapshots, take_snapshot
    from nanhu.platforms.datahub.warehouse.declared import declared

    declare(folder)
    first, later, empty = (folder / f"{name}.csv" for name in ("first", "later", "empty"))
    write_snapshot(first, ROWS)
    write_snapshot(later, ROWS, is_later=True)
    empty.write_text(first.open(encoding="utf-8").readline(), encoding="utf-8")
    bare = scanned(later)
    found: list[Any] = [("table_file", later.stat().st_size / 2**20, "MiB", None)]
    for name, path in (("first", first), ("later", later)):
        began = time.perf_counter()
        made = take_snapshot(by=Actor.system("bench"), key=KEY, path=path).counts
        wall = time.perf_counter() - began
        found += [
            (f"table_{name}", wall, "s", bare["wall"]),
            (f"table_{name}_cpu", made["cpu"], "s", bare["cpu"]),
            (f"table_{name}_memory", made["peak_mb"], "MiB", MEMORY_MB),
            (f"table_{name}_rows", made["rows"] / wall, "rows/s", ROWS / bare["wall"]),
            (f"table_{name}_rules", made["seconds"]["rules"], "s", None),
        ]
    found += [
        ("table_difference", made["seconds"]["difference"], "s", DIFFERENCE_SECONDS),
        ("table_changed", made["created"] + made["changed"] + made["removed"], "rows", None),
    ]
    before, began = snapshots(declared(KEY)), time.perf_counter()
    if take_snapshot(by=Actor.system("bench"), key=KEY, path=empty).gate_level != "red":
        raise AssertionError("an emptied table stands")
    if snapshots(declared(KEY)) != before:
        raise AssertionError("what stood does not stand")
    return [*found, ("table_emptied_is_held", time.perf_counter() - began, "s", None)]


def office_door(folder: Path) -> list[Any]:
    """Where a file of this size is refused before it is read."""
    from nanhu.kernel.actors import Actor
    from nanhu.kernel.sheets.errors import FileRefusedError
    from nanhu.platforms.datahub import api as datahub

    path, before, began = folder / "first.csv", peak_mb(), time.perf_counter()
    try:
        datahub.import_file(by=Actor.system("bench"), path=path, source_key="aa.students")
    except FileRefusedError:
        pass
    else:
        raise AssertionError("a file above the limit was taken")
    wall = time.perf_counter() - began
    return [("file_refused", wall * 1000, "ms", None), ("file_refused_memory_added", peak_mb() - before, "MiB", 20)]


def night(folder: Path) -> list[Any]:
    """Each of them once, compared with what stood before."""
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.datahub.snapshots.taking import take_snapshot

    by, first, later = Actor.system("bench"), folder / "small-first.csv", folder / "small-later.csv"
    write_snapshot(first, TABLE_ROWS)
    write_snapshot(later, TABLE_ROWS, is_later=True)
    keys = [f"city.table_{n:03d}" for n in range(TABLES)]
    for key in keys:
        declare(folder, key)
        take_snapshot(by=by, key=key, path=first)
    bare, before, began = scanned(*[later] * TABLES), cpu(), time.perf_counter()
    peaks = [take_snapshot(by=by, key=key, path=later).counts["peak_mb"] for key in keys]
    wall = time.perf_counter() - began
    return [
        ("night_tables", TABLES, "tables", None),
        ("night", wall, "s", bare["wall"]),
        ("night_cpu", cpu() - before, "s", bare["cpu"]),
        ("night_memory", max(peaks), "MiB", MEMORY_MB),
    ]


def day(_folder: Path) -> list[Any]:
    """Fourteen shared tables with a row a person, then as many changed rows as a day has, in the order in which systems tell them."""
    from bench.shared_tables import timed
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.datahub import api as datahub
    from nanhu.platforms.datahub.shared.declarations import shared_tables

    by = Actor.system("bench")
    told = [one for one in shared_tables().values() if one.person and not one.derived]
    tables = [one for one in told if not any(field.pattern for field in one.fields)][:SOURCES]
    if len(tables) < SOURCES:
        raise AssertionError(f"{len(tables)} tables tell of people")
    began, before = time.perf_counter(), cpu()
    for table in tables:
        datahub.put(table.key, [row_of(table, n, 0) for n in range(PEOPLE)], by=by)
    filled = time.perf_counter() - began
    found: list[Any] = [
        ("sources_filled", PEOPLE * SOURCES / filled, "rows/s", None),
        ("sources_cpu", cpu() - before, "s", None),
    ]
    began, before, turn, left = time.perf_counter(), cpu(), 0, CHANGED
    while left > 0:
        turn += 1
        table = tables[turn % SOURCES]
        rows = [row_of(table, n, turn) for n in range(min(PEOPLE, left))]
        datahub.put(table.key, rows, by=by)
        left -= len(rows)
    wall, spent = time.perf_counter() - began, cpu() - before
    bare = timed(lambda: copied(CHANGED))
    return [
        *found,
        ("day", wall, "s", bare),
        ("day_cpu", spent, "s", None),
        ("day_rows", CHANGED / wall, "rows/s", CHANGED / bare),
        ("day_share_of_a_day", A_DAY * wall / CHANGED / DAY_SECONDS, "share", 1),
        ("day_memory", peak_mb(), "MiB", MEMORY_MB),
    ]


def row_of(table: Any, person: int, turn: int) -> dict[str, Any]:
    """Valid by its declaration; another in each turn."""
    return {one.name: value_of(table, one, person, turn) for one in table.fields}


def value_of(table: Any, field: Any, person: int, turn: int) -> Any:
    if field.name == table.person:
        return f"142311{person:05d}"
    moving = 0 if field.name in table.keys else turn
    if field.type == "code":
        known = sorted(field.values)
        return known[(person + moving) % len(known)]
    values = {
        "text": f"{person + moving:05d}"[-field.longest :],
        "integer": person + moving,
        "boolean": (person + moving) % 2 == 0,
        "date": date(2026, 9, 1 + moving % 28),
        "moment": datetime(2026, 9, 1 + moving % 28, tzinfo=UTC),
    }
    return values[field.type]


def copied(count: int) -> None:
    """The floor: as many keys and as many bytes of JSON into a bare table."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bench_copy (key text, data jsonb)")
        with cursor.cursor.copy("COPY bench_copy FROM STDIN") as copy:
            for n in range(count):
                copy.write_row(
                    [f"142311{n:05d}", '{"campus_no": "14231100001", "state": "issued", "valid_until": "2027-08-31"}']
                )
        cursor.execute("DROP TABLE bench_copy")


if __name__ == "__main__":
    set_up_django()
    print(json.dumps(globals()[sys.argv[1]](Path(sys.argv[2]))))
