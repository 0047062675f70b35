"""Pure rules of notices: names and kinds of attached files, excerpts, shares. No database, request or clock."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Final

from nanhu.kernel.files.names import LONGEST_NAME as LONGEST_FILE_NAME

MEGABYTE: Final = 1024 * 1024
LARGEST_ATTACHMENT: Final = 20 * MEGABYTE
MOST_ATTACHMENTS: Final = 10
LONGEST_NAME: Final = LONGEST_FILE_NAME
UNREAD_FOR: Final = timedelta(days=60)
"""A notice older than this is history: it carries no unread mark unless it must be read."""

_PDF = (b"%PDF-",)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
_TEXT: tuple[bytes, ...] = ()
KINDS: Final[dict[str, tuple[str, tuple[bytes, ...]]]] = {
    "pdf": ("application/pdf", _PDF),
    "doc": ("application/msword", _OLE),
    "xls": ("application/vnd.ms-excel", _OLE),
    "ppt": ("application/vnd.ms-powerpoint", _OLE),
    "wps": ("application/vnd.ms-works", _OLE),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", _ZIP),
    "ofd": ("application/ofd", _ZIP),
    "zip": ("application/zip", _ZIP),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "txt": ("text/plain", _TEXT),
    "csv": ("text/csv", _TEXT),
}
"""Extension → media type and the bytes such a file begins with. No macros, no programs, no HTML, no SVG."""


@dataclass(frozen=True)
class ReadShare:
    """How many of the audience have read; the share is whole percent and never 100 before the last one."""

    read: int
    audience: int

    @property
    def unread(self) -> int:
        return max(self.audience - self.read, 0)

    @property
    def percent(self) -> int:
        if self.audience <= 0:
            return 0
        return min(100, self.read * 100 // self.audience)


def extension_of(name: str) -> str:
    return PurePosixPath(name).suffix.lower().lstrip(".")


def media_type_of(name: str) -> str:
    return KINDS.get(extension_of(name), ("application/octet-stream", ()))[0]


def is_what_it_says(name: str, head: bytes) -> bool:
    """Does the file begin as its extension promises? Text must hold no zero byte."""
    kind = KINDS.get(extension_of(name))
    if kind is None:
        return False
    beginnings = kind[1]
    if not beginnings:
        return b"\x00" not in head
    return head.startswith(beginnings)


def search_words(text: str) -> list[str]:
    """What a reader typed, as at most five words of at most forty characters, width folded."""
    return [word[:40] for word in unicodedata.normalize("NFKC", text).replace("\x00", "").split()[:5]]


def readable_size(size: int) -> str:
    if size < MEGABYTE:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / MEGABYTE:.1f} MB"


def name_beside(name: str, taken: Collection[str]) -> str:
    """The name itself, or with a number when the notice has a file of that name: 通知.pdf → 通知 (2).pdf."""
    suffix = PurePosixPath(name).suffix
    stem = name.removesuffix(suffix)
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        mark = f" ({number})"
        candidate = f"{stem[: LONGEST_NAME - len(suffix) - len(mark)]}{mark}{suffix}"
    return candidate
