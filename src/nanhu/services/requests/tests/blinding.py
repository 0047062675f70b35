"""The browser's side of blind tokens, a second time and in Python: for tests of the pages without a browser."""

import hashlib
import json
import secrets
from dataclasses import dataclass

from django.test import Client

from nanhu.services.requests import replies
from nanhu.services.requests.blind import EXPONENT

SALT, HASH = 48, 48
KEY, TOKENS = "/requests/anonymous/key/", "/requests/anonymous/tokens/"
SEND, REPLIES = "/requests/anonymous/send/", "/requests/anonymous/replies/"


def sha384(data: bytes) -> bytes:
    return hashlib.sha384(data).digest()


def mask(seed: bytes, size: int) -> bytes:
    parts = b"".join(sha384(seed + count.to_bytes(4)) for count in range(size // HASH + 1))
    return parts[:size]


def encoded(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS of RFC 8017, 9.1.1."""
    size = (bits + 7) // 8
    hashed = sha384(bytes(8) + sha384(message) + salt)
    data = bytes(size - SALT - HASH - 2) + b"\1" + salt
    masked = bytes(one ^ other for one, other in zip(data, mask(hashed, len(data)), strict=True))
    return bytes([masked[0] & (0xFF >> (8 * size - bits))]) + masked[1:] + hashed + b"\xbc"


@dataclass(frozen=True)
class Token:
    message: bytes
    signature: bytes


def take(client, count=3):
    """Tokens as the page takes them: the answer, and the tokens where it gave any."""
    modulus = int(Client().get(KEY).json()["modulus"], 16)
    size, messages, factors, blinded = (modulus.bit_length() + 7) // 8, [], [], []
    for _one in range(count):
        message, factor = secrets.token_bytes(64), secrets.randbelow(modulus - 2) + 2
        asked = int.from_bytes(encoded(message, modulus.bit_length() - 1, secrets.token_bytes(SALT)))
        blinded.append((asked * pow(factor, EXPONENT, modulus) % modulus).to_bytes(size).hex())
        messages.append(message)
        factors.append(factor)
    answer = client.post(TOKENS, json.dumps({"blinded": blinded}), content_type="application/json")
    signed = answer.json().get("signed", [])
    tokens = [
        Token(message, (int(one, 16) * pow(factor, -1, modulus) % modulus).to_bytes(size))
        for message, factor, one in zip(messages, factors, signed, strict=False)
    ]
    return answer, tokens


def body(token, code, **said):
    return {
        "kind": "complaint",
        "words": "食堂的肉变味了",
        "message": token.message.hex(),
        "signature": token.signature.hex(),
        "reply_digest": replies.digest_of(code).hex(),
        "reply_key": replies.key_of(code).public_key().public_bytes_raw().hex(),
    } | said


def send(client, token, code="ABCD1234EFGH5678", **said):
    return client.post(SEND, json.dumps(body(token, code, **said)), content_type="application/json")


def look(client, code):
    asked = json.dumps({"digest": replies.digest_of(code).hex()})
    return client.post(REPLIES, asked, content_type="application/json")
