"""One door for every format."""

from pathlib import Path

from nanhu.kernel.sheets.guard import check_size, format_of
from nanhu.platforms.datahub.reading.csvfile import read_csv
from nanhu.platforms.datahub.reading.rows import Table
from nanhu.platforms.datahub.reading.workbook import read_workbook
from nanhu.platforms.datahub.sources import SourceSpec


def open_table(path: Path, spec: SourceSpec) -> Table:
    """Raises FileRefusedError with a sentence for the clerk."""
    check_size(path)
    return read_workbook(path, spec) if format_of(path) == "xlsx" else read_csv(path, spec)
