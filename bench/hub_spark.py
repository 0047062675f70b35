"""A large table's snapshots and the frozen matching model on DuckDB and on Apache Spark: a standalone cluster of two workers on this
machine, compared to the cell and the pair; wall time, seconds of processor and peak memory of both, and from how many rows on Spark
is the faster. PySpark and Java come by `scripts/install-spark`, into a Python of its own.

`NANHU_BENCH_SPARK_ROWS` are other sizes (30000,300000,3000000), `NANHU_BENCH_PEOPLE` another number of people to match."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import psutil

from bench.campus import PATIENCE_SECONDS, ROOT, empty_campus, wait_until_answered, wait_until_ended
from bench.inside import set_up_django
from bench.large_tables import KEY, declare, different_cells, write_snapshot
from bench.report import Report
from nanhu.kernel.child_processes import dying_with_parent
from nanhu.testing.ports import free_ports

SIZES = [int(one) for one in os.environ.get("NANHU_BENCH_SPARK_ROWS", "30000,300000,3000000").split(",")]
PYTHON = ROOT / ".venv-spark" / "bin" / "python"
WORKERS, WORKER_MEMORY = 2, "2g"
SAME = 1e-6


class Watch:
    """Processor and memory of Spark's processes, also of those that end meanwhile."""

    def __init__(self) -> None:
        self.spent: dict[tuple[int, float], float] = {}
        self.peak_mb, self.is_over = 0.0, threading.Event()

    def __enter__(self) -> Self:
        self.look()
        self.before, self.peak_mb = dict(self.spent), 0.0
        self.thread = threading.Thread(target=self.turn, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self.look()
        self.is_over.set()
        self.thread.join()

    @property
    def cpu(self) -> float:
        return sum(spent - self.before.get(one, 0.0) for one, spent in self.spent.items())

    def turn(self) -> None:
        while not self.is_over.wait(0.3):
            self.look()

    def look(self) -> None:
        memory = 0
        for one in self.processes():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                used = one.cpu_times()
                self.spent[one.pid, one.create_time()] = used.user + used.system
                memory += one.memory_info().rss
        self.peak_mb = max(self.peak_mb, memory / 2**20)

    def processes(self) -> Iterable[psutil.Process]:
        """All below this one, which has the master, the workers, their executors and the driver, and is none of them."""
        return psutil.Process().children(recursive=True)


def install() -> None:
    print("  setting up PySpark in .venv-spark where it is missing", flush=True)
    done = subprocess.run(["sh", "scripts/install-spark"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{done.stdout[-2000:]}{done.stderr[-2000:]}")


@contextmanager
def spark_cluster(folder: Path) -> Iterator[str]:
    """Its address: a master and two workers of one core each, on the loopback address alone."""
    told = [str(PYTHON), "-c", "import pyspark, os; print(os.path.dirname(pyspark.__file__))"]
    home = Path(subprocess.run(told, capture_output=True, text=True, check=True).stdout.strip())
    port, page, *pages = free_ports(2 + WORKERS)
    address = f"spark://127.0.0.1:{port}"
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}
    begin = [str(home / "bin" / "spark-class")]
    master = [
        "org.apache.spark.deploy.master.Master",
        "--host",
        "127.0.0.1",
        "--port",
        f"{port}",
        "--webui-port",
        f"{page}",
    ]
    commands = [[*begin, *master]]
    for number, own in enumerate(pages):
        work = ["--cores", "1", "--memory", WORKER_MEMORY, "--work-dir", str(folder / f"worker-{number}")]
        worker = ["org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--webui-port", f"{own}", *work]
        commands.append([*begin, *worker, address])
    with (folder / "spark.log").open("ab") as log:
        running = [
            subprocess.Popen(dying_with_parent(one), stdout=log, stderr=log, env=environment, start_new_session=True)
            for one in commands
        ]
    try:
        for own, process in zip([page, *pages], running, strict=True):
            wait_until_answered(f"http://127.0.0.1:{own}/json/", process, PATIENCE_SECONDS)
        await_workers(page)
        yield address
    finally:
        for process in reversed(running):
            process.terminate()
            wait_until_ended(process)


def await_workers(page: int) -> None:
    import urllib.request

    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"http://127.0.0.1:{page}/json/", timeout=10) as answer:
            if json.load(answer)["aliveworkers"] == WORKERS:
                return
        time.sleep(0.2)
    raise RuntimeError("the workers did not come")


def run(report: Report) -> None:
    install()
    with empty_campus(demo=False) as campus, tempfile.TemporaryDirectory(prefix="nanhu-spark-") as place:
        folder = Path(place)
        declare(campus.folder)
        with spark_cluster(folder) as master:
            os.environ |= {
                "NANHU_SPARK_MASTER": master,
                "NANHU_SPARK_PYTHON": str(PYTHON),
                "SPARK_LOCAL_IP": "127.0.0.1",
            }
            set_up_django()
            faster = [size for size in SIZES if both_engines(report, folder, size)]
            report("hub_spark_faster_from", min(faster, default=-1), "rows")
            matching(report, folder)


def both_engines(report: Report, folder: Path, size: int) -> bool:
    """Two snapshots of a table, the second compared with the first. Whether Spark, once it runs, was the faster."""
    from nanhu.platforms.datahub.snapshots import taking
    from nanhu.platforms.datahub.warehouse import engines
    from nanhu.platforms.datahub.warehouse.declared import declared

    large = declared(KEY)
    files = [folder / f"{name}-{size}.csv" for name in ("first", "later")]
    for file in files:
        write_snapshot(file, size, is_later=file is files[1])
    told: dict[str, dict[str, Any]] = {}
    for engine in engines.ENGINES:
        before = ""
        for file in files:
            work = folder / f"{engine}-{file.stem}"
            work.mkdir()
            asked = taking.work_order(large, file, work, None)[0] | {"before": before}
            began = time.perf_counter()
            with Watch() as watch:
                found = engines.run(engine, asked)
            told[engine] = found | {"wall": time.perf_counter() - began}
            if engine == engines.SPARK:
                told[engine] |= {"cpu": watch.cpu, "peak_mb": watch.peak_mb}
            before = asked["fresh"]
    duck, spark = told[engines.DUCKDB], told[engines.SPARK]
    for name, unit in (("wall", "s"), ("cpu", "s"), ("peak_mb", "MiB")):
        report(f"hub_spark_{size}_{name}", spark[name], unit, duck[name])
    for step in ("clean", "rules", "difference"):
        report(f"hub_spark_{size}_{step}", spark["seconds"][step], "s", duck["seconds"][step])
    report(f"hub_spark_{size}_start", spark["seconds"]["start"], "s")
    compare(report, folder, size, list(large.table.fields), told)
    return spark["wall"] - spark["seconds"]["start"] < duck["wall"]


def compare(report: Report, folder: Path, size: int, fields: list[str], told: dict[str, dict[str, Any]]) -> None:
    """Cells of the snapshot, kinds of change by key, figures of the rules."""
    duck, spark = (folder / f"{engine}-later-{size}" for engine in told)
    found = different_cells(duck / "fresh", spark / "fresh", [*fields, "nanhu_hash", "nanhu_faults"], "nanhu_key")
    changes = different_cells(duck / "changes", spark / "changes", ["nanhu_change"], "nanhu_key")
    report(f"hub_spark_{size}_cells", found["cells"], "cells")
    report(f"hub_spark_{size}_different", found["different"] + found["alone"], "cells", 0)
    report(f"hub_spark_{size}_changes_different", changes["different"] + changes["alone"], "keys", 0)
    if found["different"] or found["alone"] or changes["different"] or changes["alone"]:
        raise RuntimeError(f"the engines differ: {found}, {changes}")
    one, other = (told[engine]["figures"] for engine in told)
    if one != other:
        raise RuntimeError(f"the engines differ: {one}, {other}")


def matching(report: Report, folder: Path) -> None:
    """All pairs of the blocks from the share on from which two are shown to a human, by the same frozen file."""
    from bench.hub_matching import measured
    from nanhu.platforms.datahub.matching.model import SUGGEST, model_path
    from nanhu.platforms.datahub.warehouse.engines import match_by_spark

    command = [sys.executable, "-m", "bench.hub_spark", str(folder / "rows.parquet")]
    subprocess.run(command, cwd=ROOT, check=True)
    duck = measured("splink")
    settings = json.loads(model_path().read_text(encoding="utf-8"))["splink"]
    began = time.perf_counter()
    with Watch() as watch:
        told = match_by_spark(folder / "rows.parquet", settings, SUGGEST)
    wall = time.perf_counter() - began
    report("hub_spark_matching_wall", wall, "s", duck["seconds"])
    report("hub_spark_matching_cpu", watch.cpu, "s", duck["cpu"])
    report("hub_spark_matching_memory", watch.peak_mb, "MiB", duck["peak_mb"])
    ours = {tuple(sorted(pair)): share for *pair, share in told["pairs"]}
    theirs = {tuple(pair): share for pair, share in zip(duck["pairs"], duck["shares"], strict=True)}
    differ = ours.keys() ^ theirs.keys() | {
        pair for pair in ours.keys() & theirs.keys() if abs(ours[pair] - theirs[pair]) > SAME
    }
    report("hub_spark_matching_pairs", len(ours), "pairs", len(theirs))
    report("hub_spark_matching_different", len(differ), "pairs", 0)
    if differ:
        raise RuntimeError(f"the engines differ in {len(differ)} pairs")


def write_rows(path: Path) -> None:
    """What is compared, of the same rows as `hub_matching`."""
    set_up_django()
    import duckdb

    from bench.hub_matching import rows_of_rosters
    from nanhu.platforms.datahub.matching.trainer import tell
    from nanhu.platforms.datahub.matching.training import columns_by_name

    columns = columns_by_name([one.traits for one in rows_of_rosters()])
    line = duckdb.connect()
    tell(line, columns)
    line.execute(f"COPY told TO '{path}' (FORMAT parquet)")


if __name__ == "__main__":
    write_rows(Path(sys.argv[1]))
