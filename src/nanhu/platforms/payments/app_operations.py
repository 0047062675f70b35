"""What an outside app may ask: each room above enters its operations in `APP_OPERATIONS`, by the name in the address."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from nanhu.kernel.actors import Actor
from nanhu.platforms.payments.models import Channel

type Facts = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppQuestion:
    app: Channel
    request: str
    body: Facts
    by: Actor


class AppOperation(NamedTuple):
    """Of one that has `known` the same question again gives the same answer, so that an app which lost it may ask again: `known` finds
    what the question has led to, if it was asked before. Of one that `writes`, the same: its answer is kept with what it did, in one
    transaction. `goes_on`: in the emergency read-only mode, too, since it looks, or makes somebody safer."""

    work: Callable[[AppQuestion], Facts]
    known: Callable[[AppQuestion], Facts | None] | None = None
    goes_on: bool = False
    writes: bool = False


APP_OPERATIONS: Final[dict[str, AppOperation]] = {}
