"""What the school allows: limits, meal periods, tries of a PIN. Dated tables of the school's file; the latest that has
begun counts. Read by the pages and by the gateway, so nothing here needs Django's models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any, Final

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.kernel.school import school
from nanhu.systems.card.pins.rules import FROM_DOCUMENT

CLASSES: Final = ("teacher", "student", "ordinary")
MEALS: Final = ("breakfast", "lunch", "supper", "night")
DAY_SECONDS: Final = 86_400
OFFLINE_SLACK_SECONDS: Final = 600
"""By how much a row may seem older than what its terminal did before it: twice what a clock may be wrong."""
FIRST_DAY: Final = date(2000, 1, 1)
USUAL_PERIODS: Final = {
    "breakfast": "05:30-10:00", "lunch": "10:00-15:00", "supper": "15:00-20:30", "night": "20:30-24:00",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRule:
    """In fen. What a class of cards has of its own stands in `by_class`."""

    since: date = FIRST_DAY
    meal_fen: int = 5_000
    daily_fen: int = 15_000
    meal_max_fen: int = 20_000
    daily_max_fen: int = 50_000
    by_class: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    pin_tries: int = 5
    pin_lock_hours: int = 24
    pin_without_id: str = FROM_DOCUMENT
    own_pin_first: bool = False
    offline_payment_fen: int = 3_000
    offline_card_fen: int = 5_000
    offline_total_fen: int = 200_000
    offline_rows: int = 500
    offline_days: int = 7
    terminal_minute_payments: int = 120
    terminal_minute_fen: int = 300_000
    terminal_day_fen: int = 2_000_000
    terminal_day_refund_fen: int = 100_000
    terminal_minute_misses: int = 20
    kiosk_day_reissues: int = 40

    def for_class(self, card_class: str) -> tuple[int, int]:
        own = self.by_class.get(card_class, {})
        return int(own.get("meal_fen", self.meal_fen)), int(own.get("daily_fen", self.daily_fen))


@dataclass(frozen=True, slots=True)
class MealRule:
    """Hours of the meals of a canteen ("" for all that have none of their own) in a season, from a day on."""

    since: date
    canteen: str
    first_day: tuple[int, int]
    last_day: tuple[int, int]
    periods: tuple[tuple[int, time, time], ...]

    def is_in_season(self, day: date) -> bool:
        here = (day.month, day.day)
        if self.first_day <= self.last_day:
            return self.first_day <= here <= self.last_day
        return here >= self.first_day or here <= self.last_day


@cache
def rules() -> tuple[tuple[LimitRule, ...], tuple[MealRule, ...]]:
    return read_rules(school().raw.get("card", {}))


def read_rules(table: Mapping[str, Any]) -> tuple[tuple[LimitRule, ...], tuple[MealRule, ...]]:
    limits = sorted((limit_rule(row) for row in table.get("limits", [])), key=lambda rule: rule.since)
    meals = [meal_rule(row) for row in table.get("meals", [])]
    usual = meal_rule({"periods": USUAL_PERIODS})
    return tuple(limits) or (LimitRule(),), tuple(meals) or (usual,)


def limit_rule(row: Mapping[str, Any]) -> LimitRule:
    facts = {key: value for key, value in row.items() if key not in {"from", *CLASSES}}
    return LimitRule(since=row.get("from", FIRST_DAY), by_class={c: row[c] for c in CLASSES if c in row}, **facts)


def meal_rule(row: Mapping[str, Any]) -> MealRule:
    first, last = day_of_year(row.get("first_day", "01-01")), day_of_year(row.get("last_day", "12-31"))
    periods = tuple(
        (MEALS.index(name) + 1, *(clock(text) for text in span.split("-"))) for name, span in row["periods"].items()
    )
    return MealRule(row.get("from", FIRST_DAY), row.get("canteen", ""), first, last, periods)  # type: ignore[arg-type]


def day_of_year(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


def clock(text: str) -> time:
    hour, minute = text.split(":")
    return time.max if int(hour) == 24 else time(int(hour), int(minute))  # noqa: PLR2004  midnight as the end of a day


def limits_on(day: date, among: Sequence[LimitRule] | None = None) -> LimitRule:
    begun = [rule for rule in (rules()[0] if among is None else among) if rule.since <= day]
    return begun[-1] if begun else LimitRule()


def meal_at(canteen: str, moment: float) -> int:
    """The number of the meal (1 …) that is served there then, 0 between meals."""
    return meal_in_minute(canteen, int(moment // 60))


@lru_cache(maxsize=4096)
def meal_in_minute(canteen: str, minute: int) -> int:
    here = datetime.fromtimestamp(minute * 60, CAMPUS_ZONE)
    return meal_by(rules()[1], canteen, here)


def meal_by(among: Sequence[MealRule], canteen: str, here: datetime) -> int:
    """The latest rule of the canteen that has begun and is in season, else the latest of all canteens."""
    fitting = [
        r for r in among if r.since <= here.date() and r.is_in_season(here.date()) and r.canteen in {canteen, ""}
    ]
    if not fitting:
        return 0
    chosen = max(fitting, key=lambda rule: (rule.canteen == canteen, rule.since))
    at = here.time()
    return next((number for number, begins, ends in chosen.periods if begins <= at < ends), 0)


def meal_name(number: int) -> str:
    return MEALS[number - 1] if number else ""


def database_policy(day: date) -> dict[str, Any]:
    """What card_pay and card_store are told of the limits (sql/card_pay.sql, sql/card_store.sql)."""
    rule = limits_on(day)
    lock = timedelta(hours=rule.pin_lock_hours)
    classes = [(name, *rule.for_class(name)) for name in CLASSES]
    return {
        "offline": {
            "p": rule.offline_payment_fen, "c": rule.offline_card_fen, "t": rule.offline_total_fen, "r": rule.offline_rows,
            "age": rule.offline_days * DAY_SECONDS, "slack": OFFLINE_SLACK_SECONDS,
        },
        "tries": rule.pin_tries, "lock": int(lock.total_seconds()),
        "classes": [
            {"c": name, "m": meal, "y": daily, "xm": rule.meal_max_fen, "xy": rule.daily_max_fen}
            for name, meal, daily in classes
        ],
    }  # fmt: skip
