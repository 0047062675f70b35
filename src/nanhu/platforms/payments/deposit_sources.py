"""Where money of ours lies before it arrives at the bank. A room that keeps cash enters its safe here; what an acquirer owes us needs no entry."""

from collections.abc import Callable
from dataclasses import dataclass

from nanhu.kernel.registry import Register, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositSource:
    """`account` in the ledger: never more is booked than lies there."""

    key: str
    name: Text
    account: Callable[[], int]
    order: int = 100


deposit_sources: Register[DepositSource] = Register()
