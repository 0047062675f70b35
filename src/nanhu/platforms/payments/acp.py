"""UnionPay ACP 5.1 (全渠道): the text that is signed, signatures, certificates. Pure. RSA is signed over the hexadecimal SHA-256
of the text, itself with SHA-256: hashed twice, as UnionPay's own kits do."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import NameOID

from nanhu.kernel.crypto import rsa_private_key

UNIONPAY = "中国银联股份有限公司"
VERSION = "5.1.0"
OK, UNKNOWN, NOT_FOUND = frozenset({"00", "A6"}), frozenset({"03", "04", "05"}), "34"


def text_of(message: Mapping[str, str]) -> str:
    """Empty values and the signature drop out; keys in ASCII order; values raw."""
    kept = sorted((key, value) for key, value in message.items() if value and key != "signature")
    return "&".join(f"{key}={value}" for key, value in kept)


def digest_of(message: Mapping[str, str]) -> bytes:
    return hashlib.sha256(text_of(message).encode()).hexdigest().encode("ascii")


def signed(message: Mapping[str, str], *, key: str, certificate: str) -> dict[str, str]:
    """The message with our certificate's number and our signature."""
    serial = str(x509.load_pem_x509_certificate(certificate.encode()).serial_number)
    whole = {**message, "certId": serial, "signMethod": "01"}
    signature = rsa_private_key(key).sign(digest_of(whole), PKCS1v15(), hashes.SHA256())
    return {**whole, "signature": base64.b64encode(signature).decode()}


def is_genuine(message: Mapping[str, str], *, authority: str, at: datetime) -> bool:
    """Signed by a certificate that names UnionPay, lives at this moment and was signed by the authority we hold."""
    try:
        certificate = x509.load_pem_x509_certificate(message.get("signPubKeyCert", "").encode())
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.encode()))
        signature = base64.b64decode(message.get("signature", ""), validate=True)
        key = certificate.public_key()
        if not names_unionpay(certificate) or not isinstance(key, RSAPublicKey):
            return False
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            return False
        key.verify(signature, digest_of(message), PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def names_unionpay(certificate: x509.Certificate) -> bool:
    """The common name reads 041@中国银联股份有限公司@…: the company stands as a part of its own, never as a piece of another name."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return any(UNIONPAY in str(one.value).split("@") for one in names)


def read_message(text: str) -> dict[str, str]:
    """`k=v&k=v` as UnionPay answers: not URL-encoded; values may hold {…}, […] and the = of base64."""
    found: dict[str, str] = {}
    for part in parts_of(text):
        name, _equals, value = part.partition("=")
        if name:
            found[name] = value
    return found


def parts_of(text: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        if letter in "{[":
            depth += 1
        elif letter in "}]":
            depth -= 1
        elif letter == "&" and depth <= 0:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]
