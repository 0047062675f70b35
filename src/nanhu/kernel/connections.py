"""Bounds on the connections of a server process, by address and in all, so that no address can keep the others out.

The HTTP server takes every connection and times out heads and idleness; how many one address may hold it does not know. This
looks at the process's own sockets once a second and cuts what is above a bound, the idlest first. Linux only (/proc, TCP_INFO);
elsewhere the server's own bound on all connections stays.
"""

import contextlib
import logging
import os
import resource
import socket
import stat
import struct
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from nanhu.kernel.configuration import Configuration
from nanhu.kernel.connection_shares import ConnectionShares
from nanhu.kernel.proxies import is_trusted, trusted_networks

log = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
OTHER_FILES = 256
MOST_GROUPS = 4096
PROXY_SHARE = 0.75
"""Of all connections those that one trusted proxy may hold: many visitors come through it, but it is not everybody."""
TCP_INFO_BYTES = 136
NOT_WAITING = float("-inf")
LAST_SENT, ACKNOWLEDGED = 44, 120
"""Places in Linux's struct tcp_info: milliseconds since data went, an acknowledgement, data came; bytes the other side acknowledged."""


class Mark(NamedTuple):
    """A socket of this process: the number of a file alone may be another's by now."""

    fd: int
    inode: int


class Bounds(NamedTuple):
    per_address: int
    in_all: int
    proxies: str = ""

    def is_proxy(self, address: str) -> bool:
        return is_trusted(address, trusted_networks(self.proxies))

    def of(self, address: str) -> int:
        if self.is_proxy(address):
            return max(self.per_address, int(self.in_all * PROXY_SHARE))
        return self.per_address


class ConnectionGuard:
    """`look` is one pass; `start` makes it come round on a thread, `alongside` with it. `shares`: of a server with several processes, by which
    the doctor sees too that the passes come to their end."""

    def __init__(self, bounds: Bounds, shares: ConnectionShares | None = None) -> None:
        self.bounds, self.shares = bounds, shares
        self.known: dict[Mark, str | None] = {}
        self.ports: set[int] = set()
        self.held = 0
        self.alongside: list[Callable[[], object]] = []
        self.lock = threading.Lock()

    def start(self) -> None:
        threading.Thread(target=self.watch, name="connections", daemon=True).start()

    def watch(self) -> None:
        while True:
            try:
                self.turn()
            except Exception:
                log.exception("the connections could not be looked at")
            time.sleep(LOOK_SECONDS)

    def turn(self) -> None:
        if sys.platform == "linux":
            self.look()
        for one in self.alongside:
            one()
        if self.shares is not None:
            self.shares.look(self.held)

    def look(self) -> int:
        """Cuts what is above a bound; returns how many."""
        with self.lock:
            visitors = self.visitors()
            found = by_address(visitors)
            cut = [
                mark for address, marks in found.items() for mark in idlest(marks, len(marks) - self.bounds.of(address))
            ]
            cut += beyond_all(found, self.bounds.in_all)
            for mark in set(cut):
                shut(mark)
        self.held = len(visitors) - len(set(cut))
        if cut:
            log.warning("cut %d connections above the bounds", len(set(cut)))
        return len(set(cut))

    def takes_leave(self) -> bool:
        """Whether the connection of an answer is one that another process should have."""
        return self.shares is not None and self.shares.takes_leave()

    def cut_unanswered(self, address: str, *, since_ms: float) -> int:
        """Cut what this address asked so long ago without an answer: somebody waits in vain for the rest of its body."""
        with self.lock:
            marks = by_address(self.visitors()).get(group_of(address), [])
            found = [mark for mark in marks if standing(mark).unanswered_ms >= since_ms]
            for mark in found:
                shut(mark)
        return len(found)

    def visitors(self) -> list[tuple[Mark, str]]:
        """Sockets that came in through a listening socket of ours. What was once classified is not asked again."""
        marks = set(own_sockets())
        self.known = {mark: address for mark, address in self.known.items() if mark in marks}
        fresh = marks - self.known.keys()
        if not self.ports:
            self.ports = {port for mark in fresh if (port := listening_port(mark)) is not None}
        self.known |= {mark: visitor_on(mark, self.ports) for mark in fresh}
        return [(mark, address) for mark, address in self.known.items() if address is not None]


