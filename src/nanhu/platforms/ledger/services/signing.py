"""The school's signature under statements: Ed25519, the key under the keyring."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.once import lock_key
from nanhu.platforms.ledger.models import SigningKey

STATEMENT_VERIFIER = Path(__file__).parent.parent / "verify_statement.py"
BY = Actor.system("ledger.signing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    public: str
    value: str


def sign(text: str) -> Signature:
    key = current_key()
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key.private))
    return Signature(public=key.public, value=private.sign(text.encode()).hex())


def current_key() -> SigningKey:
    """The newest; the first is made when it is first needed."""
    return SigningKey.objects.order_by("-id").first() or make_first_key()


def make_first_key() -> SigningKey:
    with transaction.atomic():
        lock_key("ledger.signing_key")
        return SigningKey.objects.order_by("-id").first() or new_key(by=BY)


def new_key(*, by: Actor) -> SigningKey:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw().hex()
    key = SigningKey.objects.create(public=public, private=private.private_bytes_raw().hex())
    audit.record(
        by=by, action="ledger.new_signing_key", target=f"ledger_signing_key:{key.pk}", facts={"public": public}
    )
    return key
