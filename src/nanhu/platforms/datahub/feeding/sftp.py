"""A source that is a folder behind SFTP: which of its files is next, and when it is whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from nanhu.kernel.configuration import configuration
from nanhu.kernel.sheets.guard import MEGABYTE
from nanhu.platforms.datahub.errors import SourceBusyError, SourceFailedError
from nanhu.platforms.datahub.feeding.reaching import target_of
from nanhu.platforms.datahub.feeding.sftp_process import answer_from
from nanhu.platforms.datahub.models import DataSource

LIST_SECONDS: Final = 30
FETCH_SECONDS: Final = 600
SETTLING: Final = timedelta(seconds=30)
"""What looks the same after so long is no longer written, where no mark says that it is whole."""
UNFINISHED: Final = (".tmp", ".temp", ".part", ".filepart", ".partial", ".writing", ".swp", ".crdownload", "~")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """`raw`: its name as the server knows it, a character a byte."""

    raw: str
    size: int
    mtime: int

    @property
    def name(self) -> str:
        """In UTF-8 or, as older Windows servers have it, in GBK."""
        told = self.raw.encode("latin-1")
        try:
            return told.decode()
        except UnicodeDecodeError:
            return told.decode("gb18030", "replace")

    @property
    def place(self) -> list[Any]:
        """By which it is known again; the older ones first."""
        return [self.mtime, self.raw, self.size]


def files_of(made: DataSource) -> list[RemoteFile]:
    """Those that are meant, oldest first; of half-written ones none whose name or missing mark tells it."""
    answer = answer_from(request_to(made), seconds=LIST_SECONDS)
    all_files = [RemoteFile(raw=raw, size=size or 0, mtime=mtime or 0) for raw, size, mtime in answer["files"]]
    names = {one.name for one in all_files}
    found = [one for one in all_files if is_meant(made, one, names)]
    return sorted(found, key=lambda one: one.place)


def is_meant(made: DataSource, one: RemoteFile, names: set[str]) -> bool:
    name = one.name
    if (
        any(sign < " " for sign in name)
        or name.startswith(".")
        or name.lower().endswith(UNFINISHED)
        or not fnmatchcase(name, made.query)
    ):
        return False
    marks = {name + made.done_mark, Path(name).stem + made.done_mark}
    return one.size > 0 and (not made.done_mark or bool(marks & names))


def next_file(made: DataSource, files: Sequence[RemoteFile]) -> RemoteFile | None:
    """Of those that are new, whatever the server's clock says of them: of whole lists the newest, of others one after the other."""
    known = made.position.get("known")
    new = [one for one in files if one.place not in (known or [])]
    if not files and known is None:
        raise SourceFailedError(why=_("没有名字像“%s”的文件") % made.query)
    return (new[-1] if made.is_whole else new[0]) if new else None


def position_after(made: DataSource, files: Sequence[RemoteFile], read: RemoteFile) -> dict[str, Any]:
    """Beside the newest of whole lists the older ones are no news either."""
    known = made.position.get("known") or []
    return {"known": [one.place for one in files if made.is_whole or one == read or one.place in known]}


def newest(made: DataSource) -> RemoteFile:
    """Whether it was read or not."""
    files = files_of(made)
    if not files:
        raise SourceFailedError(why=_("没有名字像“%s”的文件") % made.query)
    return files[-1]


def is_settled(made: DataSource, one: RemoteFile) -> bool:
    return bool(made.done_mark) or made.position.get("seen") == one.place


def fetch(
    made: DataSource, one: RemoteFile, path: Path, *, seconds: int = FETCH_SECONDS, most: int = 0, head: int = 0
) -> None:
    """`most`: how many bytes, where they are more than those of a file that is handed in; `head`: so many alone."""
    most = most or configuration().upload_limit_mb * MEGABYTE
    file = {"name": one.raw, "size": one.size, "mtime": one.mtime, "into": str(path), "most": most, "head": head}
    if not answer_from(request_to(made) | file, seconds=seconds)["is_whole"]:
        raise SourceBusyError(seconds=round(SETTLING.total_seconds()), why=_("“%s”还在写") % one.name)


def request_to(made: DataSource) -> dict[str, Any]:
    target, _host, port, folder = target_of(made)
    return {
        "target": target,
        "port": port,
        "folder": folder,
        "user": made.user_name,
        "secret": made.secret or "",
        "host_key": made.host_key,
    }
