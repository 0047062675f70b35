"""What the campus asks of a bank (银行接口): one typing.Protocol, so that a school writes an adapter for its own bank.

Every deed has a request id that is never used twice. A deed asked again under its id is the same deed. No answer, or one
that cannot be verified, is `BankSilentError`: the outcome is not known, and only `query` and `reverse` make it known.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

type Outcome = Literal["done", "refused", "unknown"]


class BankSilentError(Exception):
    """No answer that can be believed: the deed may or may not have been done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FourFactors:
    """What a bank compares (四要素). The card number lives in memory only, for as long as the question is asked."""

    name: str
    id_number: str
    card_number: str = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAnswer:
    """`unknown` comes from `query` alone: the bank has not heard of that request so far."""

    outcome: Outcome
    code: str
    sentence: str
    reference: str = ""
    settled_on: date | None = None
    amount_fen: int | None = None
    token: str = field(default="", repr=False)
    tail: str = ""

    @property
    def is_final(self) -> bool:
        """Whether it tells how that request ended. Refused because its id was used for something else, it does not: what was
        asked first under the id may have been done."""
        return self.outcome != "unknown" and self.code != "request_reused"

    @property
    def is_undone(self) -> bool:
        """Of a reversal: the bank says that the money is given back, or never moves. Any other refusal says neither."""
        return self.outcome == "done" or self.code in {"reversed", "cancelled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """A movement as the bank's file of the day tells it. `campus_no` where money came by the bank's own app."""

    request: str
    kind: str
    amount_fen: int
    reference: str
    at: datetime
    campus_no: str = ""


class BankGateway(Protocol):
    def sign(self, *, request: str, factors: FourFactors) -> BankAnswer: ...

    def unsign(self, *, request: str, token: str) -> BankAnswer: ...

    def debit(self, *, request: str, token: str, amount_fen: int) -> BankAnswer: ...

    def reverse(self, *, request: str, original: str) -> BankAnswer:
        """Final once it `is_undone`: money given back, or the original void however late it should come."""

    def query(self, *, original: str) -> BankAnswer: ...

    def pay_out(self, *, request: str, token: str, amount_fen: int, purpose: str) -> BankAnswer: ...

    def fetch_statement(self, *, day: date) -> list[StatementLine]:
        """All of the bank's movements of that day; raises where counts or sums do not fit."""

    def balance(self, *, day: date) -> int | None:
        """What the bank holds for us at the end of that day; None where it does not say."""
