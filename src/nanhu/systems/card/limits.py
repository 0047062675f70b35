"""What the school allows at the counter: the table [card] of its configuration."""

from dataclasses import dataclass
from datetime import timedelta

from nanhu.kernel.school import school

LARGEST_TOP_UP_FEN = 50_000
LARGEST_BALANCE_FEN = 200_000
PRESETS_FEN = (5_000, 10_000, 20_000, 50_000)
EXCEPTION_HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterLimits:
    top_up_fen: int
    balance_fen: int
    presets_fen: tuple[int, ...]
    exception_life: timedelta


def counter_limits() -> CounterLimits:
    table = school().raw.get("card", {})
    top_up = int(table.get("top_up_max_fen", LARGEST_TOP_UP_FEN))
    return CounterLimits(
        top_up_fen=top_up,
        balance_fen=int(table.get("wallet_max_fen", LARGEST_BALANCE_FEN)),
        presets_fen=tuple(int(fen) for fen in table.get("top_up_presets_fen", PRESETS_FEN) if int(fen) <= top_up),
        exception_life=timedelta(hours=int(table.get("exception_hours", EXCEPTION_HOURS))),
    )
