"""Pure rules: periods of a cycle, fees."""

from datetime import date, timedelta

MILLE = 1000


def last_day_due(cycle: str, today: date) -> date:
    """The last day of the newest period that is over."""
    if cycle == "weekly":
        return today - timedelta(days=today.isoweekday())
    if cycle == "monthly":
        return today.replace(day=1) - timedelta(days=1)
    return today - timedelta(days=1)


def fee_of(takings_fen: int, per_mille: int) -> int:
    """Rounded to the nearest fen, half a fen upwards."""
    return (takings_fen * per_mille + MILLE // 2) // MILLE
