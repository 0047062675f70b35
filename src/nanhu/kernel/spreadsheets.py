"""Tables that people open in a spreadsheet (电子表格): one rule for every export by which no cell runs as a formula.

A spreadsheet runs a cell that begins with = + - or @, also in full width, and some of them after blanks, tabs or line breaks
that one does not see. Such a cell gets an apostrophe before it and stays text. A number stays a number.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator

BYTE_ORDER_MARK = "\ufeff"
RUNNING = ("=", "+", "-", "@")
BREAKS = ("\t", "\r", "\n")
NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Categories of what leaves no mark: controls, formats (zero width), blanks of every width."""


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def safe_cell(value: object) -> str:
    text = "" if value is None else str(value)
    if NUMBER.fullmatch(text):
        return text
    return f"'{text}" if text.startswith(BREAKS) or first_seen(text) in RUNNING else text


def first_seen(text: str) -> str:
    """The first character that leaves a mark, in its narrow form."""
    for one in text:
        if unicodedata.category(one) not in UNSEEN:
            return unicodedata.normalize("NFKC", one)[:1]
    return ""


def csv_lines(heads: Iterable[object], rows: Iterable[Iterable[object]], *, is_quoted: bool = False) -> Iterator[str]:
    """Line by line, as it may be streamed: UTF-8 with its mark. `is_quoted`: each cell in quotation marks."""
    writer = csv.writer(Echo(), quoting=csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL)
    yield BYTE_ORDER_MARK + writer.writerow([safe_cell(one) for one in heads])
    for cells in rows:
        yield writer.writerow([safe_cell(one) for one in cells])
