"""A CSV file: its encoding is found by reading all of it strictly; rows stream."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from nanhu.kernel.sheets.errors import BrokenCsvError, EncodingError

ENCODINGS: Final = ("utf-8-sig", "gb18030", "utf-16")
CHUNK: Final = 1 << 20
DEEPEST_TITLE: Final = 20
LARGEST_FIELD: Final = 20_000
CONTROL: Final = frozenset(map(chr, set(range(32)) - {9, 10, 13})) | {"\x7f"}


def lines_in(path: Path) -> int:
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(CHUNK), b""))


def read_lines(path: Path, encoding: str) -> Iterator[tuple[int, list[str]]]:
    """Records with the line they begin on. A quote that is never closed would swallow the rest: it is refused."""
    csv.field_size_limit(LARGEST_FIELD)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter_of(path, encoding), strict=True)
        line = 1
        while True:
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as broken:
                raise BrokenCsvError(line=line) from broken
            yield line, values
            line = reader.line_num + 1


def delimiter_of(path: Path, encoding: str) -> str:
    """Comma, or the tab, semicolon and stroke that some systems write: which of them the first lines hold most alike."""
    with path.open(encoding=encoding) as file:
        lines = [line for line in islice(file, DEEPEST_TITLE) if line.strip()]
    return max(",\t;|", key=lambda mark: steadiness(mark, lines))


def steadiness(mark: str, lines: list[str]) -> int:
    """How many marks stand in lines that have equally many of them; titles above the table have others."""
    often = Counter(count for line in lines if (count := line.count(mark)))
    return max((count * times for count, times in often.items()), default=0)


def detect_encoding(path: Path, candidates: tuple[str, ...]) -> str:
    """The first candidate that reads the whole file. GB18030 reads almost anything, so it comes after UTF-8."""
    furthest = 1
    for encoding in candidates:
        if encoding == "utf-16" and not has_utf16_mark(path):
            continue
        line = first_undecodable_line(path, encoding)
        if line is None:
            return encoding
        furthest = max(furthest, line)
    raise EncodingError(line=furthest)


def has_utf16_mark(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}


def first_undecodable_line(path: Path, encoding: str) -> int | None:
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("strict"), translate=True)
    line, size = 1, path.stat().st_size
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            is_last = file.tell() >= size
            try:
                text = decoder.decode(piece, final=is_last)
            except UnicodeDecodeError as broken:
                return line + broken.object[: broken.start].count(b"\n")
            if not CONTROL.isdisjoint(text):
                return line + next(n for n, part in enumerate(text.split("\n")) if not CONTROL.isdisjoint(part))
            line += text.count("\n")
    return None
