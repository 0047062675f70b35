"""Apache Spark on several machines, in a process of its own that has PySpark. Reads and writes the same JSON as `duckdb_engine.py`; the
paths are ones that all machines see. Where it is told of rows to match, it judges their pairs by Splink."""

import json
import os
import resource
import sys
import time
from collections.abc import Mapping
from typing import Any, Final

QUIET: Final = {
    "spark.sql.ansi.enabled": "false",
    "spark.sql.session.timeZone": "Asia/Shanghai",
    "spark.ui.enabled": "false",
    "spark.eventLog.enabled": "false",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.log.level": "OFF",
    "spark.executor.syncLogLevel.enabled": "true",
    "spark.sql.codegen.logging.maxLines": "0",
}
"""No page and no log tells a statement, which holds the key of what is sealed, or a torn line, also of the executors. What
cannot be read is NULL, as in DuckDB."""


def main() -> None:
    work = json.load(sys.stdin)
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # Spark's own words go to standard error
    began = time.perf_counter()
    session = session_of(work)
    started = time.perf_counter() - began
    try:
        told = matched(session, work) if "rows" in work else done(session, work)
        told.setdefault("seconds", {})["start"] = started
        told["made_with"] = f"spark {session.version}"
    finally:
        session.stop()
    used = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime + children.ru_utime + children.ru_stime
    json.dump(told | {"cpu": cpu, "peak_mb": max(used.ru_maxrss, children.ru_maxrss) / 1024}, out)
    out.flush()


def session_of(work: Mapping[str, Any]) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("nanhu").master(work["master"])
    settings = QUIET | {
        "spark.driver.memory": work["memory"],
        "spark.executor.memory": work["memory"],
        "spark.sql.shuffle.partitions": str(work["partitions"]),
        "spark.default.parallelism": str(work["partitions"]),
    }
    if "rows" in work:
        from splink.backends.spark import similarity_jar_location

        settings["spark.jars"] = similarity_jar_location()
    if work["spill"]:
        settings["spark.local.dir"] = work["spill"]
        settings["spark.io.encryption.enabled"] = "true"
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def done(session: Any, work: Mapping[str, Any]) -> dict[str, Any]:
    from pyspark.errors import PySparkException
    from pyspark.sql import functions

    sql, seconds = work["sql"], dict[str, float]()

    def timed(name: str, statement: str, out: str = "") -> list[dict[str, Any]]:
        began = time.perf_counter()
        found = session.sql(statement)
        if out:
            found.write.mode("errorifexists").parquet(out)
        rows = [] if out else [one.asDict() for one in found.collect()]
        seconds[name] = time.perf_counter() - began
        return rows

    try:
        incoming = source(session, work)
        found = {one.casefold() for one in incoming.columns}
        if missing := [one for one in work["headings"] if one.casefold() not in found]:
            return {"missing": missing}
        incoming = incoming.withColumn("nanhu_line", functions.lit(None).cast("long"))  # its parts are read in no order
        incoming.createOrReplaceTempView("incoming")
        *stages, last = sql["cleaned"]
        for place, stage in enumerate(stages):
            session.sql(stage).createOrReplaceTempView(f"stage_{place}")
        timed("clean", last, work["fresh"])
        fresh = session.read.parquet(work["fresh"])
        fresh.createOrReplaceTempView("fresh")
        (figures,) = timed("rules", sql["figures"])
        before = session.read.parquet(work["before"]) if work["before"] else fresh.where("false")
        before.createOrReplaceTempView("before")
        timed("difference", sql["difference"], work["changes"])
        session.read.parquet(work["changes"]).createOrReplaceTempView("changes")
        counts = timed("counts", sql["counts"])
    except PySparkException as fault:
        return {"fault": type(fault).__name__}
    return {"figures": figures, "counts": counts, "seconds": seconds}


def source(session: Any, work: Mapping[str, Any]) -> Any:
    if work["format"] == "parquet":
        return session.read.parquet(work["incoming"])
    asked = {
        "header": True,
        "sep": work["delimiter"],
        "quote": '"',
        "escape": '"',
        "mode": "FAILFAST",
        "encoding": "UTF-8",
    }
    found = session.read.options(**asked).csv(work["incoming"])
    first = found.columns[0]
    return found.withColumnRenamed(first, first.removeprefix("\ufeff"))


def matched(session: Any, work: Mapping[str, Any]) -> dict[str, Any]:
    """(left, right, probability) of all pairs within the blocks. `rows`: a Parquet of what is compared."""
    import logging

    from splink import Linker
    from splink.backends.spark import SparkAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    began = time.perf_counter()
    backend: Any = SparkAPI
    api = backend(spark_session=session, break_lineage_method="persist")
    linker = Linker(api.register(session.read.parquet(work["rows"])), work["settings"])
    found = linker.inference.predict(threshold_match_probability=work["least"]).as_record_list()
    pairs = [[one["row_l"], one["row_r"], one["match_probability"]] for one in found]
    return {"pairs": pairs, "seconds": {"match": time.perf_counter() - began}}


if __name__ == "__main__":
    main()
