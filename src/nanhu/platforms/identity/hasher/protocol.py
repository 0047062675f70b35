"""What goes over the socket: one question and one answer, then it is closed.

question   kind (1 byte), length of the secret (2), length of the rest (2), secret, rest
answer     outcome (1 byte), length of the rest (2), rest
"""

import hashlib
import socket
import struct
import sys
import tempfile
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

QUESTION = struct.Struct("!BHH")
ANSWER = struct.Struct("!BH")
CREDENTIALS = struct.Struct("3i")
LARGEST = 0xFFFF
LONGEST_PATH = 90


class Kind(IntEnum):
    PING = 0
    VERIFY = 1  # rest: the encoded hash
    HASH = 2  # rest: passes, KiB, lanes, length and the salt, separated by "$"


class Outcome(IntEnum):
    NO = 0
    YES = 1
    BUSY = 2
    REFUSED = 3


class Question(NamedTuple):
    """`repr` must not show the secret: it would end up in a log."""

    kind: int
    secret: bytes
    rest: bytes

    def __repr__(self) -> str:
        return f"Question(kind={self.kind})"

    def packed(self) -> bytes:
        return QUESTION.pack(self.kind, len(self.secret), len(self.rest)) + self.secret + self.rest


def socket_path(data_dir: Path) -> Path:
    """In the data folder, or in a short folder of its own where that path is too long for a socket."""
    inside = data_dir / "hasher.sock"
    if len(str(inside)) <= LONGEST_PATH:
        return inside
    digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"nanhu-hasher-{digest}" / "hasher.sock"


def peer_uid(connection: socket.socket) -> int | None:
    """Whose process is at the other end, as the kernel says; None where it does not tell."""
    if sys.platform != "linux":
        return None
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    return int(CREDENTIALS.unpack(raw)[1])
