"""Callbacks of 企业微信 (加解密方案说明): signed with SHA-1 over the sorted parts, AES-256-CBC with the receiver inside. Pure.

The scheme is Tencent's; what we can do is be strict: constant-time comparison, exact padding, exact lengths, the receiver must be ours.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK, RANDOM, LENGTH = 32, 16, 4
KEY_LETTERS = 43


class BadCallbackError(ValueError):
    """Not from 企业微信, or not for us; the text says which rule was broken, for the log alone."""


@dataclass(frozen=True, slots=True)
class Seal:
    """The token and the EncodingAESKey of the callback page, and the company they belong to."""

    token: str = field(repr=False)
    key: str = field(repr=False)
    receiver: str

    def __post_init__(self) -> None:
        if len(self.key) != KEY_LETTERS or len(self.raw_key) != BLOCK:
            raise BadCallbackError("the callback key is not one of 43 letters")

    @property
    def raw_key(self) -> bytes:
        return base64.b64decode(self.key + "=")

    def signature(self, *, timestamp: str, nonce: str, sealed: str) -> str:
        parts = "".join(sorted((self.token, timestamp, nonce, sealed)))
        return hashlib.sha1(parts.encode(), usedforsecurity=False).hexdigest()

    def open(self, *, signature: str, timestamp: str, nonce: str, sealed: str) -> str:
        """The text inside, once the signature is right and the receiver is ours."""
        expected = self.signature(timestamp=timestamp, nonce=nonce, sealed=sealed)
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
            raise BadCallbackError("signature")
        return self.text_of(self.decrypted(sealed))

    def close(self, text: str) -> str:
        """As they seal it: chance, length, text, receiver, filled up to blocks of 32."""
        inner = text.encode()
        plain = secrets.token_bytes(RANDOM) + len(inner).to_bytes(LENGTH, "big") + inner + self.receiver.encode()
        fill = BLOCK - len(plain) % BLOCK
        encryptor = Cipher(algorithms.AES(self.raw_key), modes.CBC(self.raw_key[:16])).encryptor()
        return base64.b64encode(encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()).decode()

    def decrypted(self, sealed: str) -> bytes:
        try:
            ciphertext = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadCallbackError("base64") from error
        decryptor = Cipher(algorithms.AES(self.raw_key), modes.CBC(self.raw_key[:16])).decryptor()
        try:
            plain = decryptor.update(ciphertext) + decryptor.finalize()
        except ValueError as error:
            raise BadCallbackError("length") from error
        if not plain:
            raise BadCallbackError("length")
        return plain

    def text_of(self, padded: bytes) -> str:
        fill = padded[-1]
        if not 1 <= fill <= BLOCK or len(padded) < fill or padded[-fill:] != bytes([fill]) * fill:
            raise BadCallbackError("padding")
        plain = padded[:-fill]
        start = RANDOM + LENGTH
        end = start + int.from_bytes(plain[RANDOM:start], "big")
        if len(plain) < start or end > len(plain):
            raise BadCallbackError("inner length")
        if not hmac.compare_digest(plain[end:], self.receiver.encode()):
            raise BadCallbackError("receiver")
        try:
            return plain[start:end].decode()
        except UnicodeDecodeError as error:
            raise BadCallbackError("text") from error
