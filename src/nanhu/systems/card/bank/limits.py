"""What the school allows for money from outside: the table [card.bank] of its configuration, in fen."""

from dataclasses import dataclass

from nanhu.kernel.school import school
from nanhu.systems.card.limits import counter_limits

SMALLEST_FEN = 100
LARGEST_FEN = 50_000
PRESETS_FEN = (5_000, 10_000, 20_000, 30_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLimits:
    """One load or online top-up, and what balance and pending sums may come to."""

    smallest_fen: int
    largest_fen: int
    balance_fen: int
    presets_fen: tuple[int, ...]


def bank_limits() -> BankLimits:
    table = school().raw.get("card", {}).get("bank", {})
    largest = int(table.get("largest_fen", LARGEST_FEN))
    return BankLimits(
        smallest_fen=int(table.get("smallest_fen", SMALLEST_FEN)),
        largest_fen=largest,
        balance_fen=counter_limits().balance_fen,
        presets_fen=tuple(int(fen) for fen in table.get("presets_fen", PRESETS_FEN) if int(fen) <= largest),
    )


def school_code() -> str:
    """The school's code in outside apps (A086)."""
    return str(school().raw.get("card", {}).get("apps", {}).get("school_code", "10543"))
