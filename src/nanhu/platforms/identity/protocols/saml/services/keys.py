"""Keys (签名密钥): made at first use, changed in three steps so that no partner ever meets a key it does not know.

`announce` publishes a next key beside the present one; `switch` signs with it while the former stays published;
`withdraw` takes the former out of the metadata, once every partner has fetched the new one.
"""

import base64
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.db import IntegrityError, transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.identity.protocols.saml.addresses import entity_id
from nanhu.platforms.identity.protocols.saml.errors import KeyStepRefusedError
from nanhu.platforms.identity.protocols.saml.models import SigningKey

BITS = 3072
LIFE = timedelta(days=20 * 365)
State = SigningKey.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The key as PEM, and its certificate as PEM."""

    key: str
    certificate: str

    @property
    def bare_certificate(self) -> str:
        return bare(self.certificate)


def bare(certificate: str) -> str:
    """The base64 between the lines of a PEM, as metadata carries it."""
    lines = certificate.strip().splitlines()
    return "".join(line.strip() for line in lines if not line.startswith("-----"))


def signing_pair() -> Pair:
    row = SigningKey.objects.filter(state=State.SIGNING).first() or first_key()
    return Pair(key=row.key, certificate=row.certificate)


def published() -> list[str]:
    """The bare certificates for the metadata: the one that signs first, then the next, then the former."""
    signing_pair()
    order = {State.SIGNING: 0, State.NEXT: 1, State.FORMER: 2}
    rows = SigningKey.objects.exclude(state=State.WITHDRAWN)
    return [bare(row.certificate) for row in sorted(rows, key=lambda row: (order[State(row.state)], -row.pk))]


def first_key() -> SigningKey:
    """Of two processes that come first together, the database lets one through; the other takes its key."""
    try:
        with transaction.atomic():
            return add_key(by=Actor.system("identity.saml"), state=State.SIGNING)
    except IntegrityError:
        return SigningKey.objects.get(state=State.SIGNING)


def add_key(*, by: Actor, state: State) -> SigningKey:
    pair = pair_of(fresh_key())
    row = SigningKey.objects.create(key=pair.key, certificate=pair.certificate, state=state)
    note(by, row, "made")
    return row


def fresh_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=BITS)


def pair_of(key: rsa.RSAPrivateKey) -> Pair:
    """With a certificate that it signs itself, for this address and twenty years."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, (urlsplit(entity_id()).hostname or "idp")[:64])])
    moment = now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + LIFE)
        .sign(key, hashes.SHA256())
    )
    return Pair(
        key=key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        certificate=certificate.public_bytes(serialization.Encoding.PEM).decode(),
    )


@transaction.atomic
def announce(*, by: Actor) -> SigningKey:
    signing_pair()
    if SigningKey.objects.select_for_update().filter(state=State.NEXT).exists():
        raise KeyStepRefusedError(why="next")
    return add_key(by=by, state=State.NEXT)


@transaction.atomic
def switch(*, by: Actor) -> SigningKey:
    rows = {
        row.state: row for row in SigningKey.objects.select_for_update().filter(state__in=[State.NEXT, State.SIGNING])
    }
    if State.NEXT not in rows:
        raise KeyStepRefusedError(why="announce")
    for state, after in ((State.SIGNING, State.FORMER), (State.NEXT, State.SIGNING)):
        if state in rows:
            move(by, rows[state], after)
    return rows[State.NEXT]


@transaction.atomic
def withdraw(*, by: Actor) -> int:
    rows = list(SigningKey.objects.select_for_update().filter(state=State.FORMER))
    for row in rows:
        move(by, row, State.WITHDRAWN)
    return len(rows)


def move(by: Actor, row: SigningKey, state: State) -> None:
    row.state, row.changed_at = state, now()
    row.save(update_fields=["state", "changed_at"])
    note(by, row, str(state))


def note(by: Actor, row: SigningKey, what: str) -> None:
    facts = {"what": what, "sha256": fingerprint(row.certificate)}
    audit.record(by=by, action="identity.saml_key", target=f"saml_key:{row.pk}", facts=facts)


def fingerprint(certificate: str) -> str:
    parsed = x509.load_der_x509_certificate(base64.b64decode(bare(certificate)))
    return parsed.fingerprint(hashes.SHA256()).hex()
