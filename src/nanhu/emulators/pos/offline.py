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
    start, end = meal_of(at, terms.get("meals") or USUAL_MEALS)
    in_meal = sum(one.amount_fen for one in bought if start <= one.at[8:12] < end)
    if meal_fen and in_meal + amount_fen > meal_fen:
        return "meal"
    if daily_fen and sum(one.amount_fen for one in bought) + amount_fen > daily_fen:
        return "daily"
    return ""


def meal_of(at: str, meals: Sequence[Any]) -> tuple[str, str]:
    """The meal's hours as HHMM; between meals the time since the last one."""
    clock, since = at[8:12], "0000"
    for first, last in (hours_of(one) for one in meals):
        if first <= clock < last:
            return first, last
        if last <= clock:
            since = last
    return since, "2400"


def hours_of(meal: Any) -> tuple[str, str]:
    """A pair of "HH:MM", or {"starts": …, "ends": …} as `hello` tells."""
    first, last = (meal["starts"], meal["ends"]) if isinstance(meal, dict) else meal
    return str(first).replace(":", "")[:4], str(last).replace(":", "")[:4]
