"""Web push on the wire: encrypted for one browser (RFC 8291, aes128gcm of RFC 8188) and signed for its service (VAPID, RFC 8292)."""

import hashlib
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from nanhu.kernel.configuration import configuration
from nanhu.kernel.outgoing import Call
from nanhu.kernel.secret_files import generated_secret

CURVE: Final = ec.SECP256R1()
POINT, AUTH, RECORD = 65, 16, 4096
LONGEST: Final = 3500
"""Of what is said: services take 4 kB in all."""
SIGNED_FOR: Final = 12 * 3600
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class Browser:
    """A subscription as the browser gave it."""

    endpoint: str = field(repr=False)
    public_key: bytes
    auth: bytes = field(repr=False)


def unpadded(text: str) -> bytes:
    """Of base64url. ValueError for what is none."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def padded_off(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def point_of(key: bytes) -> ec.EllipticCurvePublicKey:
    """ValueError for what is no point of the curve."""
    if len(key) != POINT:
        raise ValueError("no point")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, key)
    except InvalidKey as error:
        raise ValueError("no point") from error


def encoded(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def derived(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def sealed(text: bytes, browser: Browser, *, own: ec.EllipticCurvePrivateKey | None = None, salt: bytes = b"") -> bytes:
    """One record for one browser; `own` and `salt` are new each time, and given for a vector alone."""
    own, salt = own or ec.generate_private_key(CURVE), salt or secrets.token_bytes(AUTH)
    sender = encoded(own.public_key())
    shared = own.exchange(ec.ECDH(), point_of(browser.public_key))
    info = b"WebPush: info\0" + browser.public_key + sender
    secret = derived(shared, salt=browser.auth, info=info, length=32)
    key = derived(secret, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16)
    nonce = derived(secret, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
    head = salt + RECORD.to_bytes(4, "big") + bytes([len(sender)]) + sender
    return head + AESGCM(key).encrypt(nonce, text + b"\x02", None)


@cache
def signer() -> ec.EllipticCurvePrivateKey:
    """The school's own key for push services, of a secret kept beside the others; a new one ends all subscriptions."""
    secret = generated_secret(configuration().secrets_dir / "web-push")
    number = int.from_bytes(hashlib.sha512(secret.encode()).digest(), "big")
    return ec.derive_private_key(number % (ORDER - 1) + 1, CURVE)


def application_key() -> str:
    """What a browser subscribes with."""
    return padded_off(encoded(signer().public_key()))


def authorization(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + SIGNED_FOR,
        "sub": f"mailto:{configuration().mail_from}",
    }
    token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, ECKey.import_key(signer()))
    return f"vapid t={token}, k={application_key()}"


def call_of(text: bytes, browser: Browser, *, topic: str, seconds: int, is_urgent: bool) -> Call:
    """`topic`: a newer one of the same takes the place of what the service still holds; `seconds`: as long it is held."""
    digest = hashlib.sha256(topic.encode()).digest()[:24]
    return Call(
        address=browser.endpoint,
        body=sealed(text[:LONGEST], browser),
        content_type="application/octet-stream",
        is_public=True,
        headers=(
            ("Authorization", authorization(browser.endpoint)),
            ("Content-Encoding", "aes128gcm"),
            ("TTL", str(seconds)),
            ("Topic", padded_off(digest)),
            ("Urgency", "high" if is_urgent else "normal"),
        ),
    )
