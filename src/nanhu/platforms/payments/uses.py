"""What the rooms above do with the line: each enters itself in `USES` and is asked in turn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from nanhu.kernel.actors import Actor
from nanhu.kernel.registry import Text
from nanhu.platforms.payments.models import Agreement, Channel, Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A payment as the acquirer tells it under its signature."""

    channel: Channel
    order: str
    txn_time: str
    query_id: str
    amount_fen: int
    settled_on: date | None


@dataclass(frozen=True, slots=True)
class Notice:
    """What the bank tells under its signature; the body is as it came."""

    channel: Channel
    request: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an agreement is for, as its holder reads it: the purpose, what its end brings, where missing papers are shown."""

    purpose: Text
    at_its_end: tuple[Text, ...]
    office: str


class Use(Protocol):
    def terms(self, person_id: int) -> Terms | None:
        """None where this person has nothing that an agreement would be used for."""

    @property
    def bank_notices(self) -> Mapping[str, Callable[[Notice], Mapping[str, object]]]:
        """By operation, what answers a notice of the bank; the answer goes back under our signature."""

    def check_end(self, agreement: Agreement) -> None:
        """Within its cancellation, the agreement locked; raises a CampusError where something over it is under way."""

    def hear_paid(self, paid: Paid) -> bool:
        """Whether the order is one of this room; PaymentOddError where the rest does not fit it. Told twice it is one payment."""

    def check_credit(self, difference: Difference) -> None:
        """Before one proposes it; raises a CampusError where such a sum may not be credited."""

    def credit(self, *, by: Actor, difference: Difference) -> int | None:
        """Book what only the other side has for whose it is, under the key that its own order would have used, so that whatever is
        told later books nothing; in the caller's transaction. The ledger's entry, None where it is nobody's of this room."""


USES: Final[list[Use]] = []
