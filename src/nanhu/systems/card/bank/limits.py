"""What the school allows for money from outside: the table [card.bank] of its configuration, in fen."""

from dataclasses import dataclass

from nanhu.kernel.school import school
from nanhu.systems.card.limits import counter_limits

SMALLEST_FEN = 100
LARGEST_FEN = 50_000
ALL_TRANSFERS_FEN = 50_000_000
PRESETS_FEN = (5_000, 10_000, 20_000, 30_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLimits:
    """One load or online top-up, what balance and pending sums may come to, and what the bank's own app may send to all
    holders together in a day before somebody looks."""

    smallest_fen: int
    largest_fen: int
    balance_fen: int
    all_transfers_fen: int
    presets_fen: tuple[int, ...]


def bank_limits() -> BankLimits:
    table = school().table("card.bank")
    table.only({"smallest_fen", "largest_fen", "all_transfers_fen", "presets_fen"})
    largest = table.whole("largest_fen", LARGEST_FEN, least=1)
    return BankLimits(
        smallest_fen=table.whole("smallest_fen", SMALLEST_FEN, least=1, most=largest),
        largest_fen=largest,
        balance_fen=counter_limits().balance_fen,
        all_transfers_fen=table.whole("all_transfers_fen", ALL_TRANSFERS_FEN, least=largest),
        presets_fen=tuple(fen for fen in table.wholes("presets_fen", PRESETS_FEN) if fen <= largest),
    )


def school_code() -> str:
    """The school's code in outside apps (A086)."""
    return school().table("card.apps").text("school_code", "10543")
