"""A cache in the process: what it remembers of the database for some seconds (a list that every page asks for and that hardly changes).

`forget()` where this process changed it; the other processes read it anew when their seconds are over. Tests forget all
before each, and hold all where they count queries. What else a process keeps for itself (limits, counts, pauses) is a
`ProcessMemory`, and forgotten with it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Self
from weakref import WeakSet

_all: WeakSet["ProcessMemory"] = WeakSet()
_holders: list[object] = []


class ProcessMemory:
    """What one process keeps and no other knows; `forget_all` begins it anew."""

    def __new__(cls, *_args: object, **_options: object) -> Self:
        made = super().__new__(cls)
        _all.add(made)
        return made

    def forget(self) -> None:
        raise NotImplementedError


class Remembered[Value](ProcessMemory):
    def __init__(self, load: Callable[[], Value], *, seconds: float) -> None:
        self.load = load
        self.seconds = seconds
        self.kept: tuple[float, Value] | None = None

    def __call__(self) -> Value:
        kept = self.kept
        if kept is None or (monotonic() > kept[0] and not _holders):
            kept = self.kept = (monotonic() + self.seconds, self.load())
        return kept[1]

    def forget(self) -> None:
        self.kept = None


def forget_all() -> None:
    for one in list(_all):
        one.forget()


@contextmanager
def held() -> Iterator[None]:
    """Nothing grows old meanwhile, however slow the machine is."""
    _holders.append(None)
    try:
        yield
    finally:
        _holders.pop()
