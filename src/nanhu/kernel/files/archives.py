"""A zip of photos, unpacked with suspicion: what it says of its own sizes is not believed."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from django.utils.translation import gettext as _

from nanhu.kernel.files.errors import RefusedFileError
from nanhu.kernel.files.kinds import DAMAGED_ZIP

MEGABYTE: Final = 1024 * 1024
LARGEST: Final = 100 * MEGABYTE
LARGEST_UNPACKED: Final = 400 * MEGABYTE
MOST_FILES: Final = 2000
HIGHEST_RATIO: Final = 60
RATIO_FROM: Final = MEGABYTE
UTF8_FLAG: Final = 0x800


def pictures_in(content: bytes, *, most: int = MOST_FILES, largest: int) -> Iterator[tuple[str, bytes]]:
    """(file name without folders, content), at most so many and so large. Refused: no zip, none, too many or too large, too dense, encrypted."""
    with opened(content) as archive:
        left = LARGEST_UNPACKED
        for entry in entries_of(archive, most):
            picture = unpacked(archive, entry, min(left, largest))
            left -= len(picture)
            yield name_of(entry), picture


def count_in(content: bytes, *, most: int = MOST_FILES, largest: int) -> int:
    """How many there are, by its directory: refused before it is unpacked elsewhere, where what it says is not believed."""
    with opened(content) as archive:
        entries = entries_of(archive, most)
        for entry in entries:
            refuse_entry(entry, entry.file_size, largest)
        return len(entries)


def opened(content: bytes) -> zipfile.ZipFile:
    if len(content) > LARGEST:
        raise RefusedFileError(why=_("超过 100 MB"))
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except DAMAGED_ZIP as broken:
        raise RefusedFileError(why=_("不是完整的 zip 压缩包")) from broken


def entries_of(archive: zipfile.ZipFile, most: int) -> list[zipfile.ZipInfo]:
    entries = [entry for entry in archive.infolist() if not (entry.is_dir() or is_of_the_system(entry))]
    if len(entries) > most:
        raise RefusedFileError(why=_("文件超过 %d 个") % most)
    if not entries:
        raise RefusedFileError(why=_("里面没有照片"))
    return entries


def refuse_entry(entry: zipfile.ZipInfo, size: int, most: int) -> None:
    if entry.flag_bits & 1:
        raise RefusedFileError(why=_("压缩包有密码"))
    if size > most:
        raise RefusedFileError(why=_("里面的 %s 展开后太大") % name_of(entry))


def is_of_the_system(entry: zipfile.ZipInfo) -> bool:
    """What macOS or Windows put beside the photos; of macOS one for each of them."""
    name = name_of(entry)
    return name.startswith(".") or "__MACOSX" in entry.filename or name.lower() == "thumbs.db"


def name_of(entry: zipfile.ZipInfo) -> str:
    """Windows in Chinese writes names in GBK and does not say so."""
    text = entry.orig_filename
    if not entry.flag_bits & UTF8_FLAG:
        with suppress(UnicodeEncodeError, UnicodeDecodeError):
            text = text.encode("cp437").decode("gb18030")
    return text.replace("\\", "/").rsplit("/", 1)[-1].replace("\0", "").strip()[:120]


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    refuse_entry(entry, 0, most)
    out = bytearray()
    try:
        with archive.open(entry) as part:
            while piece := part.read(64 * 1024):
                out += piece
                refuse_entry(entry, len(out), most)
                if len(out) > RATIO_FROM and len(out) > HIGHEST_RATIO * max(entry.compress_size, 1):
                    raise RefusedFileError(why=_("压缩比不像照片"))
    except DAMAGED_ZIP as broken:
        raise RefusedFileError(why=_("里面的 %s 已损坏") % name_of(entry)) from broken
    return bytes(out)
