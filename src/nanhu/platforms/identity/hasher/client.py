"""A web worker's side: one question over a connection of its own."""

import os
import socket
from functools import cache
from pathlib import Path

from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity.hasher.protocol import (
    ANSWER,
    LARGEST,
    Kind,
    Outcome,
    Question,
    peer_uid,
    socket_path,
)

CONNECT_SECONDS = 1.0


class NoHasherError(Exception):
    """Nobody listens, or somebody who is not us."""


class BusyError(Exception):
    """The hasher has its hands full, or took too long."""


def verify(secret: bytes, encoded: bytes, *, patience: float) -> bool:
    outcome, _rest = ask(Question(Kind.VERIFY, secret, encoded), patience=patience)
    return outcome == Outcome.YES


def hash_secret(secret: bytes, recipe: bytes, *, patience: float) -> bytes:
    _outcome, rest = ask(Question(Kind.HASH, secret, recipe), patience=patience)
    return rest


def waiting() -> int:
    """How many questions wait or are worked on; for the doctor."""
    _outcome, rest = ask(Question(Kind.PING, b"", b""), patience=CONNECT_SECONDS)
    return int(rest)


def ask(question: Question, *, patience: float) -> tuple[Outcome, bytes]:
    if max(len(question.secret), len(question.rest)) > LARGEST:
        raise NoHasherError
    with socket.socket(socket.AF_UNIX) as connection:
        reach(connection)
        connection.settimeout(patience)
        try:
            connection.sendall(question.packed())
            outcome, length = ANSWER.unpack(exactly(connection, ANSWER.size))
            rest = exactly(connection, length)
        except TimeoutError as error:
            raise BusyError from error
        except OSError as error:
            raise NoHasherError from error
    if outcome == Outcome.BUSY:
        raise BusyError
    if outcome == Outcome.REFUSED:
        raise NoHasherError
    return Outcome(outcome), rest


def reach(connection: socket.socket) -> None:
    """A password is told only to a process of our own user."""
    connection.settimeout(CONNECT_SECONDS)
    try:
        connection.connect(str(path()))
        if peer_uid(connection) not in (None, os.getuid()):
            raise NoHasherError
    except BlockingIOError as error:  # its queue of callers is full
        raise BusyError from error
    except OSError as error:
        raise NoHasherError from error


def exactly(connection: socket.socket, length: int) -> bytes:
    found = b""
    while len(found) < length:
        piece = connection.recv(length - len(found))
        if not piece:
            raise ConnectionResetError
        found += piece
    return found


@cache
def path() -> Path:
    return socket_path(configuration().data_dir)
