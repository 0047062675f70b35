"""Import and cleaning of the full sample: time, memory, precision and recall; beside it a plain COPY of the same rows."""

import csv
import io
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from bench.campus import ROOT, Campus, fresh_campus
from bench.inside import set_up_django
from bench.report import Report

PEOPLE = os.environ.get("NANHU_BENCH_PEOPLE", "full")
PEOPLE_KINDS = ("student", "staff", "temporary")
CPU_A_PERSON = 10 / 31_000
"""Seconds of processor of the importing process; the database's come besides."""


def memory_bound(rows: int) -> float:
    """400 MiB for a school of 31,000, 1 GiB for ten of them (`NANHU_BENCH_PEOPLE=310000`)."""
    return 400 + (1024 - 400) * max(0, rows - 31_000) / 279_000


def run(report: Report) -> None:
    with fresh_campus() as campus:
        campus.nanhu("migrate", "--verbosity", "0")
        sample = campus.folder / "sample"
        size = ["--full"] if PEOPLE == "full" else ["--people", PEOPLE]
        campus.nanhu("sample", "--out", str(sample), *size)
        baseline = copy_seconds(campus, sample)
        measured = measure(campus, sample)
        report("import", measured["seconds"], "s", baseline)
        report("import_people", measured["persons"], "persons")
        report("import_cpu", measured["cpu"], "s", CPU_A_PERSON * measured["rows"])
        report("import_memory", measured["peak_mb"], "MiB", memory_bound(measured["rows"]))
        report("import_precision", measured["precision"], "share", 0.999)
        report("import_recall", measured["recall"], "share", 0.995)
        for miss in measured["misses"]:
            print(f"  miss: {miss}")


def measure(campus: Campus, sample: Path) -> dict:
    """One process imports all files; its peak memory is the kernel's own account of it."""
    set_up_django()
    from nanhu.sample.demo.steps import SOURCES

    result = subprocess.run(
        [sys.executable, "-m", "bench.importing", str(sample), json.dumps(SOURCES)],
        env=campus.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise RuntimeError(result.stderr[-4000:])
    return json.loads(result.stdout.splitlines()[-1])


def copy_seconds(campus: Campus, sample: Path) -> float:
    """The floor: the same rows as text, copied into one bare table."""
    import psycopg

    from nanhu.kernel.configuration import read_configuration

    rows = io.StringIO()
    writer = csv.writer(rows)
    for path in sorted(sample.glob("*.csv")):
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                text = path.read_text(encoding=encoding)
                break
            except UnicodeDecodeError:
                continue
        for line in text.splitlines():
            writer.writerow([path.name, line])
    address = read_configuration(campus.environment).database_url
    with psycopg.connect(address, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_copy (file text, line text)")
        started = time.perf_counter()
        with cursor.copy("COPY bench_copy FROM STDIN (FORMAT csv)") as copy:
            copy.write(rows.getvalue())
        spent = time.perf_counter() - started
        cursor.execute("DROP TABLE bench_copy")
    return spent


def import_all(sample: Path, sources: list[tuple[str, str]]) -> dict:
    """What only the scoring needs is brought in after the memory was read."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
    import django

    django.setup()
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.datahub import api as datahub
    from nanhu.platforms.people import api as people

    started, before, rows = time.perf_counter(), time.process_time(), 0
    for source, file_name in sources:
        report = datahub.import_file(by=Actor.system("bench"), path=sample / file_name, source_key=source)
        rows += report.counts.get("rows", 0)
    seconds, cpu = time.perf_counter() - started, time.process_time() - before
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    from nanhu.sample.scoring import score
    from nanhu.sample.truth import FILE_NAME

    scored = score(sample / FILE_NAME, datahub.decisions())
    return {
        "seconds": seconds,
        "cpu": cpu,
        "rows": rows,
        "persons": people.count_people(kinds=PEOPLE_KINDS),
        "peak_mb": peak_mb,
        "precision": scored.precision,
        "recall": scored.recall,
        "misses": [str(miss) for miss in scored.misses[:40]],
    }


if __name__ == "__main__":
    print(json.dumps(import_all(Path(sys.argv[1]), json.loads(sys.argv[2]))))
