"""Lines of a file that are no records: repeated headers, totals, blank lines and notes below the table."""

from collections.abc import Mapping
from typing import Final

from nanhu.platforms.datahub.cleaning.text import Cell, squeezed
from nanhu.platforms.datahub.reading.headers import label_of

TOTALS: Final = ("合计", "总计", "小计", "共计")
FEWEST_REPEATS: Final = 2


def is_no_record(cells: Mapping[str, Cell], columns: Mapping[str, str]) -> bool:
    values = [text for cell in cells.values() if (text := squeezed(cell))]
    if not values or any(text.startswith(TOTALS) for text in values[:3]):
        return True
    repeats = sum(label_of(cells.get(header)) == label_of(header) for header in columns.values())
    if repeats >= FEWEST_REPEATS:
        return True
    mapped = [cells.get(header) for header in columns.values()]
    return len(values) == 1 and not any(squeezed(cell) for cell in mapped)
