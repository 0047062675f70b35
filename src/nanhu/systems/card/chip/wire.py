"""The member `chip` of an uploaded row (docs/protocols/terminal.md): from what a device sent to what the database is asked."""

import re
from typing import Any, Final

from nanhu.systems.card.chip import messages

LARGEST_COUNTER: Final = 0xFFFE
LARGEST_FEN: Final = 2**32 - 1
TAC: Final = re.compile(r"[0-9A-Fa-f]{8}")
STAMP: Final = re.compile(r"[0-9]{14}")


def chip_element(row: dict[str, Any]) -> dict[str, Any] | None:
    """None where the row brings no chip. A member that cannot be read is kept as it came and is never believed."""
    member = row.get("chip")
    if member is None:
        return None
    facts = member if isinstance(member, dict) else {}
    numbers = {
        "c": whole(facts.get("counter"), LARGEST_COUNTER),
        "b": whole(facts.get("balance_before_fen"), LARGEST_FEN),
        "q": whole(facts.get("term_seq"), LARGEST_FEN),
    }
    tac, at = facts.get("tac"), facts.get("at")
    moment = read_stamp(at)
    is_readable = (
        None not in numbers.values() and isinstance(tac, str) and TAC.fullmatch(tac) is not None and moment is not None
    )
    if not is_readable:
        return {"ok": False, "sent": repr(member)[:300]}
    amount = row.get("amount_fen")
    covers = isinstance(amount, int) and (numbers["b"] or 0) >= amount
    numbers["l"] = whole(facts.get("online_counter"), LARGEST_COUNTER)  # a terminal that does not read it leaves it out
    return {**numbers, "t": str(tac).upper(), "at": at, "o": moment, "ok": covers}


def whole(value: Any, largest: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= largest else None


def read_stamp(text: Any) -> float | None:
    if not isinstance(text, str) or STAMP.fullmatch(text) is None:
        return None
    try:
        return messages.moment_of(text).timestamp()
    except ValueError:
        return None
