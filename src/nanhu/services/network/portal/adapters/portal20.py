"""Portal 2.0 (中国移动 WLAN Portal 协议 2.0), client side: admits and expels at a controller by UDP.

Controllers of H3C, Huawei and Ruijie speak it. PAP only: what goes as the password is a grant that is good once and for a minute, never
the person's password. Drawn from the public text; no real controller has been seen yet.
"""

import hashlib
import secrets
import socket
import struct
import time
from dataclasses import dataclass, field, replace
from enum import IntEnum
from hmac import compare_digest
from ipaddress import IPv4Address

VERSION, PAP = 2, 1
HEAD = struct.Struct("!BBBBHH4sHBB")
AUTHENTICATOR = 16
LONGEST_PACKET = 1024
LONGEST_VALUE = 253
USER_NAME, PASSWORD, TEXT = 1, 2, 5
TRIES, SECONDS = 3, 2.0
"""Sent so often within so long over all: neither silence nor forged answers hold the caller longer."""
REFUSED, ALREADY, BUSY = 1, 2, 3


class Type(IntEnum):
    REQ_AUTH = 3
    ACK_AUTH = 4
    REQ_LOGOUT = 5
    ACK_LOGOUT = 6
    AFF_ACK_AUTH = 7


class PacketError(ValueError):
    """No packet of this protocol, or not sealed with our secret."""


class SilentError(OSError):
    """The controller did not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    type: int
    serial: int
    user_ip: str
    request_id: int = 0
    error: int = 0
    attributes: tuple[tuple[int, bytes], ...] = ()
    sent: int = field(default=1, compare=False)
    """Of an answer: how often it was asked for."""

    @property
    def words(self) -> str:
        return next((value.decode("utf-8", "replace") for kind, value in self.attributes if kind == TEXT), "")


def written(packet: Packet, secret: bytes, *, request: bytes = bytes(AUTHENTICATOR)) -> bytes:
    """`request`: the authenticator of the packet that this one answers; sixteen zeros where it asks."""
    head = HEAD.pack(
        VERSION,
        packet.type,
        PAP,
        0,
        packet.serial,
        packet.request_id,
        IPv4Address(packet.user_ip).packed,
        0,
        packet.error,
        len(packet.attributes),
    )
    said = b"".join(bytes([kind, len(value) + 2]) + value for kind, value in packet.attributes)
    seal = hashlib.md5(head + request + said + secret, usedforsecurity=False).digest()
    return head + seal + said


def read(raw: bytes, secret: bytes, *, request: bytes = bytes(AUTHENTICATOR)) -> Packet:
    if not HEAD.size + AUTHENTICATOR <= len(raw) <= LONGEST_PACKET:
        raise PacketError("length")
    version, kind, _way, _reserved, serial, request_id, address, _port, error, count = HEAD.unpack_from(raw)
    head, seal = raw[: HEAD.size], raw[HEAD.size : HEAD.size + AUTHENTICATOR]
    said = raw[HEAD.size + AUTHENTICATOR :]
    expected = hashlib.md5(head + request + said + secret, usedforsecurity=False).digest()
    if version != VERSION or not compare_digest(seal, expected):
        raise PacketError("seal")
    return Packet(
        type=kind,
        serial=serial,
        user_ip=str(IPv4Address(address)),
        request_id=request_id,
        error=error,
        attributes=attributes_in(said, count),
    )


def attributes_in(said: bytes, count: int) -> tuple[tuple[int, bytes], ...]:
    found: list[tuple[int, bytes]] = []
    while said and len(found) < count:
        if len(said) < 2 or not 2 <= said[1] <= len(said):  # noqa: PLR2004  kind and length
            raise PacketError("attribute")
        found.append((said[0], said[2 : said[1]]))
        said = said[said[1] :]
    if len(found) != count or said:
        raise PacketError("attributes")
    return tuple(found)


def authenticator_of(raw: bytes) -> bytes:
    return raw[HEAD.size : HEAD.size + AUTHENTICATOR]


def exchange(
    address: str, port: int, secret: bytes, packet: Packet, *, wanted: Type, seconds: float = SECONDS
) -> Packet:
    """The answer to a packet: sent three times with the same number, forged answers are waited past, none of it beyond `seconds`."""
    raw = written(packet, secret)
    began = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.connect((address, port))
        for sent in range(1, TRIES + 1):
            until = began + seconds * sent / TRIES
            found = answer_until(line, raw, secret, packet, wanted=wanted, until=until)
            if found is not None:
                return replace(found, sent=sent)
    raise SilentError(f"{address}:{port} does not answer")


def answer_until(
    line: socket.socket, raw: bytes, secret: bytes, packet: Packet, *, wanted: Type, until: float
) -> Packet | None:
    try:
        line.send(raw)
        while (left := until - time.monotonic()) > 0:
            line.settimeout(left)
            try:
                found = read(line.recv(LONGEST_PACKET + 1), secret, request=authenticator_of(raw))
            except PacketError:
                continue
            if (found.type, found.serial, found.user_ip) == (wanted, packet.serial, packet.user_ip):
                return found
    except OSError:
        return None
    return None


def new_serial() -> int:
    return secrets.randbelow(0xFFFF) + 1


def admit(
    *, address: str, port: int, secret: str, user_ip: str, name: str, password: str, seconds: float = SECONDS
) -> Packet:
    """The controller's answer. Its error: 0 admitted, 1 refused, 2 on line already, 3 busy with this user, 4 failed."""
    said = ((USER_NAME, name.encode()[:LONGEST_VALUE]), (PASSWORD, password.encode()[:LONGEST_VALUE]))
    packet = Packet(type=Type.REQ_AUTH, serial=new_serial(), user_ip=user_ip, attributes=said)
    found = exchange(address, port, secret.encode(), packet, wanted=Type.ACK_AUTH, seconds=seconds)
    if found.error in {0, ALREADY}:
        done = Packet(type=Type.AFF_ACK_AUTH, serial=found.serial, user_ip=user_ip, request_id=found.request_id)
        send(address, port, written(done, secret.encode()))
    return found


def expel(*, address: str, port: int, secret: str, user_ip: str, seconds: float = SECONDS) -> int:
    """0: off line now; 1 refused, 2 failed."""
    packet = Packet(type=Type.REQ_LOGOUT, serial=new_serial(), user_ip=user_ip)
    return exchange(address, port, secret.encode(), packet, wanted=Type.ACK_LOGOUT, seconds=seconds).error


def send(address: str, port: int, raw: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.sendto(raw, (address, port))
