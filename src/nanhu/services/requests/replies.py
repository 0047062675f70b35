"""Sealed replies (密封答复): an answer that only the holder of a reply code reads; the browser's side is static/requests/replies.js.

From the code's letters HKDF-SHA-256 makes an X25519 key, whose public half alone is kept. Each answer has a key pair of its own;
content = its public key, then AES-256-GCM of the text under HKDF of both public keys and what they share.
"""

from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_SIZE: Final = 32
NONCE: Final = bytes(12)
"""Each key seals one text."""
CODE_INFO, REPLY_INFO, DIGEST_LABEL = (
    b"nanhu.requests.reply-key",
    b"nanhu.requests.reply",
    b"nanhu.requests.reply-code:",
)


def derived(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=salt, info=info).derive(secret)


def digest_of(code: str) -> bytes:
    return sha256(DIGEST_LABEL + code.encode()).digest()


def key_of(code: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(derived(code.encode(), b"", CODE_INFO))


def seal(text: str, public: bytes) -> bytes:
    """Raises ValueError where `public` is no key that shares anything."""
    own = X25519PrivateKey.generate()
    mine = own.public_key().public_bytes_raw()
    shared = own.exchange(X25519PublicKey.from_public_bytes(public))
    return mine + AESGCM(derived(shared, mine + public, REPLY_INFO)).encrypt(NONCE, text.encode(), None)


def is_key(public: bytes) -> bool:
    """Whether answers can be sealed to it: not to a point of low order, which shares nothing."""
    try:
        seal("", public)
    except ValueError:
        return False
    return True


def opened(content: bytes, code: str) -> str:
    """What the browser does; for the sample's welcome and the tests."""
    own = key_of(code)
    mine, public = content[:KEY_SIZE], own.public_key().public_bytes_raw()
    shared = own.exchange(X25519PublicKey.from_public_bytes(mine))
    return AESGCM(derived(shared, mine + public, REPLY_INFO)).decrypt(NONCE, content[KEY_SIZE:], None).decode()
