"""What one terminal may do in a minute and in a day, so that a stolen key is bounded in yuan and seen at once.

No till sells twice a second or meets twenty unknown cards a minute. Counted in this process (there is one gateway); what a
terminal sold today before it started is asked once. Rows of uploads are bounded in the database (sql/card_stored_faults.sql).
"""

import time
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, Final

from nanhu.systems.card.gateway.database import OutcomeUnknownError
from nanhu.systems.card.gateway.diary import Diary
from nanhu.systems.card.gateway.policy import campus_day
from nanhu.systems.card.gateway.terminals import Terminal
from nanhu.systems.card.pins.policy import LimitRule, limits_on

MINUTE_SECONDS = 60.0
LIMIT: Final = "terminal_limit"
SUSPENDED: Final = frozenset(
    {"offline_payment", "offline_card", "offline_total", "offline_rows", "offline_too_old", "chip_missing", "tac_wrong",
     "chip_counter_reused"}
)  # fmt: skip
MISSES: Final = frozenset({"card_unknown", "code_wrong", "pin_wrong"})
SOLD_TODAY = """
    SELECT coalesce(sum(r.amount_fen), 0)::bigint FROM (
        SELECT q.amount_fen, q.posted_at, q.kind, q.outcome, q.detail FROM card_receipt q
        WHERE q.terminal_id = %s AND q.sequence IS NOT NULL ORDER BY q.sequence DESC LIMIT 5000) AS r
    WHERE card_day(r.posted_at) = card_day(now()) AND r.kind IN ('payment', 'hold') AND r.outcome = 'posted' AND r.detail <> 'pin'
"""

type Rows = Callable[[str, list[Any]], Awaitable[list[Any]]]


class Account:
    """Of one terminal: this minute and this day."""

    __slots__ = ("counted", "day", "day_fen", "day_refund_fen", "minute_begun", "minute_fen", "misses", "payments")

    def __init__(self, day: object, day_fen: int) -> None:
        self.day, self.day_fen, self.day_refund_fen = day, day_fen, 0
        self.minute_begun, self.minute_fen, self.payments, self.misses = float("-inf"), 0, 0, 0
        self.counted: dict[int, int | None] = {}

    def turn_minute(self, now: float, *, forgiven: int) -> None:
        """Guesses are forgiven at their rate: a thousand in one upload close the door for as long as a thousand take."""
        minutes = int((now - self.minute_begun) / MINUTE_SECONDS) if self.minute_begun > float("-inf") else 1
        if minutes:
            self.minute_begun, self.minute_fen, self.payments = now, 0, 0
            self.misses = max(0, self.misses - forgiven * minutes)
            self.counted = {}


class TerminalWatch:
    def __init__(self, rows: Rows, diary: Diary, clock: Callable[[], float] = time.monotonic) -> None:
        self.rows, self.diary, self.clock = rows, diary, clock
        self.accounts: dict[int, Account] = {}

    async def account(self, terminal: Terminal) -> tuple[Account, LimitRule]:
        day = campus_day(time.time())
        found = self.accounts.get(terminal.id)
        if found is None or found.day != day:
            found = await self.begin(terminal, day)
        rule = limits_on(day)
        found.turn_minute(self.clock(), forgiven=rule.terminal_minute_misses)
        return found, rule

    async def begin(self, terminal: Terminal, day: date) -> Account:
        """While the database is away nothing is known of the day: the sale itself is asked of it, and this again with the next."""
        try:
            [(sold,)] = await self.rows(SOLD_TODAY, [terminal.id])
        except OutcomeUnknownError:
            return self.accounts.setdefault(terminal.id, Account(None, 0))
        found = self.accounts.get(terminal.id)
        if found is None or found.day != day:
            found = self.accounts[terminal.id] = Account(day, sold)
        return found

    async def fault(self, terminal: Terminal, sequence: int, fen: int, *, has_pin: bool) -> str | None:
        """`terminal_limit` where this sale is beyond what a till does; counts it otherwise. A PIN proves that the holder is there:
        such sales count for the minute alone. A request that comes again counts once: a till asks until it is told."""
        account, rule = await self.account(terminal)
        if sequence in account.counted:
            return None
        day_fen = 0 if has_pin else fen
        if (
            account.payments >= rule.terminal_minute_payments
            or account.minute_fen + fen > rule.terminal_minute_fen
            or account.day_fen + day_fen > rule.terminal_day_fen
            or account.misses >= rule.terminal_minute_misses
        ):
            self.report(terminal, LIMIT)
            return LIMIT
        account.payments += 1
        account.minute_fen += fen
        account.day_fen += day_fen
        account.counted[sequence] = day_fen
        return None

    def decided(self, terminal: Terminal, sequence: int, outcome: str) -> None:
        """Of a sale that was counted: what was not sold does not count for the day; cards that nobody has do, as guesses."""
        account = self.accounts.get(terminal.id)
        fen = None if account is None else account.counted.get(sequence)
        if account is None or fen is None:
            return
        account.counted[sequence] = None
        if outcome != "posted":
            account.day_fen -= fen
            account.misses += outcome in MISSES

    async def refund_fault(self, terminal: Terminal, fen: int) -> str | None:
        account, rule = await self.account(terminal)
        if account.day_refund_fen + fen > rule.terminal_day_refund_fen:
            self.report(terminal, LIMIT)
            return LIMIT
        account.day_refund_fen += fen
        return None

    async def upload_fault(self, terminal: Terminal) -> str | None:
        """Rows of cards that nobody has are guesses as well; whoever made too many waits, and keeps what it has to tell."""
        account, rule = await self.account(terminal)
        if account.misses >= rule.terminal_minute_misses:
            self.report(terminal, LIMIT)
            return LIMIT
        return None

    def uploaded(self, terminal: Terminal, outcomes: list[str], *, last_sequence: int) -> None:
        """Rows that went into suspense are an alarm, whoever sent them."""
        self.diary.saw(terminal.id, last_sequence)
        if (account := self.accounts.get(terminal.id)) is not None:
            account.misses += sum(outcome in MISSES for outcome in outcomes)
        for code in sorted(SUSPENDED.intersection(outcomes)):
            self.report(terminal, code, times=outcomes.count(code))

    def report(self, terminal: Terminal, code: str, *, times: int = 1) -> None:
        self.diary.refuse(terminal=terminal.number, address="", code=code, times=times)
