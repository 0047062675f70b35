"""How a callback is encrypted and signed, by the public description (developer.work.weixin.qq.com, 加解密方案说明)."""

import base64
import hashlib
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32


def signature(token: str, timestamp: str, nonce: str, sealed: str) -> str:
    return hashlib.sha1("".join(sorted((token, timestamp, nonce, sealed))).encode(), usedforsecurity=False).hexdigest()


def sealed(text: str, *, key: str, receiver: str) -> str:
    """random(16) + length(4) + text + receiver, padded to 32, AES-256-CBC under the key, whose first half is the IV."""
    raw = base64.b64decode(key + "=")
    body = text.encode()
    plain = secrets.token_bytes(16) + len(body).to_bytes(4, "big") + body + receiver.encode()
    fill = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(algorithms.AES(raw), modes.CBC(raw[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()).decode()
