"""Which engine walks a snapshot: DuckDB in a process beside this one, or Spark where `NANHU_SPARK_MASTER` names a cluster."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.configuration import configuration
from nanhu.kernel.errors import CampusError
from nanhu.platforms.datahub.errors import LargeTableFailedError, LargeTableLookError
from nanhu.platforms.datahub.warehouse import duckdb_engine, spark_engine
from nanhu.platforms.datahub.warehouse.dialects import for_spark

DUCKDB, SPARK = "duckdb", "spark"
ENGINES: Final = (DUCKDB, SPARK)
ASK_DUCKDB: Final = [sys.executable, "-I", duckdb_engine.__file__]
PARTITIONS: Final = 16
MOST_SECONDS: Final = 4 * 3600
LOOKING: Final[Mapping[str, Any]] = {"memory": "256MiB", "threads": 1, "spill": "", "seconds": 60}
"""Of an engine that only looks, while somebody waits for it on a page."""


def run(engine: str, work: Mapping[str, Any]) -> dict[str, Any]:
    """`work`: `incoming`, `format`, `delimiter`, `headings`, `before`, `fresh`, `changes`, `spill` and `sql` in DuckDB's words."""
    if engine == DUCKDB:
        asked = {"memory": f"{configuration().large_table_memory_mb}MiB", "threads": len(os.sched_getaffinity(0))}
        return answered(ASK_DUCKDB, {**asked, **work})
    sql = {
        name: for_spark(one) if isinstance(one, str) else list(map(for_spark, one)) for name, one in work["sql"].items()
    }
    return answered(spark_command(), {**cluster(), **work, "sql": sql})


def first_rows(path: Path, count: int) -> list[dict[str, str]]:
    """Of a Parquet; without one (`count` 0) a row of dots by the names of its columns."""
    told = answered(ASK_DUCKDB, {**LOOKING, "incoming": str(path), "format": "parquet", "first": count})
    return told["rows"] or [dict.fromkeys(told["headings"], "••••••")]


def traced(work: Mapping[str, Any]) -> list[tuple[int, Mapping[str, str] | None]]:
    """By the place of a snapshot what it says of the key that is asked for."""
    told: list[tuple[int, Mapping[str, str] | None]]
    told = answered(ASK_DUCKDB, {**LOOKING, **work}, refused=LargeTableLookError)["said"]
    return told


def write_landed(work: Mapping[str, Any]) -> None:
    """Lines that were landed, as one Parquet."""
    answered(ASK_DUCKDB, {**LOOKING, "seconds": MOST_SECONDS, **work})


def read_landed(files: Sequence[str], ask: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """By the name of each question to the table `landed` its rows."""
    return answered(ASK_DUCKDB, {**LOOKING, "landed": files, "ask": ask}, refused=LargeTableLookError)


def match_by_spark(rows: Path, settings: Mapping[str, Any], least: float) -> dict[str, Any]:
    """Pairs from a probability on, by Splink on Spark: the frozen model in Spark's words. `rows`: what is compared, as Parquet."""
    work = {**cluster(), "spill": "", "rows": str(rows), "settings": spoken_by_spark(settings), "least": least}
    return answered(spark_command(), work)


def spoken_by_spark(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of Splink, trained on DuckDB, each condition as Spark says it."""
    said: dict[str, Any] = json.loads(
        json.dumps({name: one for name, one in settings.items() if name != "sql_dialect"})
    )
    for comparison in said["comparisons"]:
        for level in comparison["comparison_levels"]:
            if level["sql_condition"] != "ELSE":
                level["sql_condition"] = for_spark(level["sql_condition"])
    rules = said["blocking_rules_to_generate_predictions"]
    said["blocking_rules_to_generate_predictions"] = [
        {"blocking_rule": for_spark(one if isinstance(one, str) else one["blocking_rule"]), "sql_dialect": "spark"}
        for one in rules
    ]
    return said


def cluster() -> dict[str, Any]:
    master = configuration().spark_master
    if not master:
        raise LargeTableFailedError(fault="NANHU_SPARK_MASTER")
    return {"master": master, "memory": f"{configuration().large_table_memory_mb}m", "partitions": PARTITIONS}


def spark_command() -> list[str]:
    return [configuration().spark_python or sys.executable, spark_engine.__file__]


def answered(
    command: list[str], work: Mapping[str, Any], refused: type[CampusError] = LargeTableFailedError
) -> dict[str, Any]:
    """What the engine tells; what went wrong in words without a cell."""
    most = work.get("seconds", MOST_SECONDS)
    try:
        done = subprocess.run(
            dying_with_parent(command),
            input=json.dumps(work),
            capture_output=True,
            text=True,
            timeout=most,
            check=False,
        )
    except subprocess.TimeoutExpired as failed:
        raise refused(fault=_("%d 秒没有读完") % most) from failed
    except OSError as failed:
        raise refused(fault=type(failed).__name__) from failed
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:] or [str(done.returncode)]
        raise refused(fault=last[0].split(":")[0]) from None
    if "fault" in told:
        raise refused(fault=told["fault"])
    return told
