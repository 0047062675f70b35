"""UnionPay's side of ACP 5.1, written from its public kits: the signed text, our signature, the merchant's."""

import base64
import hashlib
from collections.abc import Mapping
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key


def digest(message: Mapping[str, str]) -> bytes:
    kept = sorted((name, value) for name, value in message.items() if value and name != "signature")
    text = "&".join(f"{name}={value}" for name, value in kept)
    return hashlib.sha256(text.encode()).hexdigest().encode()


@lru_cache(maxsize=16)
def private_key(pem: str) -> RSAPrivateKey:
    """Opened once: OpenSSL proves its primes, which takes thirty times as long as a signature."""
    found = load_pem_private_key(pem.encode(), None)
    if not isinstance(found, RSAPrivateKey):
        raise TypeError("RSA is needed")
    return found


def signed(message: Mapping[str, str], *, key: str, certificate: str) -> dict[str, str]:
    private = private_key(key)
    whole = {**message, "signMethod": "01", "signPubKeyCert": certificate}
    return {**whole, "signature": base64.b64encode(private.sign(digest(whole), PKCS1v15(), hashes.SHA256())).decode()}


def is_merchants(message: Mapping[str, str], certificate: str) -> bool:
    """Signed by the certificate whose number the message names."""
    held = x509.load_pem_x509_certificate(certificate.encode())
    key = held.public_key()
    if message.get("certId") != str(held.serial_number) or not isinstance(key, RSAPublicKey):
        return False
    try:
        signature = base64.b64decode(message.get("signature", ""), validate=True)
        key.verify(signature, digest(message), PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def as_text(message: Mapping[str, str]) -> str:
    """As UnionPay answers: not URL-encoded."""
    return "&".join(f"{name}={value}" for name, value in message.items())
