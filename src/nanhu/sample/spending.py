"""How one person lives, and what he therefore buys: meals first, then showers, shops, printing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nanhu.sample import rhythm
from nanhu.sample.merchants import Merchant, merchants

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from random import Random

    from nanhu.sample.eaters import Eater
    from nanhu.sample.merchants import Trade
    from nanhu.sample.rhythm import Day, Meal


YARD_OF_COLLEGE = {
    "11": "南",
    "12": "南",
    "13": "东",
    "14": "东",
    "15": "东",
    "16": "南",
    "17": "南",
    "18": "南",
    "25": "北",
    "26": "北",
    "27": "北",
    "28": "东",
}
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
WINDOWS = [one for one in merchants() if one.trade == "meal"]
OTHERS_OF_YARD: dict[str, dict[str, Merchant]] = {
    yard: {
        one.trade: one
        for one in reversed(merchants())
        if one.trade != "meal" and one.yard in {yard, ""} and one.key != "shop.books"
    }
    for yard in "南东北"
}
type Purchase = tuple[int, Merchant, int]


@dataclass(slots=True)
class Habits:
    """How one person lives: where, how much, how often."""

    presence: float
    size: float
    breakfast: tuple[Merchant, ...]
    meals: tuple[Merchant, ...]
    others: Mapping[str, Merchant]
    likelihood: tuple[float, ...]
    reserve_fen: int
    top_up_fen: int


def habits_of(rng: Random, eater: Eater, *, presence: float) -> Habits:
    yard = YARD_OF_COLLEGE.get(eater.unit[:2], "") or rng.choice("南南南东东北")
    windows = [one for one in WINDOWS if one.yard == yard] + rng.sample(WINDOWS, 2)
    mood = rng.uniform(0.75, 1.25)
    return Habits(
        presence=presence * rng.uniform(0.85, 1.0),
        size=SIZES.get(eater.sex, 1.0) * rng.uniform(0.85, 1.18),
        breakfast=_favourites(rng, [one for one in windows if one.serves_breakfast], 2),
        meals=_favourites(rng, [one for one in windows if one.serves_meals], 5),
        others=_places(yard),
        likelihood=tuple(min(chance * mood, 0.97) for chance in LIKELIHOOD[eater.kind]),
        reserve_fen=rng.choice((0, 0, 500, 1000, 2000)),
        top_up_fen=rng.choice(TOP_UPS[eater.kind]),
    )


def _favourites(rng: Random, windows: Sequence[Merchant], count: int) -> tuple[Merchant, ...]:
    """The first is taken most often: it stands three times in the draw."""
    chosen = rng.sample(windows, min(count, len(windows)))
    return (*chosen[:1] * 2, *chosen)


def _places(yard: str) -> Mapping[str, Merchant]:
    return OTHERS_OF_YARD[yard]


def purchases_of(rng: Random, eater: Eater, habits: Habits, calendar: Iterable[Day]) -> list[Purchase]:
    found: list[Purchase] = []
    is_student = eater.kind == "student"
    for day in calendar:
        factor = day.students if is_student else day.staff
        if rng.random() >= habits.presence * factor or (eater.since and day.date < eater.since):
            continue
        found.extend(_meals(rng, habits, day))
        found.extend(_others(rng, habits, day, is_student=is_student))
    found.sort(key=lambda purchase: purchase[0])
    return found


def _meals(rng: Random, habits: Habits, day: Day) -> Iterable[Purchase]:
    for meal, chance in zip(rhythm.MEALS, habits.likelihood, strict=True):
        if rng.random() >= (chance * 0.6 if day.is_free and meal is rhythm.BREAKFAST else chance):
            continue
        window = rng.choice(habits.breakfast if meal is rhythm.BREAKFAST else habits.meals)
        at, spread = (meal.at_free, meal.spread_free) if day.is_free else (meal.at, meal.spread)
        yield day.midnight + int(rng.gauss(at, spread) * rhythm.MINUTE), window, _price(rng, habits, meal, window)


def _price(rng: Random, habits: Habits, meal: Meal, window: Merchant) -> int:
    """Between ¥3 and ¥25, on half a yuan; now and then by weight, to the fen-ten."""
    fen = rng.triangular(meal.low_fen, meal.high_fen) * habits.size * window.price_factor
    step = 50 if rng.random() < 0.9 else 10
    return min(max(round(fen / step) * step, 300), 2500)


def _others(rng: Random, habits: Habits, day: Day, *, is_student: bool) -> Iterable[Purchase]:
    for trade, chance, start, end, low, high in OTHER_SPENDING:
        if not is_student and trade not in STAFF_SPENDING:
            continue
        busier = 2.5 if day.is_term_start and trade == "shop" else 1.8 if day.is_free and trade == "laundry" else 1.0
        if rng.random() < chance * busier:
            amount = round(rng.triangular(low, high, low) / 10) * 10
            yield day.midnight + rng.randint(start * 60, end * 60), habits.others[trade], amount
