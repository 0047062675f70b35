"""What a room above holds terminals to at the services endpoint, beside signature, clock and sequence."""

from typing import Final, Protocol

from django.db.models import QuerySet

from nanhu.platforms.terminals.models import Terminal


class Guard(Protocol):
    """One of a room. `found` may add to the query that finds the terminal what the other answers are read from."""

    def found(self, terminals: QuerySet[Terminal]) -> QuerySet[Terminal]: ...

    def has_used(self, terminal: Terminal, sequence: int) -> bool:
        """Whether another endpoint of the room answered this sequence already."""

    def is_flooding(self, terminal: Terminal) -> bool:
        """Whether so much of it was refused that no more is written down."""

    def is_over_its_limit(self, terminal: Terminal, operation: str) -> bool: ...

    def may_be_answered(self, terminal: Terminal, code: object) -> bool:
        """`code` of the refusal; None where the operation was done. It is counted here: no, where it is one too many."""

    def refused(self, terminal: Terminal) -> None:
        """Whatever the refusal was, it is written down."""


GUARDS: Final[list[Guard]] = []


def find_terminal(number: str) -> Terminal | None:
    terminals = Terminal.objects.filter(number=number)
    for guard in GUARDS:
        terminals = guard.found(terminals)
    return terminals.first()
