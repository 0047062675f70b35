"""Portal 2.0 as a controller speaks it, written from the public text alone: 16 bytes of head, MD5 authenticator, attributes."""

import hashlib
import hmac
import struct
from ipaddress import IPv4Address
from typing import NamedTuple

REQ_CHALLENGE, ACK_CHALLENGE, REQ_AUTH, ACK_AUTH, REQ_LOGOUT, ACK_LOGOUT = 1, 2, 3, 4, 5, 6
USER_NAME, PASSWORD, CHALLENGE, TEXT = 1, 2, 3, 5
REFUSED, ALREADY, BUSY, FAILED = 1, 2, 3, 4
PAP = 1


class Question(NamedTuple):
    kind: int
    is_pap: bool
    serial: bytes
    request: bytes
    address: str
    error: int
    attributes: dict[int, bytes]
    seal: bytes


def question_in(raw: bytes, secret: bytes) -> Question | None:
    """None: not for us, or not with our secret; such packets get no answer."""
    if len(raw) < 32 or raw[0] != 2:  # noqa: PLR2004  head and seal
        return None
    head, seal, rest = raw[:16], raw[16:32], raw[32:]
    if not hmac.compare_digest(hashlib.md5(head + bytes(16) + rest + secret, usedforsecurity=False).digest(), seal):
        return None
    attributes: dict[int, bytes] = {}
    for _one in range(head[15]):
        if len(rest) < 2 or rest[1] < 2:  # noqa: PLR2004  kind and length
            return None
        attributes[rest[0]], rest = rest[2 : rest[1]], rest[rest[1] :]
    address = str(IPv4Address(head[8:12]))
    return Question(raw[1], raw[2] == PAP, raw[4:6], raw[6:8], address, raw[14], attributes, seal)


def answer_to(
    question: Question,
    kind: int,
    secret: bytes,
    *,
    error: int = 0,
    said: tuple[tuple[int, bytes], ...] = (),
    request: int = 0,
) -> bytes:
    head = struct.pack("!BBBB", 2, kind, 1 if question.is_pap else 0, 0) + question.serial
    head += struct.pack("!H", request) if request else question.request
    head += IPv4Address(question.address).packed + struct.pack("!HBB", 0, error, len(said))
    rest = b"".join(bytes([one, len(value) + 2]) + value for one, value in said)
    seal = hashlib.md5(head + question.seal + rest + secret, usedforsecurity=False).digest()
    return head + seal + rest