def guard_of(configuration: Configuration, shares: ConnectionShares | None = None) -> ConnectionGuard:
    """With room for as many files as the system lets us open: a bound on connections must bite before the files run out."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    room = configuration.connections if hard == resource.RLIM_INFINITY else hard - OTHER_FILES
    bounds = Bounds(
        configuration.connections_per_address, min(configuration.connections, room), configuration.trusted_proxies
    )
    return ConnectionGuard(bounds, shares)


def own_sockets() -> Iterator[Mark]:
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208  numbers, not paths
        with contextlib.suppress(OSError):
            facts = os.fstat(int(name))
            if stat.S_ISSOCK(facts.st_mode):
                yield Mark(int(name), facts.st_ino)


@contextlib.contextmanager
def opened(mark: Mark) -> Iterator[socket.socket]:
    """The socket by a number of our own, so that nobody gives it to another meanwhile. OSError where it is gone."""
    fd = os.dup(mark.fd)
    try:
        if os.fstat(fd).st_ino != mark.inode:
            raise OSError
        with socket.socket(fileno=os.dup(fd)) as found:
            yield found
    finally:
        os.close(fd)


def listening_port(mark: Mark) -> int | None:
    with contextlib.suppress(OSError), opened(mark) as found:
        if found.family in {socket.AF_INET, socket.AF_INET6} and found.getsockopt(
            socket.SOL_SOCKET, socket.SO_ACCEPTCONN
        ):
            return int(found.getsockname()[1])
    return None


def visitor_on(mark: Mark, ports: set[int]) -> str | None:
    with contextlib.suppress(OSError), opened(mark) as found:
        if found.family in {socket.AF_INET, socket.AF_INET6} and found.getsockname()[1] in ports:
            return group_of(found.getpeername()[0])
    return None


@lru_cache(MOST_GROUPS)
def group_of(address: str) -> str:
    """One visitor: an IPv4 address, or a /64 of IPv6, within which he can choose freely."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else f"{IPv6Address(int(found) >> 64 << 64)}"
    return str(found)


def by_address(visitors: Iterable[tuple[Mark, str]]) -> dict[str, list[Mark]]:
    found: dict[str, list[Mark]] = defaultdict(list)
    for mark, address in visitors:
        found[address].append(mark)
    return found


def beyond_all(found: dict[str, list[Mark]], bound: int) -> list[Mark]:
    """Above the bound of all the address that holds the most gives way."""
    over, cut = sum(map(len, found.values())) - bound, []
    for marks in sorted(found.values(), key=len, reverse=True):
        if over <= 0:
            break
        share = idlest(marks, min(over, len(marks)))
        over -= len(share)
        cut += share
    return cut


class Standing(NamedTuple):
    """The clock of the kernel ticks every few milliseconds: what came and went within one tick counts as unanswered."""

    was_answered: bool
    silent_ms: int
    unanswered_ms: float


def standing(mark: Mark) -> Standing:
    with contextlib.suppress(OSError, struct.error), opened(mark) as found:
        facts = found.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_BYTES)
        sent, _acknowledged, silent = struct.unpack_from("3I", facts, LAST_SENT)
        [acknowledged] = struct.unpack_from("Q", facts, ACKNOWLEDGED)
        return Standing(acknowledged > 1, silent, sent if silent <= sent else NOT_WAITING)
    return Standing(was_answered=True, silent_ms=0, unanswered_ms=NOT_WAITING)


def idlest(marks: list[Mark], count: int) -> list[Mark]:
    """Who was never answered first, then who said nothing for longest."""
    if count <= 0:
        return []
    ages = {mark: standing(mark) for mark in marks}
    return sorted(marks, key=lambda mark: (ages[mark].was_answered, -ages[mark].silent_ms))[:count]


def shut(mark: Mark) -> None:
    with contextlib.suppress(OSError), opened(mark) as found:
        found.shutdown(socket.SHUT_RDWR)
