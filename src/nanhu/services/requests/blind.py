"""Blind signatures (盲签名), the signer's side of RFC 9474, RSABSSA-SHA384-PSS-Randomized; the browser's is static/requests/blind.js."""

import secrets
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from nanhu.kernel.crypto import rsa_private_key

BITS: Final = 2048
EXPONENT: Final = 65537
PREFIX: Final = 32
"""Random bytes that the browser puts before its message ("Randomized")."""
MESSAGE: Final = PREFIX + 32
PSS: Final = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)


class SigningError(Exception):
    """The input is no number below the modulus, or the machine reckoned wrongly: such a signature never leaves the house."""


def new_key() -> str:
    key = rsa.generate_private_key(public_exponent=EXPONENT, key_size=BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def private_key(pem: str) -> rsa.RSAPrivateKey:
    try:
        return rsa_private_key(pem)
    except TypeError as error:
        raise SigningError from error


def modulus_of(pem: str) -> str:
    return f"{private_key(pem).public_key().public_numbers().n:x}"


def blind_sign(key: rsa.RSAPrivateKey, blinded: bytes) -> bytes:
    """RSASP1 by the Chinese remainder theorem, over a base that is masked (nobody learns the key from the time it takes), and
    checked before it leaves: one faulty half would give the key away."""
    known = key.private_numbers()
    n, e, p, q = known.public_numbers.n, known.public_numbers.e, known.p, known.q
    asked = int.from_bytes(blinded)
    if len(blinded) != (n.bit_length() + 7) // 8 or not 1 < asked < n:
        raise SigningError
    mask = secrets.randbelow(n - 2) + 2
    masked = asked * pow(mask, e, n) % n
    of_p, of_q = pow(masked, known.dmp1, p), pow(masked, known.dmq1, q)
    signed = (of_q + (of_p - of_q) * known.iqmp % p * q) * pow(mask, -1, n) % n
    if pow(signed, e, n) != asked:
        raise SigningError
    return signed.to_bytes(len(blinded))


def is_signed(modulus: str, message: bytes, signature: bytes) -> bool:
    try:
        rsa.RSAPublicNumbers(EXPONENT, int(modulus, 16)).public_key().verify(signature, message, PSS, hashes.SHA384())
    except InvalidSignature:
        return False
    return True
