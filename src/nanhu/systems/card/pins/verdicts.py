"""Is this PIN right? From a row of card_pin_look (sql/card_pin_look.sql); used by the services and by the gateway."""

from typing import NamedTuple

from nanhu.kernel.crypto import decrypt
from nanhu.systems.card.pins.rules import are_equal, digest_of, initial_pin

LOOK = "SELECT uid, wallet_id, salt, digest, document FROM card_pin_look(%s, %s)"


class Kept(NamedTuple):
    """What is kept of a card's PIN."""

    uid: str
    wallet_id: int
    salt: bytes | None
    digest: bytes | None
    document: bytes | None

    @property
    def is_initial(self) -> bool:
        return self.digest is None


def initial_of(kept: Kept, without_id: str) -> str | None:
    if kept.document is None:
        return None
    return initial_pin(decrypt(bytes(kept.document), purpose="people.id_number"), without_id)


def verdict(kept: Kept, kind: str, pin: str, without_id: str) -> bool | None:
    """None where there is no PIN at all: no document on record, and nothing set at the counter."""
    if kept.digest is not None and kept.salt is not None:
        stored = decrypt(bytes(kept.digest), purpose="card.pin")
        return are_equal(stored, digest_of(pin, salt=bytes(kept.salt), wallet_id=kept.wallet_id, kind=kind))
    initial = initial_of(kept, without_id)
    return None if initial is None else are_equal(initial, pin)
