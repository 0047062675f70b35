"""Keys, MAC and TAC as the chip computes them: 3DES by the standard, SM4 as docs/rooms/card-chip.md says."""

from typing import Final, Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4


class Suite(Protocol):
    number: int

    def derive(self, key: bytes, data: bytes) -> bytes: ...
    def session(self, key: bytes, data: bytes) -> bytes: ...
    def fold(self, key: bytes) -> bytes: ...
    def mac(self, key: bytes, data: bytes) -> bytes: ...


def ecb(algorithm: CipherAlgorithm, data: bytes) -> bytes:
    return Cipher(algorithm, modes.ECB()).encryptor().update(data)  # noqa: S305 - as the standard says


def cbc_mac(algorithm: CipherAlgorithm, block: int, data: bytes) -> bytes:
    whole = data + b"\x80" + bytes(-(len(data) + 1) % block)
    return Cipher(algorithm, modes.CBC(bytes(block))).encryptor().update(whole)[-block:][:4]


def with_inverse(data: bytes) -> bytes:
    return data + bytes(0xFF - byte for byte in data)


class TripleDes:
    number = 1

    def derive(self, key: bytes, data: bytes) -> bytes:
        return ecb(TripleDES(key + key[:8]), with_inverse(data))

    def session(self, key: bytes, data: bytes) -> bytes:
        return ecb(TripleDES(key + key[:8]), data)

    def fold(self, key: bytes) -> bytes:
        return bytes(left ^ right for left, right in zip(key[:8], key[8:], strict=True))

    def mac(self, key: bytes, data: bytes) -> bytes:
        return cbc_mac(TripleDES(key * 3), 8, data)


class Sm4:
    number = 2

    def derive(self, key: bytes, data: bytes) -> bytes:
        return ecb(SM4(key), with_inverse(data))

    def session(self, key: bytes, data: bytes) -> bytes:
        return ecb(SM4(key), with_inverse(data))

    def fold(self, key: bytes) -> bytes:
        return key

    def mac(self, key: bytes, data: bytes) -> bytes:
        return cbc_mac(SM4(key), 16, data)


SUITES: Final[dict[str, Suite]] = {"triple_des": TripleDes(), "sm4": Sm4()}
