"""Providers of algorithms: what a provider is, and the two we have.

Sources: AES-GCM NIST SP 800-38D; SM4 GB/T 32907, SM4-GCM RFC 8998; SM3 GB/T 32905; HKDF RFC 5869.
"""

import hmac
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
TAG_BYTES = 16


class Provider(Protocol):
    """One family of algorithms. `cipher_number` is written into every blob and never changes its meaning."""

    @property
    def name(self) -> str: ...
    @property
    def cipher_name(self) -> str: ...
    @property
    def cipher_number(self) -> int: ...
    @property
    def cipher_key_bytes(self) -> int: ...
    @property
    def index_name(self) -> str: ...

    def seal(self, key: bytes, nonce: bytes, text: bytes, bound_to: bytes) -> bytes:
        """Return ciphertext and tag; `bound_to` is authenticated, not stored."""

    def open(self, key: bytes, nonce: bytes, sealed: bytes, bound_to: bytes) -> bytes:
        """Undo `seal`; raises cryptography's InvalidTag when anything was changed."""

    def keyed_digest(self, key: bytes, text: bytes) -> bytes:
        """32 bytes that only the holder of `key` can compute."""

    def derive_key(self, key: bytes, *, info: bytes) -> bytes:
        """A 32-byte key of its own for `info`, by HKDF."""


class International:
    """AES-256-GCM and HMAC-SHA-256."""

    name = "international"
    cipher_name = "AES-256-GCM"
    cipher_number = 1
    cipher_key_bytes = 32
    index_name = "HMAC-SHA-256"

    def seal(self, key: bytes, nonce: bytes, text: bytes, bound_to: bytes) -> bytes:
        return _aes_gcm(key).encrypt(nonce, text, bound_to)

    def open(self, key: bytes, nonce: bytes, sealed: bytes, bound_to: bytes) -> bytes:
        return _aes_gcm(key).decrypt(nonce, sealed, bound_to)

    def keyed_digest(self, key: bytes, text: bytes) -> bytes:
        return hmac.digest(key, text, "sha256")

    def derive_key(self, key: bytes, *, info: bytes) -> bytes:
        return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(key)


class Chinese:
    """国密: SM4-GCM and HMAC-SM3."""

    name = "chinese"
    cipher_name = "SM4-GCM"
    cipher_number = 2
    cipher_key_bytes = 16
    index_name = "HMAC-SM3"

    def seal(self, key: bytes, nonce: bytes, text: bytes, bound_to: bytes) -> bytes:
        encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound_to)
        return encryptor.update(text) + encryptor.finalize() + encryptor.tag

    def open(self, key: bytes, nonce: bytes, sealed: bytes, bound_to: bytes) -> bytes:
        if len(sealed) < TAG_BYTES:
            raise InvalidTag
        text, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
        decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(bound_to)
        return decryptor.update(text) + decryptor.finalize()

    def keyed_digest(self, key: bytes, text: bytes) -> bytes:
        digest = _hmac_sm3(key).copy()
        digest.update(text)
        return digest.finalize()

    def derive_key(self, key: bytes, *, info: bytes) -> bytes:
        return HKDF(algorithm=hashes.SM3(), length=32, salt=None, info=info).derive(key)


@lru_cache(maxsize=64)
def _aes_gcm(key: bytes) -> AESGCM:
    return AESGCM(key)


@lru_cache(maxsize=64)
def _hmac_sm3(key: bytes) -> HMAC:
    return HMAC(key, hashes.SM3())


PROVIDERS: dict[str, Provider] = {provider.name: provider for provider in (International(), Chinese())}
BY_CIPHER_NUMBER: dict[int, Provider] = {provider.cipher_number: provider for provider in PROVIDERS.values()}
BY_CIPHER_NAME: dict[str, Provider] = {provider.cipher_name: provider for provider in PROVIDERS.values()}
BY_INDEX_NAME: dict[str, Provider] = {provider.index_name: provider for provider in PROVIDERS.values()}
