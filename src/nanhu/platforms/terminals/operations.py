"""What a terminal may ask of the services endpoint (`/terminal/v1/<operation>`). Each room registers its own operations."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from nanhu.kernel.actors import Actor
from nanhu.platforms.terminals.models import Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An authentic request of a terminal that is switched on and of a kind that may ask this."""

    terminal: Terminal
    sequence: int
    body: dict[str, Any]
    by: Actor


type Work = Callable[[Request], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One that `reads` changes nothing: it takes no sequence and its answers are not kept."""

    name: str
    kinds: frozenset[str]
    work: Work
    reads: bool = False


OPERATIONS: Final[dict[str, Operation]] = {}


def operation(name: str, *, kinds: frozenset[str], reads: bool = False) -> Callable[[Work], Work]:
    """Runs inside the endpoint's transaction. The answer gets "outcome": "approved" where it has none.

    A CampusError becomes a refusal and undoes the operation's writes, unless its class says `keeps_writes = True`: such an
    error must then be raised outside any `transaction.atomic()` that holds the writes to be kept.
    """

    def register(work: Work) -> Work:
        if name in OPERATIONS:
            message = f"two operations are called {name}"
            raise ValueError(message)
        OPERATIONS[name] = Operation(name=name, kinds=kinds, work=work, reads=reads)
        return work

    return register
