"""What a terminal asks of the purse at the services door."""

from collections import Counter
from typing import Any, Final

from nanhu.kernel.clock import campus_today
from nanhu.kernel.once import may_lock_key
from nanhu.platforms.terminals.api import (
    INCIDENTS,
    MalformedError,
    Request,
    Terminal,
    TerminalLimitError,
    operation,
    text_in,
    whole_in,
)
from nanhu.systems.card.chip.models import SuspenseCase
from nanhu.systems.card.chip.services.proofs import note_proof
from nanhu.systems.card.models import SELLING
from nanhu.systems.card.pins.policy import limits_on

LARGEST_PROOFS = 100
ALARMS: Final = frozenset({SuspenseCase.Reason.TAC_WRONG, SuspenseCase.Reason.COUNTER_REUSED})
"""What no card in a holder's hand says."""


@operation("chip/proofs", kinds=SELLING)
def proofs(request: Request) -> dict[str, Any]:
    rows = request.body.get("rows")
    if not isinstance(rows, list) or not 0 < len(rows) <= LARGEST_PROOFS:
        raise MalformedError
    for row in rows:
        if not isinstance(row, dict):
            raise MalformedError
        whole_in(row, "sequence")
        whole_in(row, "amount_fen", most=2**32 - 1)
        row["card"] = text_in(row, "card").upper()
    check_open_cases(request.terminal)
    codes = [note_proof(by=request.by, terminal=request.terminal, row=row) for row in rows]
    for code, times in sorted(Counter(code for code in codes if code in ALARMS).items()):
        INCIDENTS.refuse_signed(terminal=request.terminal.number, address=request.by.address, code=code, times=times)
    told = [{"sequence": row["sequence"], "code": code} for row, code in zip(rows, codes, strict=True)]
    return {"rows": told}


def check_open_cases(terminal: Terminal) -> None:
    """Whoever brought more that cannot be believed than the office has answered keeps the rest for later. Proofs and uploads of a terminal
    come one after the other (sql/card_store.sql); who comes meanwhile is sent away, and holds no place that others need."""
    if not may_lock_key(f"card.cases:{terminal.pk}"):
        raise TerminalLimitError
    most = limits_on(campus_today()).terminal_open_cases
    waiting = SuspenseCase.objects.filter(terminal=terminal, state=SuspenseCase.State.OPEN)[:most]
    if waiting.count() >= most:
        raise TerminalLimitError
