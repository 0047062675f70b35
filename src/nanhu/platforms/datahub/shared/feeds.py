"""Feeds: which columns of a vendor's export fill which shared table (`shared/sources/*.toml`), as sources of this room."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from django.core.exceptions import ImproperlyConfigured

from nanhu.platforms.datahub.shared.declarations import SharedTable, shared_tables

FOLDER: Final = Path(__file__).parent / "sources"


class Feed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`columns`: our field → the headings that vendors give it. `is_whole`: what a file lacks is gone. `values`: by field, a vendor's
    words for our codes."""

    key: str
    table: str
    office: str
    title: str
    columns: dict[str, list[str]]
    is_whole: bool = True
    values: dict[str, dict[str, str]] = {}

    def faults(self) -> Iterator[str]:
        table = shared_tables().get(self.table)
        if table is None:
            yield f"{self.key}: there is no shared table {self.table!r}"
            return
        unknown = self.columns.keys() - table.by_name.keys()
        missing = {one.name for one in table.fields if one.required} - self.columns.keys()
        if unknown or missing:
            yield f"{self.key}: {self.table} has no field {sorted(unknown)}, and needs {sorted(missing)}"
        for name, words in self.values.items():
            if name not in table.by_name or not set(words.values()) <= set(table.by_name[name].values):
                yield f"{self.key}: values of {name!r} are no codes of {self.table}"

    def headings(self, name: str) -> tuple[str, ...]:
        """Those of the vendor, then ours."""
        field = self.declared.by_name[name]
        return tuple(dict.fromkeys([*self.columns[name], field.label, *filter(None, [field.alias])]))

    @property
    def declared(self) -> SharedTable:
        return shared_tables()[self.table]


class FeedFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sources: list[Feed]


def read_feeds(path: Path) -> list[Feed]:
    """Raises ImproperlyConfigured with the file and all that is wrong in it."""
    try:
        feeds = msgspec.toml.decode(path.read_bytes(), type=FeedFile).sources
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{path.name}: {error}") from error
    faults = [fault for feed in feeds for fault in feed.faults()]
    if faults:
        raise ImproperlyConfigured(f"{path.name}: {'; '.join(faults)}")
    return feeds


def feeds() -> list[Feed]:
    return [feed for path in sorted(FOLDER.glob("*.toml")) for feed in read_feeds(path)]
