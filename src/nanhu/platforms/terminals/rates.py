"""How often a terminal may ask in a minute, by what it asks: for what writes nothing down, or may be done without end. Counted by each process
for itself, and without Django, for gateways."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from nanhu.kernel.remembered import ProcessMemory
from nanhu.platforms.terminals.wire import HONEST_FORMER_USES

MINUTE_SECONDS: Final = 60.0


class FormerKeyUses(ProcessMemory):
    """How often a terminal signed by its key of before, since this process began."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.uses: Counter[tuple[int, int]] = Counter()

    def is_strange(self, terminal_id: int, key_version: int) -> bool:
        with self.lock:
            self.uses[terminal_id, key_version] += 1
            return self.uses[terminal_id, key_version] > HONEST_FORMER_USES

    def forget(self) -> None:
        self.uses.clear()


class Rate(ProcessMemory):
    """`most` by name, `usual` for what is not among them; None: as often as it likes."""

    def __init__(
        self, most: Mapping[str, int], *, usual: int | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.most = most
        self.usual = usual
        self.clock = clock
        self.lock = threading.Lock()
        self.begun = float("-inf")
        self.asked: Counter[tuple[int, str]] = Counter()

    def is_one_too_many(self, terminal_id: int, name: str) -> bool:
        most = self.most.get(name, self.usual)
        if most is None:
            return False
        with self.lock:
            if self.clock() - self.begun >= MINUTE_SECONDS:
                self.begun = self.clock()
                self.asked.clear()
            self.asked[terminal_id, name] += 1
            return self.asked[terminal_id, name] > most

    def forget(self) -> None:
        self.begun = float("-inf")
