"""An .xls workbook of before 2007, read by a process of its own whose memory and time are bounded: nothing says beforehand how
far its cells reach. Run as a script it writes one JSON line a sheet, then one a row."""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from math import isfinite
from pathlib import Path
from typing import Any, Final

MOST_MEMORY: Final = 1_500_000_000
MOST_SECONDS: Final = 60
MOST_CELLS: Final = 8_000_000


def main(path: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    from python_calamine import CalamineWorkbook, SheetVisibleEnum  # after the limits

    book = CalamineWorkbook.from_path(path)
    for one in book.sheets_metadata:
        is_hidden = one.visible != SheetVisibleEnum.Visible
        sheet = book.get_sheet_by_name(one.name)
        write({"sheet": one.name, "is_hidden": is_hidden, "merged": sheet.merged_cell_ranges or []})
        if sheet.total_height * sheet.total_width > MOST_CELLS:
            sys.exit(3)
        for row in sheet.to_python(skip_empty_area=False):
            write([cell_of(value) for value in row])


def write(line: Any) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=True) + "\n")


def cell_of(value: Any) -> str | int | float | None:
    """Numbers stay numbers (they may have lost zeros or digits), dates become ISO text, and so does what is no number (NaN)."""
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return value if isinstance(value, int | float) else str(value)


def sheets_in(path: Path) -> Iterator[tuple[dict[str, Any], list[list[Any]]]]:
    """What is said of each sheet, and its cells. Raises ValueError where it cannot be read in its bounds."""
    command = [sys.executable, "-I", __file__, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=2 * MOST_SECONDS, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failed:
        raise ValueError(path.name) from failed
    found: list[tuple[dict[str, Any], list[list[Any]]]] = []
    for line in done.stdout.splitlines():
        said = json.loads(line)
        if isinstance(said, dict):
            found.append((said, []))
        else:
            found[-1][1].append(said)
    yield from found


if __name__ == "__main__":
    main(sys.argv[1])
