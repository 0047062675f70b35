"""Free ports for the servers of tests and benchmarks, each given once.

They lie below the ports that Linux gives to whoever connects (`ip_local_port_range`, from 32,768): one of those may be taken between our look
and the start of the server. They come from blocks, and one process's block is no other's until that process has ended.
"""

import socket
from contextlib import ExitStack, suppress
from dataclasses import fields
from typing import Final

from nanhu.kernel.configuration import Configuration

USUAL: Final = Configuration()
BLOCK: Final = 32
BLOCKS: Final = range(12_000, 32_000, BLOCK)
_claims: list[socket.socket] = []
_left: list[int] = []


def free_ports(count: int) -> list[int]:
    return [free_row(1) for _ in range(count)]


def free_port() -> int:
    return free_row(1)


def campus_ports() -> dict[str, str]:
    """By its variable every port of a campus of its own; they lie to each other as the usual ones do, for some take the next too."""
    usual = {one.metadata["variable"]: getattr(USUAL, one.name) for one in fields(USUAL) if one.name.endswith("_port")}
    lowest = min(usual.values())
    first = free_row(max(usual.values()) - lowest + 1)
    return {variable: str(first + port - lowest) for variable, port in usual.items()}


def free_row(count: int) -> int:
    """The first of so many ports in a row."""
    if count > BLOCK:
        raise ValueError(f"a row has at most {BLOCK} ports")
    while True:
        if len(_left) < count:
            _left[:] = claimed_block()
        row, _left[:count] = _left[:count], []
        if are_free(row):
            return row[0]


def claimed_block() -> range:
    """One that no other process holds: by the name of a socket, which is free again when its process has ended, however it ends."""
    for first in BLOCKS:
        claim = socket.socket(socket.AF_UNIX)
        with suppress(OSError):
            claim.bind(f"\0nanhu-ports-{first}")
            _claims.append(claim)
            return range(first, first + BLOCK)
        claim.close()
    raise RuntimeError("every port for tests is taken")


def are_free(ports: list[int]) -> bool:
    """For connections and for datagrams."""
    try:
        with ExitStack() as held:
            for port in ports:
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    held.enter_context(socket.socket(type=kind)).bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
