"""A NAS of the tests: hears Disconnect-Requests on a port of its own and answers as it is told. Written from RFC 5176 alone."""

import hashlib
import hmac
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from nanhu.testing.patience import PATIENCE_SECONDS

ACK, NAK = 41, 42


def attributes(packet: bytes) -> dict[int, bytes]:
    found, at = {}, 20
    while at < len(packet):
        found[packet[at]] = packet[at + 2 : at + packet[at + 1]]
        at += packet[at + 1]
    return found


@dataclass
class ListeningNas:
    secret: bytes
    line: socket.socket
    answers: str = "ack"
    heard: list[dict[int, bytes]] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.line.getsockname()[1])

    def is_true(self, packet: bytes) -> bool:
        """Both authenticators, over the packet with nothing in their place."""
        ours = hashlib.md5(packet[:4] + bytes(16) + packet[20:] + self.secret, usedforsecurity=False).digest()
        said = attributes(packet)[80]
        blank = packet[:4] + bytes(16) + packet[20:].replace(said, bytes(16))
        return packet[4:20] == ours and said == hmac.new(self.secret, blank, "md5").digest()

    def reply(self, packet: bytes, code: int, body: bytes = b"", secret: bytes | None = None) -> bytes:
        head = struct.pack("!BBH", code, packet[1], 20 + len(body))
        signed = hashlib.md5(head + packet[4:20] + body + (secret or self.secret), usedforsecurity=False).digest()
        return head + signed + body

    def serve(self) -> None:
        while True:
            try:
                packet, caller = self.line.recvfrom(4096)
            except OSError:
                return
            if packet == b"stop":
                return
            if packet[0] != 40 or not self.is_true(packet):
                continue
            self.heard.append(attributes(packet))
            for one in self.said(packet):
                self.line.sendto(one, caller)

    def said(self, packet: bytes) -> list[bytes]:
        match self.answers:
            case "ack":
                return [self.reply(packet, ACK)]
            case "no-session":
                return [self.reply(packet, NAK, struct.pack("!BBI", 101, 6, 503))]
            case "forged":
                other = bytes([packet[0], (packet[1] + 1) % 256]) + packet[2:]
                return [b"\x29", self.reply(packet, ACK, secret=b"guessed"), self.reply(other, ACK), packet]
            case _:
                return []


@contextmanager
def listening(secret: str) -> Iterator[ListeningNas]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        nas = ListeningNas(secret.encode(), line)
        thread = threading.Thread(target=nas.serve, daemon=True)
        thread.start()
        yield nas
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.connect(("127.0.0.1", nas.port))
            end.send(b"stop")
        thread.join(PATIENCE_SECONDS)
