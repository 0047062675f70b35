"""The rows of a system as they stand now: one is changed, one is lost, or the system falls silent."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from nanhu.emulators.vendors.catalogue import Row, VendorSystem

type Event = tuple[str, int]
"""`changed` or `lost`, or `silent` and `back`; and the number of the row."""


@dataclass
class LivingSystem:
    """`rows` by number. `publish` tells its database or its folder what happened."""

    system: VendorSystem
    rows: dict[int, Row]
    publish: Callable[[Event], None] = lambda _event: None
    is_silent: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def happens(self, what: str) -> None:
        with self.lock:
            if what in {"silent", "back"}:
                self.is_silent = what == "silent"
                return self.publish((what, 0))
            column, value = self.system.moves
            changing = (n for n, row in self.rows.items() if row[column] != value)
            number = next(reversed(self.rows), None) if what == "lost" else next(changing, None)
            if number is None:
                return None
            if what == "lost":
                del self.rows[number]
            else:
                self.rows[number] = self.rows[number] | {column: value}
            return self.publish((what, number))

    def listed(self) -> list[Row]:
        with self.lock:
            return list(self.rows.values())
