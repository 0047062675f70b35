"""Ports that nobody listens on, for servers of tests and benchmarks."""

import socket
from contextlib import ExitStack
from dataclasses import fields

from nanhu.kernel.configuration import Configuration

USUAL = Configuration()
HIGHEST = 65_535


def free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def free_port() -> int:
    return free_ports(1)[0]


def campus_ports() -> dict[str, str]:
    """By its variable every port of a campus of its own; they lie to each other as the usual ones do, for some take the next too."""
    usual = {one.metadata["variable"]: getattr(USUAL, one.name) for one in fields(USUAL) if one.name.endswith("_port")}
    lowest = min(usual.values())
    first = free_row(max(usual.values()) - lowest + 1)
    return {variable: str(first + port - lowest) for variable, port in usual.items()}


def free_row(count: int) -> int:
    """The first of so many ports in a row."""
    first = free_port()
    while not is_free(range(first, first + count)):
        first = free_port()
    return first


def is_free(ports: range) -> bool:
    """For connections and for datagrams."""
    if ports[-1] > HIGHEST:
        return False
    try:
        with ExitStack() as held:
            for port in ports:
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    held.enter_context(socket.socket(type=kind)).bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
