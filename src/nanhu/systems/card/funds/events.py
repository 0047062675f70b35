"""What happens to money that waits to be claimed, and to a room's bills."""

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
class RoomShareChanged(Event):
    """A person's share of a room's bill came to an end: `outcome` is taken, left (`why`: the failure's code) or given_back."""

    share_id: int
    outcome: str
    tries: int
    person_id: int
    name: str
    amount_fen: int
    why: str
