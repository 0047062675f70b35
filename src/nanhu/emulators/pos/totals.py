"""The day's own total (日合计): counted as sales end, told to the house once the day is over, and again when it changed."""

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from nanhu.emulators.pos.memory import DayTotal, Sale, StoredRow, TerminalMemory

if TYPE_CHECKING:
    from nanhu.emulators.pos.device import Device

CAMPUS = timezone(timedelta(hours=8))
KEPT_DAYS = 31


def day_at(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).astimezone(CAMPUS).date().isoformat()


def total_at(memory: TerminalMemory, moment: float) -> DayTotal:
    total = memory.totals.setdefault(day_at(moment), DayTotal())
    total.is_reported = False
    return total


def count_payment(memory: TerminalMemory, answer: dict[str, Any]) -> None:
    fen = int(answer.get("amount_fen") or 0)
    if answer.get("outcome") == "approved" and fen > 0:
        total = total_at(memory, float(answer["posted_at"]))
        total.payments, total.payments_fen = total.payments + 1, total.payments_fen + fen


def count_sale(memory: TerminalMemory, sale: Sale, answer: dict[str, Any] | None) -> None:
    """A hold is no sale yet: what it came to is counted when it ends."""
    if (
        answer is not None
        and answer.get("outcome") == "approved"
        and sale.operation == "payment"
        and not sale.is_counted
    ):
        count_payment(memory, answer)
        sale.is_counted = True


def count_reversal(memory: TerminalMemory, sale: Sale, answer: dict[str, Any]) -> None:
    """Once. A sale whose answer never came is known only now: it happened, and was taken back."""
    if answer.get("outcome") != "approved" or sale.operation != "payment" or sale.is_taken_back:
        return
    count_sale(memory, sale, answer)
    total, fen = total_at(memory, float(answer["posted_at"])), int(answer.get("amount_fen") or 0)
    total.reversals, total.reversals_fen = total.reversals + 1, total.reversals_fen + fen
    sale.is_taken_back = True


def count_uploaded(memory: TerminalMemory, row: StoredRow) -> None:
    total = total_at(memory, row.occurred_at)
    total.stored, total.stored_fen = total.stored + 1, total.stored_fen + row.amount_fen


def total_of(memory: TerminalMemory, day: str) -> dict[str, int]:
    """What is told of a day: with the rows that are still kept here."""
    total = memory.totals.get(day, DayTotal())
    waiting = [row.amount_fen for row in memory.stored if day_at(row.occurred_at) == day]
    return {
        "payments": total.payments,
        "payments_fen": total.payments_fen,
        "reversals": total.reversals,
        "reversals_fen": total.reversals_fen,
        "stored": total.stored + len(waiting),
        "stored_fen": total.stored_fen + sum(waiting),
        "waiting": len(waiting),
        "waiting_fen": sum(waiting),
    }


def report_totals(device: "Device") -> None:
    """Of days that are over; a house that does not know the question is asked again another time."""
    memory, today = device.memory, day_at(device.line.now())
    for row in memory.stored:
        memory.totals.setdefault(day_at(row.occurred_at), DayTotal())
    for day in sorted(day for day, total in memory.totals.items() if day < today and not total.is_reported):
        answer = device.line.ask_service("day/total", {"day": day, **total_of(memory, day)})
        if answer is None:
            return
        memory.totals[day].is_reported = True
        device.file.keep()
    for day in sorted(memory.totals)[:-KEPT_DAYS]:
        del memory.totals[day]
