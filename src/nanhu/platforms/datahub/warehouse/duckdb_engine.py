"""DuckDB on one machine, in a process of its own with bounded memory. Reads one JSON of statements and paths, writes one of figures."""

import json
import re
import resource
import sys
import time
from collections.abc import Mapping
from typing import Any, Final

NUMBERED: Final = re.compile(r"(?i)line:? *(\d+)")
ONE_PARQUET: Final = "FORMAT parquet, COMPRESSION zstd"
PARQUET: Final = f"{ONE_PARQUET}, PER_THREAD_OUTPUT true"


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
    line = duckdb.connect(config=settings)
    seconds: dict[str, float] = {}

    def timed(name: str, statement: str) -> list[dict[str, Any]]:
        began = time.perf_counter()
        found = line.execute(statement)
        heads = [one[0] for one in found.description or []]
        rows = [dict(zip(heads, row, strict=True)) for row in found.fetchall()]
        seconds[name] = time.perf_counter() - began
        return rows

    try:
        for asked, answer in (("snapshots", traced), ("lines", kept_lines), ("landed", landed_lines)):
            if asked in work:
                return answer(line, work)
        came, number = source(work)
        names = [one[0] for one in line.execute(f"DESCRIBE SELECT * FROM {came}").fetchall()]
        if "first" in work:
            rows = line.execute(f"SELECT * FROM {came} LIMIT {work['first']:d}").fetchall() if work["first"] else []
            return {"headings": names, "rows": [dict(zip(names, map(text, row), strict=True)) for row in rows]}
        found, sql = {one.casefold() for one in names}, work["sql"]
        if missing := [one for one in work["headings"] if one.casefold() not in found]:
            return {"missing": missing}
        headings = ", ".join(map(column, work["headings"]))
        line.execute(f"CREATE VIEW incoming AS SELECT {headings}, {number} AS nanhu_line FROM {came}")
        last = staged(line, sql["cleaned"])
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


def staged(line: Any, cleaned: list[str]) -> str:
    """The last step of the cleaning, over the others as views."""
    *stages, last = cleaned
    for place, stage in enumerate(stages):
        line.execute(f"CREATE VIEW stage_{place} AS {stage}")
    return last


def traced(line: Any, work: Mapping[str, Any]) -> dict[str, Any]:
    """Of one key, written as in a file, what snapshots say of it (the oldest first): the first, the last, and where it was another."""
    given = ", ".join(f"{literal(cell)} AS {column(heading)}" for heading, cell in work["given"].items())
    line.execute(f"CREATE VIEW incoming AS SELECT {given}, 0 AS nanhu_line")
    ((key,),) = line.execute(f"SELECT nanhu_key FROM ({staged(line, work['cleaned'])})").fetchall()
    said: list[tuple[int, dict[str, str] | None]] = []
    ends = {0, len(work["snapshots"]) - 1}
    for place, (fresh, changes) in enumerate(work["snapshots"] if key else ()):
        is_other = f"SELECT 1 FROM {parquet(changes)} WHERE nanhu_key = ? LIMIT 1"
        if place in ends or line.execute(is_other, [key]).fetchone() is not None:
            found = line.execute(f"SELECT * FROM {parquet(fresh)} WHERE nanhu_key = ? LIMIT 1", [key])
            heads, row = [one[0] for one in found.description], found.fetchone()
            said.append((place, dict(zip(heads, map(text, row), strict=True)) if row else None))
    return {"key": key, "said": said}


def kept_lines(line: Any, work: Mapping[str, Any]) -> dict[str, Any]:
    """Lines of an office's file, each a JSON object in a line of text, in their order as one Parquet. A column of bytes comes as base64."""
    columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in work["columns"].items())
    came = (
        f"read_json({literal(work['lines'])}, format = 'newline_delimited', compression = 'none',"
        f" maximum_object_size = {work['longest']:d}, columns = {{{columns}}})"
    )
    bytes_of = ", ".join(f"from_base64({column(name)}) AS {column(name)}" for name in work["bytes"])
    line.execute("SET preserve_insertion_order = true")
    line.execute(f"COPY (SELECT * REPLACE ({bytes_of}) FROM {came}) TO {literal(work['fresh'])} ({ONE_PARQUET})")
    return {}


def landed_lines(line: Any, work: Mapping[str, Any]) -> dict[str, Any]:
    """What such files say: of each question its rows, cells as they are (None where a file has no such column, or nothing in it)."""
    files = ", ".join(map(literal, work["landed"]))
    line.execute(f"CREATE VIEW landed AS SELECT * FROM read_parquet([{files}], union_by_name = true)")
    said = {}
    for name, asked in work["ask"].items():
        found = line.execute(asked)
        heads = [one[0] for one in found.description]
        said[name] = [dict(zip(heads, row, strict=True)) for row in found.fetchall()]
    return said


def column(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(cell: Any) -> str:
    return "" if cell is None else str(cell)


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def parquet(folder: str) -> str:
    return f"read_parquet({literal(folder + '/*.parquet')})"


def source(work: Mapping[str, Any]) -> tuple[str, str]:
    """What comes, and by what each row's line is known. Rows are numbered in their order, which one thread reads."""
    if work["format"] == "parquet":
        return f"read_parquet({literal(work['incoming'])})", "file_row_number + 1"
    mark = literal('"')
    came = (
        f"read_csv({literal(work['incoming'])}, header = true, all_varchar = true, delim = {literal(work['delimiter'])},"
        f" quote = {mark}, escape = {mark}, sample_size = 2048)"
    )
    return came, "row_number() OVER () + 1"


def words(fault: Exception) -> str:
    """Without the line, which holds what nobody else should read."""
    place = NUMBERED.search(str(fault))
    return type(fault).__name__ + (f", line {place.group(1)}" if place else "")


if __name__ == "__main__":
    main()
