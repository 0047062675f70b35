"""What the rooms above keep beside a terminal: put there when it is registered, taken away with it."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol

from nanhu.platforms.terminals.models import Terminal


class Unsent(NamedTuple):
    """Rows that a terminal said it keeps and has not sent, and what they come to where they are money."""

    rows: int = 0
    fen: int = 0


class Part(Protocol):
    """One of a room, asked of every terminal: what is none of its kinds it leaves alone."""

    def install(self, terminal: Terminal, details: Mapping[str, Any]) -> Mapping[str, str]:
        """Within the registration; gives facts for the audit."""

    def unsent(self, terminal: Terminal) -> Unsent: ...

    def check_removal(self, terminal: Terminal) -> None:
        """Raises a CampusError where it may not be taken away yet."""

    def remove(self, terminal: Terminal, lost: Unsent) -> None:
        """Within the retirement; `lost` are the rows of all parts whose loss was accepted."""


PARTS: Final[list[Part]] = []
