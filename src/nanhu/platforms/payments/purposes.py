"""Why money leaves to bank cards: a room above enters a purpose and knows what each payout of it pays for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from nanhu.kernel.actors import Actor
from nanhu.platforms.payments.models import BankPayout


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A sum for a person's bank card. `subject` names it within its purpose for good; the token is of the card that was named for it."""

    subject: str
    person_id: int
    amount_fen: int
    tail: str
    token: str = field(repr=False)


class Purpose(Protocol):
    @property
    def words(self) -> str:
        """As the bank reads it, in whatever language the clerk works."""

    def owed(self) -> Sequence[Owed]:
        """What is to be paid by file, the longest first; what a living payout pays is left out here."""

    def subjects(self) -> Sequence[str]:
        """Of the same, to count them: nobody's token is opened."""

    def paid(self, *, by: Actor, payout: BankPayout) -> int | None:
        """Within the payout's end: book it. The ledger's entry that moved, None where it had moved before."""

    def returned(self, *, by: Actor, payout: BankPayout) -> int | None:
        """Within the payout's end: the ledger's entry that credited its holder anew, None where it stays owed."""


PURPOSES: Final[dict[str, Purpose]] = {}
