"""Nobody's connections or slow bodies keep the others out of a server process."""

import contextlib
import math
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest

from nanhu.kernel import slow_bodies
from nanhu.kernel.bodies import LARGEST_FORM
from nanhu.kernel.connections import Bounds, ConnectionGuard, group_of
from nanhu.kernel.slow_bodies import BodyGuard
from nanhu.testing.patience import PATIENCE_SECONDS

TICK_SECONDS = 0.03


@pytest.fixture
def server():
    """A listening socket of this process, and the sockets that came in by it."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener, contextlib.ExitStack() as held:
        yield Server(listener, held)


class Server:
    def __init__(self, listener: socket.socket, held: contextlib.ExitStack) -> None:
        self.listener, self.held = listener, held

    def visit(self, address: str, *, says: bytes = b"", told: bytes = b"") -> socket.socket:
        visitor = self.held.enter_context(socket.socket())
        visitor.bind((address, 0))
        visitor.settimeout(PATIENCE_SECONDS)
        visitor.connect(self.listener.getsockname())
        taken = self.held.enter_context(self.listener.accept()[0])
        if says:
            visitor.sendall(says)
            taken.recv(100)
        if told:
            time.sleep(TICK_SECONDS)
            taken.sendall(told)
            visitor.recv(100)
        return visitor


def is_open(visitor: socket.socket) -> bool:
    visitor.setblocking(False)
    try:
        return visitor.recv(1) != b""
    except BlockingIOError:
        return True


def test_an_address_holds_so_many_connections_and_the_idlest_give_way(server):
    busy = [server.visit("127.0.0.1", says=b"ask", told=b"answer") for _ in range(2)]
    idle = [server.visit("127.0.0.1") for _ in range(4)]
    other = server.visit("127.0.0.2")

    assert ConnectionGuard(Bounds(per_address=3, in_all=100)).look() == 3

    assert all(is_open(one) for one in [*busy, other])
    assert sum(is_open(one) for one in idle) == 1


def test_above_the_bound_of_all_who_holds_most_gives_way(server):
    many = [server.visit("127.0.0.1") for _ in range(6)]
    few = [server.visit("127.0.0.2") for _ in range(2)]

    assert ConnectionGuard(Bounds(per_address=10, in_all=5)).look() == 3

    assert all(is_open(one) for one in few)
    assert sum(is_open(one) for one in many) == 3


def test_a_trusted_proxy_carries_many_but_not_all(server):
    bounds = Bounds(per_address=2, in_all=8, proxies="127.0.0.1")
    through_proxy = [server.visit("127.0.0.1") for _ in range(7)]

    assert ConnectionGuard(bounds).look() == 1

    assert sum(is_open(one) for one in through_proxy) == 6


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
    ],
)
def test_whoever_has_a_network_of_ipv6_is_one_visitor(address, group):
    assert group_of(address) == group


class Stream:
    """A body that comes when it is let; until then the thread that reads it waits."""

    def __init__(self, body: bytes) -> None:
        self.body, self.may_come = body, threading.Event()
        self.is_read = threading.Event()

    def read(self, size: int = -1) -> bytes:
        self.is_read.set()
        self.may_come.wait(PATIENCE_SECONDS)
        piece, self.body = self.body[:size], self.body[size:]
        return piece


def program(environ, start_response):
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


def guarded(threads: int = 6) -> BodyGuard:
    guard = BodyGuard(program, ConnectionGuard(Bounds(per_address=9, in_all=9)), threads=threads)
    guard.is_watching = True
    return guard


def ask(guard: BodyGuard, address: str, body: object, length: int | str = 3) -> str:
    told = []
    list(
        guard(
            {"REMOTE_ADDR": address, "CONTENT_LENGTH": str(length), "wsgi.input": body},
            lambda status, _h: told.append(status),
        )
    )
    return told[0]


def test_bodies_that_end_while_others_are_counted_fail_nobody():
    """Threads change between any two instructions; of sixteen thousand requests each is answered."""
    guard, answers, usual = guarded(threads=16), [], sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=ask_often, args=(guard, answers)) for _place in range(16)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(PATIENCE_SECONDS)
    finally:
        sys.setswitchinterval(usual)
    assert len(answers) == 16 * 1_000


def ask_often(guard: BodyGuard, answers: list[str], address: str = "192.0.2.1") -> None:
    answers.extend(ask(guard, address, BytesIO(b"abc")) for _time in range(1_000))


def test_slow_senders_leave_threads_to_the_others():
    """Of six threads three may wait for one address and four for all; who sends nothing always finds one."""
    guard, slow = guarded(), [Stream(b"abc") for _ in range(4)]
    threads = [
        threading.Thread(target=ask, args=(guard, "192.0.2.1" if place < 3 else "192.0.2.2", stream))
        for place, stream in enumerate(slow)
    ]
    for thread, stream in zip(threads[:3], slow[:3], strict=True):
        thread.start()
        assert stream.is_read.wait(PATIENCE_SECONDS)
    try:
        assert ask(guard, "192.0.2.1", BytesIO(b"abc")) == "503 Service Unavailable"
        assert ask(guard, "192.0.2.3", BytesIO(b"abc")) == "200 OK", "another address finds a thread"
        threads[3].start()
        assert slow[3].is_read.wait(PATIENCE_SECONDS)
        assert ask(guard, "192.0.2.3", BytesIO(b"abc")) == "503 Service Unavailable"
        assert ask(guard, "192.0.2.1", BytesIO(b""), "") == "200 OK"
    finally:
        for stream in slow:
            stream.may_come.set()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
    assert ask(guard, "192.0.2.1", BytesIO(b"abc")) == "200 OK"


@pytest.mark.parametrize(("address", "left"), [("127.0.0.1", 0), ("192.0.2.1", 3 * LARGEST_FORM)])
def test_a_proxy_gets_rid_of_a_body_that_is_refused_unread_and_a_stranger_does_not(address, left):
    """Nginx would tell the person 502 instead of what is wrong, where the connection is closed while it sends."""
    guard, body = guarded(), BytesIO(b"x" * 3 * LARGEST_FORM)
    guard.guard.bounds = Bounds(per_address=9, in_all=9, proxies="127.0.0.1")
    guard.program = lambda _environ, start: start("413 Content Too Large", []) or []
    assert ask(guard, address, body, 3 * LARGEST_FORM) == "413 Content Too Large"
    assert len(body.read()) == left
    assert guard.readings == {}


@contextlib.contextmanager
def slow_senders(guard: BodyGuard, *addresses: str) -> Iterator[list[Stream]]:
    """Each holds a thread; what they send comes when it may, or at the end."""
    slow = [Stream(b"abc") for _address in addresses]
    threads = [threading.Thread(target=ask, args=(guard, *one)) for one in zip(addresses, slow, strict=True)]
    for thread, stream in zip(threads, slow, strict=True):
        thread.start()
        assert stream.is_read.wait(PATIENCE_SECONDS)
    try:
        yield slow
    finally:
        for stream in slow:
            stream.may_come.set()
        for thread in threads:
            thread.join()


def test_a_flood_of_whole_bodies_by_a_machine_with_a_key_is_never_turned_away(monkeypatch):
    """Sixteen threads of one address ask at once, while strangers hold all places with slow bodies."""
    monkeypatch.setattr(slow_bodies, "BRIEF_SECONDS", PATIENCE_SECONDS)
    guard, answers = guarded(), []
    guard.is_machine = lambda environ: environ["REMOTE_ADDR"] == "192.0.2.9"
    with slow_senders(guard, *["192.0.2.1"] * 3, "192.0.2.2"):
        threads = [threading.Thread(target=ask_often, args=(guard, answers, "192.0.2.9")) for _place in range(16)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(PATIENCE_SECONDS)
        assert (len(answers), set(answers)) == (16_000, {"200 OK"})
        assert ask(guard, "192.0.2.3", BytesIO(b"abc")) == "503 Service Unavailable", "strangers stay bounded"
    assert guard.readings == {}


def test_the_slow_body_of_a_machine_is_late_like_any_other_and_a_large_one_takes_a_place():
    guard = guarded()
    guard.is_machine = lambda _environ: True
    with slow_senders(guard, "192.0.2.9"):
        [reading] = guard.readings.values()
        assert (reading.is_machine, reading.is_late(reading.begun + 15)) == (True, True)
    with guard.slot({"REMOTE_ADDR": "192.0.2.9"}, LARGEST_FORM + 1) as reading:
        assert not reading.is_machine


def test_a_stolen_key_of_a_machine_leaves_threads_to_the_others(monkeypatch):
    monkeypatch.setattr(slow_bodies, "BRIEF_SECONDS", 0.0)
    guard = guarded()
    guard.is_machine = lambda environ: environ["REMOTE_ADDR"] == "192.0.2.9"
    with slow_senders(guard, *["192.0.2.9"] * guard.most):
        assert ask(guard, "192.0.2.9", BytesIO(b"abc")) == "503 Service Unavailable"
        assert ask(guard, "192.0.2.1", BytesIO(b"abc")) == "200 OK"


def letting(stream: Stream, wait: Callable[[float], bool]) -> Callable[[float], bool]:
    """Whoever waits lets this one come."""

    def waited(seconds: float) -> bool:
        stream.may_come.set()
        return wait(seconds)

    return waited


def test_whoever_comes_while_bodies_have_just_begun_waits_a_moment_for_a_place(monkeypatch):
    monkeypatch.setattr(slow_bodies, "BRIEF_SECONDS", PATIENCE_SECONDS)
    guard = guarded()
    with slow_senders(guard, *["192.0.2.1"] * 3) as slow:
        monkeypatch.setattr(guard.lock, "wait", letting(slow[0], guard.lock.wait))
        assert ask(guard, "192.0.2.1", BytesIO(b"abc")) == "200 OK"


def test_nobody_waits_for_slow_bodies(monkeypatch):
    monkeypatch.setattr(slow_bodies, "BRIEF_SECONDS", PATIENCE_SECONDS)
    guard = guarded()
    with slow_senders(guard, *["192.0.2.1"] * 3) as slow:
        for reading in guard.readings.values():
            reading.begun = -math.inf
        monkeypatch.setattr(guard.lock, "wait", letting(slow[0], guard.lock.wait))
        assert ask(guard, "192.0.2.1", BytesIO(b"abc")) == "503 Service Unavailable"
        assert not slow[0].may_come.is_set()


def test_behind_a_proxy_whoever_comes_waits_where_a_stranger_is_turned_away(monkeypatch):
    monkeypatch.setattr(slow_bodies, "BRIEF_SECONDS", PATIENCE_SECONDS)
    guard = guarded()
    guard.guard = ConnectionGuard(Bounds(per_address=9, in_all=9, proxies="192.0.2.8"))
    with slow_senders(guard, *["192.0.2.8"] * 4) as slow:
        assert ask(guard, "192.0.2.1", BytesIO(b"abc")) == "503 Service Unavailable", "two threads stay free"
        monkeypatch.setattr(guard.lock, "wait", letting(slow[0], guard.lock.wait))
        assert ask(guard, "192.0.2.8", BytesIO(b"abc")) == "200 OK"


def test_whoever_has_a_network_of_ipv6_has_the_threads_of_one_address():
    guard, slow = guarded(), [Stream(b"abc") for _ in range(3)]
    threads = [
        threading.Thread(target=ask, args=(guard, f"2001:db8::{place}", stream)) for place, stream in enumerate(slow)
    ]
    for thread, stream in zip(threads, slow, strict=True):
        thread.start()
        assert stream.is_read.wait(PATIENCE_SECONDS)
    try:
        assert ask(guard, "2001:db8::77", BytesIO(b"abc")) == "503 Service Unavailable"
        assert ask(guard, "2001:db8:0:1::1", BytesIO(b"abc")) == "200 OK", "another network finds a thread"
    finally:
        for stream in slow:
            stream.may_come.set()
        for thread in threads:
            thread.join()


def test_a_large_body_of_which_nothing_comes_is_late_long_before_its_length_would_be():
    guard, stream = guarded(), Stream(b"abc")
    thread = threading.Thread(target=ask, args=(guard, "192.0.2.1", stream, 1_000_000))
    thread.start()
    try:
        assert stream.is_read.wait(PATIENCE_SECONDS)
        [reading] = guard.readings.values()
        assert (reading.is_late(reading.begun + 10), reading.is_late(reading.begun + 15)) == (False, True)
    finally:
        stream.may_come.set()
        thread.join()
    reading.waits_since = None
    assert not reading.is_late(reading.begun + 100), "what the program does with a piece takes as long as it takes"
    assert reading.is_late(reading.begun + 140)


def test_a_body_longer_than_a_piece_arrives_whole():
    body = bytes(range(256)) * 300
    stream, told = Stream(body), []
    stream.may_come.set()
    facts = {"REMOTE_ADDR": "192.0.2.1", "CONTENT_LENGTH": str(len(body)), "wsgi.input": stream}
    assert b"".join(guarded()(facts, lambda status, _headers: told.append(status))) == body
    assert told == ["200 OK"]


def test_a_body_that_ends_too_early_never_reaches_the_program():
    assert ask(guarded(), "192.0.2.1", BytesIO(b"ab")) == "408 Request Timeout"


def test_a_body_has_ten_seconds_and_what_its_length_takes():
    guard = guarded()
    with guard.slot({"REMOTE_ADDR": "192.0.2.1"}, 0), guard.lock:
        [empty] = guard.readings.values()
    with guard.slot({"REMOTE_ADDR": "192.0.2.1"}, 80 * 1024), guard.lock:
        [long] = guard.readings.values()
    assert (round(empty.deadline - empty.begun), round(long.deadline - long.begun)) == (10, 20)


def test_a_body_that_does_not_come_is_cut_and_an_answered_connection_is_not(server):
    guard = guarded()
    answered = server.visit("127.0.0.1", says=b"ask", told=b"answer")
    stuck = server.visit("127.0.0.1", says=b"POST, half of it")
    with guard.slot({"REMOTE_ADDR": "127.0.0.1"}, 3):
        [mark] = guard.readings
        guard.readings[mark].begun = time.monotonic()
        guard.readings[mark].deadline = time.monotonic() - 1
        guard.cut_late()
    assert not is_open(stuck)
    assert is_open(answered)
