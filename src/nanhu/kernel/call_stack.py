"""The call stack of a thread in one large piece of memory: a few per cent of a page's processor time.

CPython (3.11 to 3.14) keeps the frames of calls in pieces of 16 kB and gives a piece back as soon as the last call in it returns. Calls
that go to and fro over the edge of one, as every template's do, ask the kernel for memory each time. A piece is as large as the first
frame in it asks for, so one frame with room for a great many local variables makes a piece in which everything below it fits.
"""

from collections.abc import Callable
from types import FunctionType
from typing import Any, Final

ROOM: Final = 8_300
"""Local variables of the wide frame, of eight bytes: a little above 64 kB, for which a piece of 128 kB is taken; half of it is left."""


def _call(run: Callable[..., Any], *given: Any) -> Any:
    return run(*given)


_NAMES: Final = _call.__code__.co_varnames
_WIDE: Final = _call.__code__.replace(
    co_varnames=(*_NAMES, *(f"room{n}" for n in range(ROOM))), co_nlocals=len(_NAMES) + ROOM
)
in_one_piece: Final[Callable[..., Any]] = FunctionType(_WIDE, {})
"""`in_one_piece(run, *given)` is `run(*given)`, with room below it for some three hundred nested calls."""
