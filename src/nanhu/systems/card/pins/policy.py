"""What the school allows: limits, meal periods, tries of a PIN. Dated tables of the school's file; the latest that has
begun counts. Read by the pages and by the gateway, so nothing here needs Django's models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any, Final

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.kernel.school import school
from nanhu.kernel.school.tables import MOST, Table, tables_in
from nanhu.systems.card.pins.rules import AT_COUNTER, FROM_DOCUMENT

CLASSES: Final = ("teacher", "student", "ordinary")
MEALS: Final = ("breakfast", "lunch", "supper", "night")
DAY_SECONDS: Final = 86_400
OFFLINE_SLACK_SECONDS: Final = 600
"""By how much a row may seem older than what its terminal did before it: twice what a clock may be wrong."""
FIRST_DAY: Final = date(2000, 1, 1)
COUNTS: Final[Mapping[str, tuple[int, int]]] = {
    "meal_fen": (0, MOST),
    "daily_fen": (0, MOST),
    "meal_max_fen": (0, MOST),
    "daily_max_fen": (0, MOST),
    "pin_tries": (1, 100),
    "pin_lock_hours": (1, 8_784),
    "offline_payment_fen": (0, MOST),
    "offline_card_fen": (0, MOST),
    "offline_total_fen": (0, MOST),
    "offline_rows": (0, MOST),
    "offline_days": (1, 366),
    "terminal_minute_payments": (1, MOST),
    "terminal_minute_fen": (1, MOST),
    "terminal_day_fen": (1, MOST),
    "terminal_day_refund_fen": (0, MOST),
    "terminal_minute_misses": (1, MOST),
    "terminal_open_cases": (1, MOST),
    "terminal_day_told": (0, MOST),
    "desk_day_names": (0, MOST),
    "kiosk_day_reissues": (0, MOST),
    "kiosk_day_losses": (0, MOST),
    "vendor_day_lookups": (0, MOST),
    "vendor_day_blocks": (0, MOST),
}
"""The least and the most that a limit may be set to. 0 is a rule of its own where it stands, a standstill where it does not."""
USUAL_PERIODS: Final = {
    "breakfast": "05:30-10:00",
    "lunch": "10:00-15:00",
    "supper": "15:00-20:30",
    "night": "20:30-24:00",
}


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
    terminal_open_cases: int = 1_000
    terminal_day_told: int = 500
    desk_day_names: int = 5_000
    kiosk_day_reissues: int = 40
    kiosk_day_losses: int = 40
    vendor_day_lookups: int = 1_000
    vendor_day_blocks: int = 40

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
    return read_own_rules()


def read_own_rules() -> tuple[tuple[LimitRule, ...], tuple[MealRule, ...]]:
    return read_rules(school().raw)


def read_rules(raw: Mapping[str, Any]) -> tuple[tuple[LimitRule, ...], tuple[MealRule, ...]]:
    """Of the whole file. Raises SchoolFileError: a limit that the database cannot count would refuse every payment."""
    limits = sorted(map(limit_rule, tables_in(raw, "card.limits")), key=lambda rule: rule.since)
    meals = [meal_rule(table) for table in tables_in(raw, "card.meals")]
    usual = meal_rule(Table("", {"periods": USUAL_PERIODS}))
    return tuple(limits) or (LimitRule(),), tuple(meals) or (usual,)


def limit_rule(table: Table) -> LimitRule:
    table.only({"from", "pin_without_id", "own_pin_first", *COUNTS, *CLASSES})
    usual = LimitRule()
    counts = {
        name: table.whole(name, getattr(usual, name), least=least, most=most) for name, (least, most) in COUNTS.items()
    }
    most = {"meal_fen": counts["meal_max_fen"], "daily_fen": counts["daily_max_fen"]}
    counts |= {name: table.whole(name, min(counts[name], largest), most=largest) for name, largest in most.items()}
    return LimitRule(
        since=table.day("from", FIRST_DAY),
        by_class={name: class_limits(table, name, most) for name in CLASSES if name in table.members},
        pin_without_id=table.text("pin_without_id", FROM_DOCUMENT, among=(FROM_DOCUMENT, AT_COUNTER)),
        own_pin_first=table.yes("own_pin_first", usual=False),
        **counts,
    )


def class_limits(table: Table, card_class: str, most: Mapping[str, int]) -> Mapping[str, int]:
    own = table.inner(card_class)
    own.only(most)
    return {name: own.whole(name, 0, most=most[name]) for name in own.members}


def meal_rule(table: Table) -> MealRule:
    table.only({"from", "canteen", "first_day", "last_day", "periods"})
    spans = table.inner("periods")
    spans.only(MEALS)
    periods = tuple((MEALS.index(name) + 1, *period(spans, name)) for name in spans.members)
    return MealRule(
        table.day("from", FIRST_DAY),
        table.text("canteen", ""),
        day_of_year(table, "first_day", "01-01"),
        day_of_year(table, "last_day", "12-31"),
        periods,
    )


def day_of_year(table: Table, member: str, usual: str) -> tuple[int, int]:
    text = table.text(member, usual)
    try:
        found = datetime.strptime(f"2000-{text}", "%Y-%m-%d")  # noqa: DTZ007  a day of any year
    except ValueError as error:
        raise table.fault(member, text, "05-01") from error
    return found.month, found.day


def period(spans: Table, name: str) -> tuple[time, time]:
    text = spans.text(name, "")
    try:
        begins, ends = (clock(one) for one in text.split("-"))
    except ValueError as error:
        raise spans.fault(name, text, "05:30-10:00") from error
    if begins >= ends:
        raise spans.fault(name, text, "05:30-10:00")
    return begins, ends


def clock(text: str) -> time:
    return time.max if text == "24:00" else time.fromisoformat(text)


def clock_words(at: time) -> str:
    return "24:00" if at == time.max else f"{at:%H:%M}"


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
    at = here.time()
    return next((number for number, begins, ends in periods_on(here.date(), among, canteen) if begins <= at < ends), 0)


def periods_on(day: date, among: Sequence[MealRule], canteen: str) -> tuple[tuple[int, time, time], ...]:
    """By the latest rule of the canteen that has begun and is in season, else by the latest of all canteens."""
    fitting = [rule for rule in among if rule.since <= day and rule.is_in_season(day) and rule.canteen in {canteen, ""}]
    if not fitting:
        return ()
    return max(fitting, key=lambda rule: (rule.canteen == canteen, rule.since)).periods


def hours_of_meals(canteen: str, moment: float) -> list[dict[str, Any]]:
    """The meals of that day, by which a terminal without a network counts what a card spent in one."""
    periods = periods_on(datetime.fromtimestamp(moment, CAMPUS_ZONE).date(), rules()[1], canteen)
    return [{"meal": one, "starts": clock_words(begins), "ends": clock_words(ends)} for one, begins, ends in periods]


def meal_name(number: int) -> str:
    return MEALS[number - 1] if number else ""


def database_policy(day: date) -> dict[str, Any]:
    """What card_pay and card_store are told of the limits (sql/card_pay.sql, sql/card_store.sql)."""
    rule = limits_on(day)
    lock = timedelta(hours=rule.pin_lock_hours)
    classes = [(name, *rule.for_class(name)) for name in CLASSES]
    return {
        "offline": {
            "p": rule.offline_payment_fen,
            "c": rule.offline_card_fen,
            "t": rule.offline_total_fen,
            "r": rule.offline_rows,
            "age": rule.offline_days * DAY_SECONDS,
            "slack": OFFLINE_SLACK_SECONDS,
        },
        "tries": rule.pin_tries,
        "lock": int(lock.total_seconds()),
        "classes": [
            {"c": name, "m": meal, "y": daily, "xm": rule.meal_max_fen, "xy": rule.daily_max_fen}
            for name, meal, daily in classes
        ],
    }
