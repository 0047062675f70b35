"""What the card's own limits say where no house can be asked (脱机限额): by its log, the meal of the day, and its PIN."""

from collections.abc import Sequence
from typing import Any

from nanhu.emulators.chip.api import SoftwareCard, terminal
from nanhu.emulators.pos.purse import stamp

USUAL_MEALS = (("00:00", "10:00"), ("10:00", "16:00"), ("16:00", "24:00"))


def limit_passed(card: SoftwareCard, terms: dict[str, Any], *, amount_fen: int, now: float) -> str:
    """ "meal" or "daily" where this purchase goes above it from the first fen, else empty. The card's limits come first."""
    facts = terminal.read_facts(card)
    house = terms.get("limits") or {}
    meal_fen = facts.meal_limit_fen or int(house.get("meal_fen") or 0)
    daily_fen = facts.daily_limit_fen or int(house.get("daily_fen") or 0)
    at = stamp(now)
    bought = [one for one in terminal.read_log(card) if one.kind == terminal.PURCHASE and one.at[:8] == at[:8]]
    hours = meal_of(at, terms.get("meals", USUAL_MEALS))
    if hours is not None and meal_fen:
        in_meal = sum(one.amount_fen for one in bought if hours[0] <= one.at[8:12] < hours[1])
        if in_meal + amount_fen > meal_fen:
            return "meal"
    if daily_fen and sum(one.amount_fen for one in bought) + amount_fen > daily_fen:
        return "daily"
    return ""


def meal_of(at: str, meals: Sequence[Any]) -> tuple[str, str] | None:
    """The meal's hours as HHMM; none between meals, where only the day counts."""
    return next(((first, last) for first, last in map(hours_of, meals) if first <= at[8:12] < last), None)


def hours_of(meal: Any) -> tuple[str, str]:
    """A pair of "HH:MM", or {"starts": …, "ends": …} as `hello` tells."""
    first, last = (meal["starts"], meal["ends"]) if isinstance(meal, dict) else meal
    return str(first).replace(":", "")[:4], str(last).replace(":", "")[:4]
