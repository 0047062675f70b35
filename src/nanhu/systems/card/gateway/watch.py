"""What one terminal was refused for its bounds, told to the fleet page: a stolen key is seen at once.

The bounds themselves are held in the database, in the transaction of each sale, for all processes together
(sql/card_terminal_turn.sql, sql/card_stored_faults.sql).
"""

from typing import Final

from nanhu.kernel.clock import campus_today
from nanhu.platforms.terminals.gateway import ActivityLog
from nanhu.systems.card.gateway.terminals import Terminal

LIMIT: Final = "terminal_limit"
SUSPENDED: Final = frozenset(
    {
        "offline_payment",
        "offline_card",
        "offline_total",
        "offline_rows",
        "offline_too_old",
        "chip_missing",
        "tac_wrong",
        "chip_counter_reused",
        "amount_too_large",
        "amount_invalid",
    }
)


class TerminalWatch:
    def __init__(self, activity: ActivityLog) -> None:
        self.activity = activity
        self.told_enough: dict[int, str] = {}

    def decided(self, terminal: Terminal, outcome: str) -> None:
        if outcome == LIMIT:
            self.report(terminal, LIMIT)

    def untold(self, terminal: Terminal) -> None:
        """A sale was decided without the balance, or one too many was given back: this till was told of so many today that came to nothing.
        Once a day, for an honest till whose sales often want the PIN goes on asking."""
        today = str(campus_today())
        if self.told_enough.get(terminal.id) != today:
            self.told_enough[terminal.id] = today
            self.report(terminal, LIMIT)

    def uploaded(self, terminal: Terminal, outcomes: list[str], *, last_sequence: int) -> None:
        """Rows that went into suspense are an alarm, whoever sent them."""
        self.activity.saw(terminal.id, last_sequence)
        for code in sorted(SUSPENDED.intersection(outcomes)):
            self.report(terminal, code, times=outcomes.count(code))

    def report(self, terminal: Terminal, code: str, *, times: int = 1) -> None:
        self.activity.refuse_signed(terminal=terminal.number, code=code, times=times)
