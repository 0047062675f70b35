"""DuckDB on one machine, in a process of its own with bounded memory. Reads one JSON of statements and paths, writes one of figures."""

import json
import re
import resource
import sys
import time
from collections.abc import Mapping
from typing import Any, Final

NUMBERED: Final = re.compile(r"(?i)line:? *(\d+)")
PARQUET: Final = "FORMAT parquet, COMPRESSION zstd, PER_THREAD_OUTPUT true"


def main() -> None:
    work = json.load(sys.stdin)
    json.dump(done(work) | cost(), sys.stdout)


def cost() -> dict[str, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"cpu": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024}


def done(work: Mapping[str, Any]) -> dict[str, Any]:
    import duckdb

    settings = {
        "threads": work["threads"],
        "memory_limit": work["memory"],
        "temp_directory": work["spill"],
        "temp_file_encryption": True,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": False,
    }
    line, sql = duckdb.connect(config=settings), work["sql"]
    seconds: dict[str, float] = {}

    def timed(name: str, statement: str) -> list[dict[str, Any]]:
        began = time.perf_counter()
        found = line.execute(statement)
        heads = [one[0] for one in found.description or []]
        rows = [dict(zip(heads, row, strict=True)) for row in found.fetchall()]
        seconds[name] = time.perf_counter() - began
        return rows

    try:
        line.execute(f"CREATE VIEW incoming AS SELECT * FROM {source(work)}")
        found = {one[0].casefold() for one in line.execute("DESCRIBE incoming").fetchall()}
        if missing := [one for one in work["headings"] if one.casefold() not in found]:
            return {"missing": missing}
        *stages, last = sql["cleaned"]
        for place, stage in enumerate(stages):
            line.execute(f"CREATE VIEW stage_{place} AS {stage}")
        timed("clean", f"COPY ({last}) TO {literal(work['fresh'])} ({PARQUET})")
        line.execute(f"CREATE VIEW fresh AS SELECT * FROM {parquet(work['fresh'])}")
        (figures,) = timed("rules", sql["figures"])
        before = parquet(work["before"]) if work["before"] else "fresh WHERE false"
        line.execute(f"CREATE VIEW before AS SELECT * FROM {before}")
        timed("difference", f"COPY ({sql['difference']}) TO {literal(work['changes'])} ({PARQUET})")
        line.execute(f"CREATE VIEW changes AS SELECT * FROM {parquet(work['changes'])}")
        counts = timed("counts", sql["counts"])
    except duckdb.Error as fault:
        return {"fault": words(fault)}
    return {"figures": figures, "counts": counts, "seconds": seconds, "made_with": f"duckdb {duckdb.__version__}"}


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def parquet(folder: str) -> str:
    return f"read_parquet({literal(folder + '/*.parquet')})"


def source(work: Mapping[str, Any]) -> str:
    if work["format"] == "parquet":
        return f"read_parquet({literal(work['incoming'])})"
    mark = literal('"')
    return (
        f"read_csv({literal(work['incoming'])}, header = true, all_varchar = true, delim = {literal(work['delimiter'])},"
        f" quote = {mark}, escape = {mark}, sample_size = 2048)"
    )


def words(fault: Exception) -> str:
    """Without the line, which holds what nobody else should read."""
    place = NUMBERED.search(str(fault))
    return type(fault).__name__ + (f", line {place.group(1)}" if place else "")


if __name__ == "__main__":
    main()
