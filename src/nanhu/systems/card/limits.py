"""What the school allows at the counter: the table [card] of its configuration."""

from dataclasses import dataclass
from datetime import timedelta

from nanhu.kernel.school import school

LARGEST_TOP_UP_FEN = 50_000
LARGEST_BALANCE_FEN = 200_000
PRESETS_FEN = (5_000, 10_000, 20_000, 50_000)
EXCEPTION_HOURS = 24
MOST_HOURS = 8_784
"""A year."""
MEMBERS = frozenset(
    {
        "top_up_max_fen",
        "wallet_max_fen",
        "top_up_presets_fen",
        "exception_hours",
        "loss_cool_off_minutes",
        "loss_self_service",
        "making_days",
        "offline_card_fen",
        "unclaimed_return_days",
        "payout_max_fen",
        "deduction_max_fen",
        "deduction_daily_fen",
        "reissue",
        "bank",
        "apps",
        "limits",
        "meals",
        "fees",
        "colours",
        "partners",
        "rights",
        "loss_liability",
    }
)
"""What the rooms of the card read of [card]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterLimits:
    top_up_fen: int
    balance_fen: int
    presets_fen: tuple[int, ...]
    exception_life: timedelta


def counter_limits() -> CounterLimits:
    table = school().table("card")
    top_up = table.whole("top_up_max_fen", LARGEST_TOP_UP_FEN, least=1)
    return CounterLimits(
        top_up_fen=top_up,
        balance_fen=table.whole("wallet_max_fen", LARGEST_BALANCE_FEN, least=1),
        presets_fen=tuple(fen for fen in table.wholes("top_up_presets_fen", PRESETS_FEN) if fen <= top_up),
        exception_life=timedelta(hours=table.whole("exception_hours", EXCEPTION_HOURS, least=1, most=MOST_HOURS)),
    )


def read_counter() -> CounterLimits:
    """For the start and the doctor: a name that no room reads is refused, too."""
    school().table("card").only(MEMBERS)
    return counter_limits()
