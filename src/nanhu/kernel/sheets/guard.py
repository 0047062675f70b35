"""Before a file is opened: is it small enough, what is it, and would a workbook burst?"""

import lzma
import zipfile
import zlib
from pathlib import Path
from typing import IO, Final

from django.utils.translation import gettext as _

from nanhu.kernel.configuration import configuration
from nanhu.kernel.sheets.errors import (
    BrokenWorkbookError,
    EmptyFileError,
    FileTooLargeError,
    WorkbookBombError,
    WrongFormatError,
)
from nanhu.kernel.sheets.shape import SheetShape, any_shape, usual_shape

MEGABYTE: Final = 1024 * 1024
LARGEST_UNPACKED: Final = 256 * MEGABYTE
LARGEST_SHEET: Final = 128 * MEGABYTE
MOST_ENTRIES: Final = 2000
HIGHEST_RATIO: Final = 250
RATIO_FROM: Final = 8 * MEGABYTE
"""Small parts may be squeezed hard (a sheet of blanks); a bomb is both dense and big."""
MOST_ROWS: Final = 300_000
MOST_CELLS: Final = 8_000_000
CHUNK: Final = MEGABYTE
OLE: Final = b"\xd0\xcf\x11\xe0"
ZIP: Final = b"PK\x03\x04"


def check_size(path: Path) -> int:
    size = path.stat().st_size
    limit = configuration().upload_limit_mb
    if size > limit * MEGABYTE:
        raise FileTooLargeError(size_mb=round(size / MEGABYTE), limit_mb=limit)
    if size == 0:
        raise EmptyFileError
    return size


def format_of(path: Path) -> str:
    """By content, not by name: "xlsx" or "csv"."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(OLE):
        raise WrongFormatError(hint=_("这是旧版 .xls 或加了密码的工作簿，请去掉密码并另存为 .xlsx。"))
    if head.startswith(b"PK"):
        return "xlsx"
    if head.startswith(
        (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"\x1f\x8b", b"7z\xbc\xaf", b"<?xml", b"<html", b"<!DOCTYPE")
    ):
        raise WrongFormatError(hint=_("扩展名对了，但里面不是表格。"))
    if not head.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\x00" in head:
        raise WrongFormatError(hint=_("扩展名对了，但里面不是表格。"))
    return "csv"


def check_workbook(path: Path) -> None:
    """Unpacks everything once in small pieces, counting: what the zip says of its own sizes is not believed."""
    try:
        with zipfile.ZipFile(path) as archive:
            check_archive(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as broken:
        raise BrokenWorkbookError from broken


def check_archive(archive: zipfile.ZipFile) -> None:
    if "xl/workbook.xml" not in archive.namelist():
        raise WrongFormatError(hint=_("这是一个压缩包，不是 .xlsx 工作簿。"))
    check_parts(archive)


def check_parts(archive: zipfile.ZipFile) -> None:
    """Of any file that is a zip: how many parts, how large, how dense, none of them twice."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise WorkbookBombError(what=_("%d 个部件") % len(entries))
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise WorkbookBombError(what=f"{sum(entry.file_size for entry in entries) // MEGABYTE} MB")
    names = [entry.filename.replace("\\", "/").lower() for entry in entries]
    if len(set(names)) < len(names):  # we might measure the one and the reader open the other
        raise BrokenWorkbookError
    total = 0
    for entry in entries:
        with archive.open(entry) as part:
            total += measure(part, entry.compress_size, LARGEST_UNPACKED - total)


def measure(part: IO[bytes], packed: int, left: int) -> int:
    size = 0
    while piece := part.read(CHUNK):
        size += len(piece)
        if size > left:
            raise WorkbookBombError(what=_("超过 %d MB") % (LARGEST_UNPACKED // MEGABYTE))
        if size > RATIO_FROM and size > HIGHEST_RATIO * max(packed, 1):
            raise WorkbookBombError(what=_("压缩比超过 %d 倍") % HIGHEST_RATIO)
    return size


def check_sheet(path: Path, member: str) -> SheetShape:
    """How far the cells of a sheet reach, and where formulas stand. One far-off cell makes a reader allocate them all."""
    with zipfile.ZipFile(path) as archive:
        if archive.getinfo(member).file_size > LARGEST_SHEET:
            raise WorkbookBombError(what=_("一张表超过 %d MB") % (LARGEST_SHEET // MEGABYTE))
        content = archive.read(member)
    shape = usual_shape(content) or any_shape(content)
    if shape.rows > MOST_ROWS or shape.rows * shape.columns > MOST_CELLS:
        raise WorkbookBombError(what=_("%(rows)d 行 × %(columns)d 列") % {"rows": shape.rows, "columns": shape.columns})
    return shape
