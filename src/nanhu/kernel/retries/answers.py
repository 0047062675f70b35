"""What a step says of its row; the engine writes it down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Done:
    """It is through. `columns` are written with it; `then`: another step follows, whose attempts are counted anew."""

    columns: Mapping[str, object] = field(default_factory=dict)
    then: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """Not yet: once more after the pause, or `after` this one. `is_away`: who was called was not there at all."""

    error: str = ""
    after: timedelta | None = None
    is_away: bool = False
    columns: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Never:
    """Not at all, however often it is tried."""

    error: str
    columns: Mapping[str, object] = field(default_factory=dict)


type Answer = Done | Again | Never | None
"""None: the step has written itself what comes next."""
type Outside = Callable[[], Answer]
"""The part of a step that waits for somebody outside; run on a thread of its own."""


def failed(error: Exception) -> Again:
    """An `OSError` is theirs, and says that nobody was there; any other is a fault of ours, tried again like one of theirs."""
    return Again(f"{type(error).__name__}: {error}", is_away=isinstance(error, OSError))
