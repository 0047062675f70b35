"""What happens to money that waits to be claimed, and to bills that a wallet pays."""

from dataclasses import dataclass

from nanhu.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimableReturned(Event):
    """It went back to the account it came from; whoever credited it by `key` takes it on from there (back to the bank)."""

    claimable_id: int
    key: str
    source: str
    reference: str
    amount_fen: int
    wallet_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenFundsDue(Event):
    """The wait is over: the holder may claim what was frozen when the card was replaced."""

    claimable_id: int
    person_id: int
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BillDebited(Event):
    """What came of a bill that was to be taken from a wallet: `outcome` is taken, left (`why`: the failure's code) or given_back."""

    bill_id: int
    issuer: str
    outcome: str
    person_id: int
    name: str
    amount_fen: int
    why: str
