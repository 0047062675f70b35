"""Encryption and decryption: text in, blob out, and back; blind indexes by a key of their own per purpose."""

import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag

from nanhu.kernel.configuration import configuration
from nanhu.kernel.crypto.envelope import header_of, open_envelope
from nanhu.kernel.crypto.errors import KeyringError, UnreadableBlobError
from nanhu.kernel.crypto.keyring import Key, Keyring
from nanhu.kernel.crypto.keystore import FileKeyStore, GivenKeyStore, KeyStore
from nanhu.kernel.crypto.providers import BY_CIPHER_NUMBER, BY_INDEX_NAME, NONCE_BYTES, PROVIDERS, Provider


class Vault:
    """Encrypts by one provider, reads what any provider wrote."""

    def __init__(self, store: KeyStore, provider: Provider) -> None:
        self.store = store
        self.provider = provider

    def encrypt_many(self, texts: Iterable[str], *, purpose: str) -> list[bytes]:
        key = self.data_key()
        header = header_of(cipher_number=self.provider.cipher_number, key_id=key.id)
        seal, material, bound_to = self.provider.seal, key.material, header + purpose.encode()
        blobs = []
        for text in texts:
            nonce = os.urandom(NONCE_BYTES)
            blobs.append(header + nonce + seal(material, nonce, text.encode(), bound_to))
        return blobs

    def decrypt_many(self, blobs: Iterable[bytes], *, purpose: str) -> list[str]:
        keyring = self.store.read()
        return [_decrypt(bytes(blob), keyring, purpose.encode()) for blob in blobs]

    def blind_index_many(self, texts: Iterable[str], *, purpose: str) -> list[bytes]:
        key = self.index_key()
        provider = BY_INDEX_NAME[key.algorithm]
        material = _purpose_key(key.algorithm, key.material, purpose)
        return [provider.keyed_digest(material, text.encode()) for text in texts]

    def data_key(self) -> Key:
        """The key new values are encrypted with; made at first use, and at the first use after a provider switch."""
        name = self.provider.cipher_name
        key = self.store.read().primary_data_key(name)
        if key is None:
            key = self.store.change(
                lambda ring: ring if ring.primary_data_key(name) else ring.with_new_data_key(name)
            ).primary_data_key(name)
        return _present(key)

    def index_key(self) -> Key:
        """The key of all blind indexes. It changes only with `rotate_index_key`, never by switching the provider:
        an index computed by another key finds nothing, so the rows must be recomputed in the same breath."""
        key = self.store.read().primary_index_key()
        if key is None:
            name = self.provider.index_name
            key = self.store.change(
                lambda ring: ring if ring.primary_index_key() else ring.with_new_index_key(name)
            ).primary_index_key()
        return _present(key)

    def rotate_data_key(self) -> Key:
        name = self.provider.cipher_name
        return _present(self.store.change(lambda ring: ring.with_new_data_key(name)).primary_data_key(name))

    def rotate_index_key(self) -> Key:
        name = self.provider.index_name
        return _present(self.store.change(lambda ring: ring.with_new_index_key(name)).primary_index_key())


def _present(key: Key | None) -> Key:
    if key is None:
        message = "the keyring lacks the key it was just asked to hold"
        raise KeyringError(message)
    return key


def _decrypt(blob: bytes, keyring: Keyring, purpose: bytes) -> str:
    envelope = open_envelope(blob)
    provider = BY_CIPHER_NUMBER.get(envelope.cipher_number)
    key = keyring.key(envelope.key_id)
    if provider is None or key is None or key.algorithm != provider.cipher_name:
        message = f"the keyring has no key {envelope.key_id} for cipher {envelope.cipher_number}"
        raise UnreadableBlobError(message)
    try:
        text = provider.open(key.material, envelope.nonce, envelope.sealed, envelope.header + purpose)
    except InvalidTag:
        message = f"a blob of {purpose.decode()!r} is damaged, or was made for another purpose"
        raise UnreadableBlobError(message) from None
    return text.decode()


@lru_cache(maxsize=256)
def _purpose_key(algorithm: str, material: bytes, purpose: str) -> bytes:
    return BY_INDEX_NAME[algorithm].derive_key(material, info=b"nanhu blind index " + purpose.encode())


def vault() -> Vault:
    """The vault of this process, as configured."""
    settings = configuration()
    return _vault(settings.crypto, settings.secrets_dir / "keyring.json", settings.keyring)


@lru_cache(maxsize=8)
def _vault(provider: str, path: Path, given: str) -> Vault:
    store: KeyStore = GivenKeyStore(given) if given else FileKeyStore(path)
    return Vault(store, PROVIDERS[provider])


def keys_in_effect() -> str:
    """By which keys values are sealed and indexed now: another text after each rotation. What was sealed into a file is written anew then."""
    ours = vault()
    return f"{ours.data_key().id}/{ours.index_key().id}"


def encrypt(text: str, *, purpose: str) -> bytes:
    return vault().encrypt_many((text,), purpose=purpose)[0]


def decrypt(blob: bytes, *, purpose: str) -> str:
    return vault().decrypt_many((blob,), purpose=purpose)[0]


def encrypt_many(texts: Iterable[str], *, purpose: str) -> list[bytes]:
    return vault().encrypt_many(texts, purpose=purpose)


def decrypt_many(blobs: Iterable[bytes], *, purpose: str) -> list[str]:
    return vault().decrypt_many(blobs, purpose=purpose)


def blind_index(text: str, *, purpose: str) -> bytes:
    """32 bytes by which an encrypted value is found again. Normalise first: index and search must see one spelling."""
    return vault().blind_index_many((text,), purpose=purpose)[0]


def blind_index_many(texts: Iterable[str], *, purpose: str) -> list[bytes]:
    return vault().blind_index_many(texts, purpose=purpose)
