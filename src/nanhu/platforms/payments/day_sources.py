"""Who is asked when a day is closed. A room that keeps a second account of money registers itself here; the close knows none of them."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from nanhu.kernel.kit import Table
from nanhu.kernel.registry import Register, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One difference. `key` names it within its source and day for good; `owner` where it is not the source's own office.

    `is_explained` with `what` saying why: a named pending item (on its way, not yet uploaded), not an unexplained one.
    """

    key: str
    what: str
    ours_fen: int | None = None
    theirs_fen: int | None = None
    is_explained: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """`differences(day)` compares one day of ours with theirs; `owner` is the office that sees to what it finds.

    `heard(days)` says of which days something came in, and when: a close that was earlier is run again.
    """

    key: str
    title: Text
    owner: Text
    differences: Callable[[date], list[Found]]
    heard: Callable[[Collection[date]], Iterable[tuple[date, datetime]]] = lambda _days: []
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """What a bank holds for us at the end of a day, as it says itself; None where it has not said. `group`: of the ledger's accounts,
    where our books say it.

    `items(day)`: what it had moved by then and we had not, or the other way round, each by its own number.
    `suspects(day)`: what it told by then that cannot be right and that nobody has settled.
    """

    key: str
    title: Text
    group: str
    balance: Callable[[date], int | None]
    items: Callable[[date], list[Found]] = lambda _day: []
    suspects: Callable[[date], list[Found]] = lambda _day: []
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What the sheet of a day shows of a room: plain values, so that a printed sheet stays what it was, and the `table` of their `rows`.
    `lead` says a sentence of them; `is_folded`: there are many, and few who read them."""

    key: str
    title: Text
    of: Callable[[date], Any]
    table: type[Table]
    rows: Callable[[Any], Sequence[Any]] = list
    lead: Callable[[Any], Text] = lambda _values: ""
    is_folded: bool = False
    order: int = 100


sources: Register[Source] = Register()
sources_of_custody: Register[Custody] = Register()
figures: Register[Figure] = Register()
