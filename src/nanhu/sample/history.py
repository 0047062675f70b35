"""The campus's past: ninety days of purchases and top-ups in their real rhythm, as columns ready to be copied.

Pure: no clock, no database. The wallet of a person never goes below zero, because a top-up comes first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from random import Random
from typing import TYPE_CHECKING

import polars as pl

from nanhu.sample import rhythm
from nanhu.sample.eaters import Eater, eaters_of
from nanhu.sample.merchants import merchants
from nanhu.sample.spending import habits_of, purchases_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from nanhu.sample.rhythm import Day
    from nanhu.sample.spending import Habits, Purchase


__all__ = ["Eater", "Past", "campus_past", "eaters_of", "merchants"]
ROWS_OF_A_REGULAR_DAY = 2.55
OCCASIONAL = 0.12  # the share of days on which somebody uses the card who is no regular
SETTLED_SECONDS = 60  # nothing is newer, so that what is paid live always comes after


@dataclass(frozen=True, slots=True)
class Past:
    """`rows`: campus_no, merchant_key, terminal_no (both empty for a top-up), occurred_at (UTC), amount_fen, kind
    ("purchase" or "top_up"), oldest first. `balances`: what each wallet holds in the end, in fen."""

    rows: pl.DataFrame
    balances: Mapping[str, int]


@dataclass(slots=True)
class _Columns:
    campus_no: list[str] = field(default_factory=list)
    merchant_key: list[str] = field(default_factory=list)
    terminal_no: list[str] = field(default_factory=list)
    occurred_at: list[int] = field(default_factory=list)
    amount_fen: list[int] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)

    def add(
        self, *, campus_no: str, at: int, amount_fen: int, kind: str, merchant: str = "", terminal: str = ""
    ) -> None:
        self.campus_no.append(campus_no)
        self.merchant_key.append(merchant)
        self.terminal_no.append(terminal)
        self.occurred_at.append(at)
        self.amount_fen.append(amount_fen)
        self.kind.append(kind)


def campus_past(
    *, seed: int, eaters: Sequence[Eater], until: datetime, days: int = 90, target_rows: int = 200_000
) -> Past:
    """What everybody bought in the `days` days before `until` (aware). A share of the people use the card every day,
    the others now and then, so that about `target_rows` rows come out at most."""
    calendar = rhythm.days_before(until, days)
    regulars, occasional = _shares(len(eaters), calendar, target_rows)
    columns, balances, last = _Columns(), {}, int(until.astimezone(UTC).timestamp())
    for eater in eaters:
        rng = Random(f"{seed}:{eater.campus_no}")
        is_regular = rng.random() < regulars if eater.is_regular is None else eater.is_regular
        habits = habits_of(rng, eater, presence=1.0 if is_regular else occasional)
        purchases = [one for one in purchases_of(rng, eater, habits, calendar) if one[0] < last - SETTLED_SECONDS]
        balances[eater.campus_no] = _book(rng, eater, habits, purchases, columns)
    return Past(_frame(columns), balances)


def _shares(people: int, calendar: Sequence[Day], target_rows: int) -> tuple[float, float]:
    """The share of regulars, and the presence of the others."""
    rows_of_regular = sum(day.students for day in calendar) * ROWS_OF_A_REGULAR_DAY
    wanted = target_rows * 0.95 / max(people * rows_of_regular, 1)
    if wanted >= 1:
        return 1.0, OCCASIONAL
    if wanted <= OCCASIONAL:
        return 0.0, wanted
    return (wanted - OCCASIONAL) / (1 - OCCASIONAL), OCCASIONAL


def _book(rng: Random, eater: Eater, habits: Habits, purchases: Sequence[Purchase], columns: _Columns) -> int:
    """Write the purchases, each top-up just before the purchase that would otherwise leave too little."""
    balance, before = 0, 0
    for at, merchant, amount in purchases:
        if balance - amount < habits.reserve_fen:
            moment = max(at - rng.randint(60, 2400), before + 1)
            columns.add(campus_no=eater.campus_no, at=moment, amount_fen=habits.top_up_fen, kind="top_up")
            balance += habits.top_up_fen
        at = max(at, before + 2)  # noqa: PLW2901  two purchases of one second stand one after the other
        terminal = merchant.terminals[rng.randrange(len(merchant.terminals))]
        columns.add(
            campus_no=eater.campus_no,
            merchant=merchant.key,
            terminal=terminal.number,
            at=at,
            amount_fen=amount,
            kind="purchase",
        )
        balance -= amount
        before = at
    return balance


def _frame(columns: _Columns) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            "campus_no": columns.campus_no,
            "merchant_key": columns.merchant_key,
            "terminal_no": columns.terminal_no,
            "occurred_at": columns.occurred_at,
            "amount_fen": columns.amount_fen,
            "kind": columns.kind,
        },
        schema={
            "campus_no": pl.String,
            "merchant_key": pl.String,
            "terminal_no": pl.String,
            "occurred_at": pl.Int64,
            "amount_fen": pl.Int64,
            "kind": pl.String,
        },
    )
    moments = (pl.col("occurred_at") * 1_000_000).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return frame.sort("occurred_at", maintain_order=True).with_columns(moments)
