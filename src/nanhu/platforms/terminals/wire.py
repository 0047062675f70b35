"""The signed frame of terminals (docs/protocols/terminal.md): what is signed, up to where sequences go, how a new key travels.

Pure and without Django: the gateway, which is a process of its own, speaks it too. A device maker needs the document only.
"""

import hashlib
import hmac
import os
import re
import time
from collections.abc import Callable
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nanhu.kernel import strict_json

CLOCK_TOLERANCE_SECONDS: Final = 300
LONGEST_CLOCK: Final = 12
LARGEST_SEQUENCE: Final = 2**53 - 1
LONGEST_SEQUENCE: Final = len(str(LARGEST_SEQUENCE))
LARGEST_FIRST_SEQUENCE: Final = 10**12
LARGEST_SEQUENCE_STEP: Final = 1_000_000
LARGEST_BODY: Final = 256 * 1024
MOST_INCIDENTS: Final = 40
"""Rows of strangers that a process writes at a time; of a flood the rest is counted in one."""
FORMER_KEY: Final = "key_former"
"""Noted of a terminal whose next key was used, and which goes on signing by the one before: two devices have its keys."""
HONEST_FORMER_USES: Final = 3
"""Whose answer was lost asks by the former key once or twice before it takes the next one."""
TERMINAL_NUMBER: Final = re.compile(r"[0-9A-Z]{4,16}")
NUL: Final = rb"\u0000"
SEALED: Final[Callable[[bytes, bytes], bytes]] = lambda key, text: hmac.digest(key, text, "sha256")  # noqa: E731
PURPOSE: Final = b"nanhu-terminal-1-key"
NONCE_BYTES: Final = 12


SENTENCES: Final = {
    "terminal_off": "本机已停用，请联系校园卡管理办公室",
    "terminal_unfit": "本机不办理这项业务",
    "terminal_unknown": "终端号未登记",
    "terminal_limit": "本机交易过于频繁或金额过大，请联系校园卡管理办公室",
    "signature_wrong": "签名不正确，终端密钥不符",
    "clock_wrong": "终端时钟偏差过大，请校时",
    "sequence_reused": "流水号已用于另一笔交易",
    "sequence_invalid": "流水号无效，应为大于零的整数",
    "malformed": "报文格式不正确",
    "too_large": "报文过大",
    "not_found": "没有这个接口",
    "outcome_unknown": "结果未知，请用同一流水号重试",
}
"""Of refusals that any terminal may meet, whatever it asks."""


def refusal(code: str, **facts: float) -> dict[str, Any]:
    return {"outcome": "refused", "code": code, "sentence": SENTENCES[code], **facts}


def json_object(body: bytes) -> dict[str, Any]:
    """A body as both doors take it: strict JSON in UTF-8 whose text a database can hold. Raises ValueError for all else.

    Python's own reader lets NaN, halves of surrogates and other encodings through; what is written together with the reports
    of a hundred others must not carry them.
    """
    values = strict_json.decode(body)
    if not isinstance(values, dict) or NUL in body:
        raise ValueError("no object that can be kept")
    return values


def request_text(*, method: str, path: str, terminal: str, sequence: str, clock: str, body: bytes) -> bytes:
    digest = hashlib.sha256(body).hexdigest()
    return f"nanhu-terminal-1\n{method}\n{path}\n{terminal}\n{sequence}\n{clock}\n{digest}".encode()


def sign_request(key: bytes, *, method: str, path: str, terminal: str, sequence: str, clock: str, body: bytes) -> str:
    text = request_text(method=method, path=path, terminal=terminal, sequence=sequence, clock=clock, body=body)
    return SEALED(key, text).hex()


def sign_response(key: bytes, *, request_signature: str, status: int, body: bytes) -> str:
    digest = hashlib.sha256(body).hexdigest()
    return SEALED(key, f"nanhu-terminal-1-answer\n{request_signature}\n{status}\n{digest}".encode()).hex()


def furthest_after(last_sequence: int) -> int:
    """Up to where a terminal may go on: one request of a thief or of a fault must not use up all its sequences."""
    return min(LARGEST_SEQUENCE, last_sequence + LARGEST_SEQUENCE_STEP if last_sequence else LARGEST_FIRST_SEQUENCE)


def read_sequence(text: str) -> int | None:
    """A sequence as headers carry it; None where it is none."""
    if text.isascii() and text.isdigit() and len(text) <= LONGEST_SEQUENCE and 0 < int(text) <= LARGEST_SEQUENCE:
        return int(text)
    return None


def clock_offset(clock: str) -> float | None:
    """The seconds by which the clock of a request is before ours; None where it is no clock."""
    return int(clock) - time.time() if clock.isascii() and clock.isdigit() and len(clock) <= LONGEST_CLOCK else None


def is_tolerable(offset: float | None) -> bool:
    return offset is not None and abs(offset) <= CLOCK_TOLERANCE_SECONDS


def printable(text: str) -> str:
    """Short and free of what a database or a page chokes on."""
    return ascii(text[:60])[1:-1][:80]


def seal_next_key(key: bytes, terminal: str, version: int, next_key: bytes) -> str:
    nonce = os.urandom(NONCE_BYTES)
    return (nonce + cipher(key).encrypt(nonce, next_key, context(terminal, version))).hex()


def open_next_key(key: bytes, terminal: str, version: int, sealed: str) -> bytes:
    """Raises InvalidTag where it was made for another terminal, version or key."""
    blob = bytes.fromhex(sealed)
    return cipher(key).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], context(terminal, version))


def cipher(key: bytes) -> AESGCM:
    return AESGCM(hmac.digest(key, PURPOSE, "sha256"))


def context(terminal: str, version: int) -> bytes:
    return f"{terminal}:{version}".encode()
