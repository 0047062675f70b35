"""Ways to pay a bill (缴费渠道), registered by the rooms that have them: card, bank, counter. No payer knows an issuer, no issuer a payer.

A payer takes money by `ledger.pay` and gives it back by `ledger.reverse` of that entry, in the transaction of its own receipt. A
`DirectDebit` (代扣) takes it without the person at hand, so that an issuer may ask for a whole list.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from nanhu.kernel.actors import Actor
from nanhu.kernel.registry import Register, Text, Viewer
from nanhu.platforms.ledger.models import Bill, BillMovement


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """`give_back(by, asked_by, payments, reason)` returns payments to whom they came from, by two people. What cannot go back now is
    passed over, for whoever holds it up to decide."""

    key: str
    name: Text
    give_back: Callable[[Actor, Actor, Sequence[BillMovement], str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectDebit(Payer):
    """`collect` gives for each bill "" where it is paid now, else the code of what hinders it, in words in `reasons`. `objections`
    says of persons why nothing can be taken from them, `available` what lies there for them now, `most_fen` how much a bill may be.
    `return_urls(viewer, bill_ids)`: where a payment can be given back by itself; None for who may not do that."""

    collect: Callable[[Actor, Sequence[Bill]], Mapping[int, str]]
    objections: Callable[[Collection[int]], Mapping[int, Text]]
    available: Callable[[Collection[int]], Mapping[int, int]]
    most_fen: Callable[[], int]
    return_urls: Callable[[Viewer, Collection[int]], Mapping[int, str] | None]
    reasons: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """The office behind `Bill.issuer`; `enquiries`: the sentence that says whom to ask."""

    key: str
    name: Text
    enquiries: Text = ""


payers: Register[Payer] = Register()
issuers: Register[Issuer] = Register()


def direct_debit() -> DirectDebit | None:
    """The first that is registered; None in a house without one: its bills wait to be paid."""
    return next((one for one in payers if isinstance(one, DirectDebit)), None)
