"""RFC 5176 as a NAS hears it: a Disconnect-Request, its answer. Questions and accounting go by HTTP, as FreeRADIUS passes them on."""

import hashlib
import hmac
import struct
from typing import NamedTuple

DISCONNECT, ACK, NAK = 40, 41, 42
USER_NAME, STATION, SESSION, MESSAGE_AUTHENTICATOR, ERROR_CAUSE = 1, 31, 44, 80, 101
NOT_FOUND = 503


class Order(NamedTuple):
    code: int
    number: int
    seal: bytes
    attributes: dict[int, bytes]


def order_in(raw: bytes, secret: bytes) -> Order | None:
    if len(raw) < 20 or struct.unpack("!H", raw[2:4])[0] != len(raw):  # noqa: PLR2004  the head
        return None
    head, seal, rest = raw[:4], raw[4:20], raw[20:]
    if not hmac.compare_digest(hashlib.md5(head + bytes(16) + rest + secret, usedforsecurity=False).digest(), seal):
        return None
    attributes: dict[int, bytes] = {}
    zeroed = head + bytes(16)
    while rest:
        if len(rest) < 2 or not 2 <= rest[1] <= len(rest):  # noqa: PLR2004  kind and length
            return None
        kind, value, rest = rest[0], rest[2 : rest[1]], rest[rest[1] :]
        attributes[kind] = value
        zeroed += bytes([kind, len(value) + 2]) + (bytes(16) if kind == MESSAGE_AUTHENTICATOR else value)
    signed = attributes.get(MESSAGE_AUTHENTICATOR)
    if signed is not None and not hmac.compare_digest(hmac.digest(secret, zeroed, "md5"), signed):
        return None
    return Order(raw[0], raw[1], seal, attributes)


def answer_to(order: Order, code: int, secret: bytes) -> bytes:
    rest = b"" if code == ACK else struct.pack("!BBI", ERROR_CAUSE, 6, NOT_FOUND)
    head = struct.pack("!BBH", code, order.number, 20 + len(rest))
    return head + hashlib.md5(head + order.seal + rest + secret, usedforsecurity=False).digest() + rest
