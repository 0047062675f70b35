"""What the campus asks of an acquirer (收单): an order to be paid, its state, a refund, the day's file."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from nanhu.platforms.payments.acp_file import FileRow


class AcquirerSilentError(Exception):
    """No answer that can be believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """`address` is what a QR code shows and a phone opens; `tn` what an app hands to UnionPay's control."""

    address: str
    tn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """`state`: paid; open (not paid, or not known yet); gone (failed or unheard of); refunded."""

    state: str
    sentence: str = ""
    query_id: str = ""
    amount_fen: int = 0
    settled_on: date | None = None


class AcquirerGateway(Protocol):
    def open_order(self, *, order: str, txn_time: str, amount_fen: int, back_url: str) -> Opened: ...

    def query(self, *, order: str, txn_time: str) -> Trade: ...

    def refund(self, *, order: str, txn_time: str, original: str, amount_fen: int, back_url: str) -> Trade: ...

    def fetch_file(self, *, day: date) -> list[FileRow]: ...
