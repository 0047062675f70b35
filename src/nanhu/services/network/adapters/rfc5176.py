"""Disconnect-Request of RFC 5176, written and read by hand: two packets, a shared secret, MD5 as the RFC has it.

Answers count only from the very address and port that was asked, with the right authenticator; whatever else comes is passed over.
"""

import hashlib
import hmac
import secrets
import socket
import struct
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.services.network.gateways import Heard, NasTarget, Outcome, SessionTarget, gateways
from nanhu.services.network.rules import mac_of

REQUEST, ACK, NAK = 40, 41, 42
USER_NAME, CALLING_STATION, NAS_IDENTIFIER, SESSION_ID, EVENT_TIMESTAMP, MESSAGE_AUTHENTICATOR, ERROR_CAUSE = (
    1,
    31,
    32,
    44,
    55,
    80,
    101,
)
NO_SESSION: Final = 503
SIGNATURE: Final = 16
HEAD: Final = struct.Struct("!BBH16s")
LONGEST_VALUE: Final = 253
LONGEST_PACKET: Final = 4096
SECONDS: Final = 4.0
NOTHING: Final = bytes(SIGNATURE)
clock: Callable[[], float] = time.time

type Attribute = tuple[int, bytes]


def attribute(kind: int, value: bytes) -> bytes:
    cut = value[:LONGEST_VALUE]
    return bytes([kind, len(cut) + 2]) + cut


def md5(*parts: bytes) -> bytes:
    return hashlib.md5(b"".join(parts), usedforsecurity=False).digest()


def signature(secret: bytes, packet: bytes) -> bytes:
    return hmac.new(secret, packet, "md5").digest()


def request_packet(number: int, attributes: Iterable[Attribute], secret: bytes) -> bytes:
    """With Message-Authenticator in front, over the packet with nothing in the place of both authenticators."""
    body = b"".join(attribute(kind, value) for kind, value in attributes)
    length = HEAD.size + 2 + SIGNATURE + len(body)
    blank = HEAD.pack(REQUEST, number, length, NOTHING) + attribute(MESSAGE_AUTHENTICATOR, NOTHING) + body
    signed = attribute(MESSAGE_AUTHENTICATOR, signature(secret, blank)) + body
    authenticator = md5(HEAD.pack(REQUEST, number, length, NOTHING), signed, secret)
    return HEAD.pack(REQUEST, number, length, authenticator) + signed


@dataclass(frozen=True, slots=True)
class Reply:
    code: int
    error_cause: int = 0


def reply_of(packet: bytes, request: bytes, secret: bytes) -> Reply | None:
    """None: no answer to this request from whoever knows the secret."""
    if not HEAD.size <= len(packet) <= LONGEST_PACKET:
        return None
    code, number, length, authenticator = HEAD.unpack_from(packet)
    if code not in (ACK, NAK) or number != request[1] or length != len(packet):
        return None
    body, ours = packet[HEAD.size :], request[4 : HEAD.size]
    if not hmac.compare_digest(md5(packet[:4], ours, body, secret), authenticator):
        return None
    attributes = attributes_of(body)
    if attributes is None or not is_signed(packet, ours, attributes, secret):
        return None
    cause = next((value for kind, value in attributes if kind == ERROR_CAUSE), b"")
    return Reply(code, int.from_bytes(cause[:4]))


def attributes_of(body: bytes) -> list[Attribute] | None:
    found: list[Attribute] = []
    at = 0
    while at < len(body):
        length = body[at + 1] if at + 1 < len(body) else 0
        if length < 2 or at + length > len(body):  # noqa: PLR2004 - its own head
            return None
        found.append((body[at], body[at + 2 : at + length]))
        at += length
    return found


def is_signed(packet: bytes, ours: bytes, attributes: Sequence[Attribute], secret: bytes) -> bool:
    """Where there is a Message-Authenticator it must be right."""
    said = next((value for kind, value in attributes if kind == MESSAGE_AUTHENTICATOR), None)
    if said is None:
        return True
    blank = packet[:4] + ours
    for kind, value in attributes:
        blank += attribute(kind, NOTHING if kind == MESSAGE_AUTHENTICATOR else value)
    return hmac.compare_digest(signature(secret, blank), said)


def exchange(nas: NasTarget, attributes: Sequence[Attribute], *, seconds: float = SECONDS) -> Reply | None:
    """One request, once more at half the time; the first true answer, or None."""
    nas.refuse_strange()
    secret, number = nas.secret.encode(), secrets.randbelow(256)
    packet = request_packet(number, attributes, secret)
    family = socket.AF_INET6 if ":" in nas.address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as line:
        line.connect((nas.address, nas.port))
        for _attempt in range(2):
            line.send(packet)
            until = time.monotonic() + seconds / 2
            while (left := until - time.monotonic()) > 0:
                line.settimeout(left)
                try:
                    reply = reply_of(line.recv(LONGEST_PACKET + 1), packet, secret)
                except TimeoutError:
                    break
                if reply is not None:
                    return reply
    return None


@dataclass(frozen=True, slots=True)
class Disconnects:
    """A NAS that hears RFC 5176; `names` says by which attributes it finds a session. It asks us itself who comes in, and has no list."""

    key: str
    title: Text
    names: Callable[[SessionTarget], list[Attribute]]

    def admit(self, nas: NasTarget, session: SessionTarget, *, seconds: int) -> Outcome:  # noqa: ARG002 - the protocol's
        return Outcome(heard=Heard.UNSUPPORTED)

    def expel(self, nas: NasTarget, session: SessionTarget) -> Outcome:
        named = self.names(session)
        if nas.identifier:
            named.append((NAS_IDENTIFIER, nas.identifier.encode()))
        named.append((EVENT_TIMESTAMP, int(clock()).to_bytes(4)))
        reply = exchange(nas, named)
        if reply is None:
            return Outcome(heard=Heard.SILENCE)
        if reply.code == ACK:
            return Outcome(heard=Heard.ACK)
        if reply.error_cause == NO_SESSION:
            return Outcome(heard=Heard.NO_SESSION)
        return Outcome(
            heard=Heard.NAK, words=say("设备拒绝了（Error-Cause %(number)s）") % {"number": reply.error_cause}
        )

    def listed(self, nas: NasTarget) -> Sequence[str] | None:  # noqa: ARG002 - the protocol's
        return None


def by_session(session: SessionTarget) -> list[Attribute]:
    return [(SESSION_ID, session.sid.encode())]


def by_user_and_mac(session: SessionTarget) -> list[Attribute]:
    """In the form of RFC 3580."""
    mac = mac_of(session.station)
    station = mac.replace(":", "-").upper() if mac else session.station
    return [(USER_NAME, session.user_name.encode()), (CALLING_STATION, station.encode())]


gateways.add(
    Disconnects("session-id", _("RFC 5176，按会话号"), by_session),
    Disconnects("user+mac", _("RFC 5176，按账号和 MAC"), by_user_and_mac),
)
