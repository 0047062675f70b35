"""The campus's past: ninety days of purchases and top-ups in their real rhythm, as columns ready to be copied.

Pure: no clock, no database. The wallet of a person never goes below zero, because a top-up comes first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date
from random import Random
from typing import TYPE_CHECKING, Literal

import polars as pl

from nanhu.sample import cast, rhythm
from nanhu.sample.merchants import Merchant, merchants

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from nanhu.sample.merchants import Trade
    from nanhu.sample.rhythm import Day, Meal
    from nanhu.sample.truth import Truth

__all__ = ["Eater", "Past", "campus_past", "eaters_of", "merchants"]

ROWS_OF_A_REGULAR_DAY = 2.55
OCCASIONAL = 0.12  # the share of days on which somebody uses the card who is no regular
YARD_OF_COLLEGE = {"11": "南", "12": "南", "13": "东", "14": "东", "15": "东", "16": "南", "17": "南", "18": "南", "25": "北", "26": "北", "27": "北", "28": "东"}  # fmt: skip
SIZES = {"1": 1.14, "2": 0.92}  # men eat more
LIKELIHOOD = {  # of breakfast, lunch, dinner, night snack on a day on campus
    "student": (0.52, 0.83, 0.70, 0.10),
    "staff": (0.26, 0.80, 0.12, 0.0),
    "temporary": (0.35, 0.75, 0.30, 0.0),
}
OTHER_SPENDING: tuple[tuple[Trade, float, int, int, int, int], ...] = (
    # trade, likelihood on a day, from minute, to minute, from fen, to fen
    ("shower", 0.22, 20 * 60 + 20, 22 * 60 + 40, 150, 420),
    ("water", 0.12, 7 * 60, 22 * 60 + 30, 30, 100),
    ("shop", 0.11, 9 * 60, 22 * 60, 300, 2500),
    ("laundry", 0.06, 18 * 60, 22 * 60, 300, 600),
    ("printing", 0.03, 8 * 60 + 30, 21 * 60 + 30, 20, 600),
    ("clinic", 0.002, 8 * 60 + 40, 17 * 60 + 30, 500, 2500),
)
STAFF_SPENDING = {"shop", "printing"}
TOP_UPS = {
    "student": (5_000, 10_000, 10_000, 20_000, 20_000, 30_000),
    "staff": (20_000, 30_000, 50_000),
    "temporary": (5_000, 10_000),
}

type Kind = Literal["student", "staff", "temporary"]


@dataclass(frozen=True, slots=True)
class Eater:
    """Who uses a card. `unit` tells the part of the campus, `since` the first day there."""

    campus_no: str
    kind: Kind
    sex: str
    unit: str = ""
    since: date | None = None
    is_regular: bool | None = None  # None: drawn


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


@dataclass(slots=True)
class _Habits:
    """How one person lives: where, how much, how often."""

    presence: float
    size: float
    breakfast: tuple[Merchant, ...]
    meals: tuple[Merchant, ...]
    others: Mapping[str, Merchant]
    likelihood: tuple[float, ...]
    reserve_fen: int
    top_up_fen: int


type _Purchase = tuple[int, Merchant, int]


def eaters_of(truth: Truth) -> list[Eater]:
    """Everybody with a running affiliation, once, by the first of them. The newcomer has not been anywhere yet."""
    found = []
    for person in truth.people:
        running = [one for one in person.affiliations if one.state == "active"]
        if running and running[0].campus_no != cast.CAST["newcomer"].campus_no:
            one = running[0]
            kind: Kind = "student" if one.kind == "student" else "staff" if one.kind == "staff" else "temporary"
            is_cast = one.campus_no in CAST_NUMBERS or None
            found.append(Eater(one.campus_no, kind, person.sex, one.unit, _day(one.starts_on), is_cast))
    return found


SETTLED_SECONDS = 60  # nothing is newer, so that what is paid live always comes after
CAST_NUMBERS = {member.campus_no for member in cast.MEMBERS}


def _day(text: str) -> date:
    return date.fromisoformat(text)


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
        habits = _habits(rng, eater, presence=1.0 if is_regular else occasional)
        purchases = [one for one in _purchases(rng, eater, habits, calendar) if one[0] < last - SETTLED_SECONDS]
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


def _habits(rng: Random, eater: Eater, *, presence: float) -> _Habits:
    yard = YARD_OF_COLLEGE.get(eater.unit[:2], "") or rng.choice("南南南东东北")
    windows = [one for one in WINDOWS if one.yard == yard] + rng.sample(WINDOWS, 2)
    mood = rng.uniform(0.75, 1.25)
    return _Habits(
        presence=presence * rng.uniform(0.85, 1.0),
        size=SIZES.get(eater.sex, 1.0) * rng.uniform(0.85, 1.18),
        breakfast=_favourites(rng, [one for one in windows if one.serves_breakfast], 2),
        meals=_favourites(rng, [one for one in windows if one.serves_meals], 5),
        others=_places(yard),
        likelihood=tuple(min(chance * mood, 0.97) for chance in LIKELIHOOD[eater.kind]),
        reserve_fen=rng.choice((0, 0, 500, 1000, 2000)),
        top_up_fen=rng.choice(TOP_UPS[eater.kind]),
    )


WINDOWS = [one for one in merchants() if one.trade == "meal"]


def _favourites(rng: Random, windows: Sequence[Merchant], count: int) -> tuple[Merchant, ...]:
    """The first is taken most often: it stands three times in the draw."""
    chosen = rng.sample(windows, min(count, len(windows)))
    return (*chosen[:1] * 2, *chosen)


def _places(yard: str) -> Mapping[str, Merchant]:
    return OTHERS_OF_YARD[yard]


OTHERS_OF_YARD: dict[str, dict[str, Merchant]] = {
    yard: {
        one.trade: one
        for one in reversed(merchants())
        if one.trade != "meal" and one.yard in {yard, ""} and one.key != "shop.books"
    }
    for yard in "南东北"
}


def _purchases(rng: Random, eater: Eater, habits: _Habits, calendar: Iterable[Day]) -> list[_Purchase]:
    found: list[_Purchase] = []
    is_student = eater.kind == "student"
    for day in calendar:
        factor = day.students if is_student else day.staff
        if rng.random() >= habits.presence * factor or (eater.since and day.date < eater.since):
            continue
        found.extend(_meals(rng, habits, day))
        found.extend(_others(rng, habits, day, is_student=is_student))
    found.sort(key=lambda purchase: purchase[0])
    return found


def _meals(rng: Random, habits: _Habits, day: Day) -> Iterable[_Purchase]:
    for meal, chance in zip(rhythm.MEALS, habits.likelihood, strict=True):
        if rng.random() >= (chance * 0.6 if day.is_free and meal is rhythm.BREAKFAST else chance):
            continue
        window = rng.choice(habits.breakfast if meal is rhythm.BREAKFAST else habits.meals)
        at, spread = (meal.at_free, meal.spread_free) if day.is_free else (meal.at, meal.spread)
        yield day.midnight + int(rng.gauss(at, spread) * rhythm.MINUTE), window, _price(rng, habits, meal, window)


def _price(rng: Random, habits: _Habits, meal: Meal, window: Merchant) -> int:
    """Between ¥3 and ¥25, on half a yuan; now and then by weight, to the fen-ten."""
    fen = rng.triangular(meal.low_fen, meal.high_fen) * habits.size * window.price_factor
    step = 50 if rng.random() < 0.9 else 10
    return min(max(round(fen / step) * step, 300), 2500)


def _others(rng: Random, habits: _Habits, day: Day, *, is_student: bool) -> Iterable[_Purchase]:
    for trade, chance, start, end, low, high in OTHER_SPENDING:
        if not is_student and trade not in STAFF_SPENDING:
            continue
        busier = 2.5 if day.is_term_start and trade == "shop" else 1.8 if day.is_free and trade == "laundry" else 1.0
        if rng.random() < chance * busier:
            amount = round(rng.triangular(low, high, low) / 10) * 10
            yield day.midnight + rng.randint(start * 60, end * 60), habits.others[trade], amount


def _book(rng: Random, eater: Eater, habits: _Habits, purchases: Sequence[_Purchase], columns: _Columns) -> int:
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
            "campus_no": columns.campus_no, "merchant_key": columns.merchant_key, "terminal_no": columns.terminal_no,
            "occurred_at": columns.occurred_at, "amount_fen": columns.amount_fen, "kind": columns.kind,
        },
        schema={
            "campus_no": pl.String, "merchant_key": pl.String, "terminal_no": pl.String, "occurred_at": pl.Int64,
            "amount_fen": pl.Int64, "kind": pl.String,
        },
    )  # fmt: skip
    moments = (pl.col("occurred_at") * 1_000_000).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return frame.sort("occurred_at", maintain_order=True).with_columns(moments)
