"""What files are kept for: a room declares each purpose, and decides who may open its files."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from nanhu.kernel.registry import Register, Text, Viewer

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Exists, Q

    from nanhu.kernel.files.models import StoredFile

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long (保管期限): `days` from when it was kept, None for ever (永久)."""

    name: Text
    days: int | None

    def until(self, day: date) -> date | None:
        return None if self.days is None else day + timedelta(days=self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """`key` is "room.noun". `may_open` is asked at each look; strangers get 404. `needed`: which of its files
    stay although their days are over, because what they belong to stays."""

    key: str
    name: Text
    kinds: frozenset[str]
    retention: Retention
    may_open: "Callable[[Viewer, StoredFile], bool]"
    largest_bytes: int = 20 * MEGABYTE
    needed: "Callable[[], Exists | Q] | None" = None


purposes: Register[Purpose] = Register()
