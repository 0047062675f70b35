"""1,500 idle and half-said connections of one address, at the real servers: the gateway's, the door of accounting and the pages' still answer
the others."""

import http.client
import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.configuration import Configuration, read_configuration
from nanhu.kernel.processes.house import BACKLOG, IDLE_MILLISECONDS, web_command
from nanhu.platforms.identity.processes import radius_command
from nanhu.systems.card.process import gateway_command
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import ROOT, answer_of, campus_environment, open_folder

HOSTILE = 1500
BOUND = 60
SAID = (
    b"",
    b"POST %b HTTP/1.1\r\nHost: campus\r\n",
    b"POST %b HTTP/1.1\r\nHost: campus\r\nContent-Length: 200\r\n\r\n{",
)
SERVERS = {
    "gateway": (gateway_command, "gateway_port", "/health"),
    "web": (web_command, "web_port", "/health/live"),
    "radius": (radius_command, "radius_port", "/health"),
}
ASKED = {"radius": b"/radius/accounting"}
"""Where not `/terminal/v1/hello`."""
WELL = (200, 204)


@contextmanager
def running(name: str, *, idle_milliseconds: int = IDLE_MILLISECONDS) -> Iterator[tuple[int, str, Path]]:
    """The server alone, without a database: what is tried here comes before anything is asked of one."""
    command, port_of, path = SERVERS[name]
    with open_folder() as folder:
        environment = campus_environment(folder) | {
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
            "NANHU_CONNECTIONS_PER_ADDRESS": str(BOUND),
            "NANHU_TRUSTED_PROXIES": "192.0.2.1",
            "NANHU_WEB_WORKERS": "1",
        }
        configuration: Configuration = read_configuration(environment)
        port, log = getattr(configuration, port_of), folder / f"{name}.log"
        line = [str(idle_milliseconds) if word == str(IDLE_MILLISECONDS) else word for word in command(configuration)]
        with log.open("ab") as paper:
            server = subprocess.Popen(
                dying_with_parent(line), env=environment, cwd=ROOT, stdout=paper, stderr=paper, start_new_session=True
            )
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while answer_of(f"http://127.0.0.1:{port}{path}") not in WELL:
                assert time.monotonic() < deadline, log.read_text()[-3000:]
                time.sleep(0.05)
            yield port, path, log
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def visit(port: int, path: str) -> int:
    connection = http.client.HTTPConnection(
        "127.0.0.1", port, timeout=PATIENCE_SECONDS, source_address=("127.0.0.2", 0)
    )
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(200) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


@pytest.mark.parametrize("name", SERVERS)
def test_one_address_cannot_keep_the_others_out(name):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * HOSTILE), hard))
    try:
        with running(name) as (port, path, log), ExitStack() as held:
            hostile = []
            for place in range(HOSTILE):
                one = held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS))
                one.sendall(SAID[place % len(SAID)].replace(b"%b", ASKED.get(name, b"/terminal/v1/hello")))
                hostile.append(one)
                if place % 300 == 0:
                    assert visit(port, path) in WELL
            assert visit(port, path) in WELL
            deadline = time.monotonic() + PATIENCE_SECONDS
            while sum(is_open(one) for one in hostile) > BOUND:
                assert time.monotonic() < deadline
                time.sleep(0.2)
            assert visit(port, path) in WELL
            assert "Traceback" not in log.read_text()
            assert log.stat().st_size < 20_000
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def said(held: ExitStack, port: int, words: bytes) -> socket.socket:
    connection = held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS))
    connection.sendall(words)
    return connection


def is_cut(connection: socket.socket) -> bool:
    """Whether the server ends it before anybody's patience does."""
    connection.settimeout(PATIENCE_SECONDS)
    try:
        return b" 20" not in connection.recv(4096)
    except TimeoutError:
        return False
    except OSError:
        return True


@pytest.mark.parametrize("name", SERVERS)
def test_half_a_head_and_an_idle_connection_are_cut(name):
    """With the time of the program's own command line made short; without that option a half head stays for as long as it likes."""
    with running(name, idle_milliseconds=400) as (port, path, log), ExitStack() as held:
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode()
        half, idle = (said(held, port, one) for one in (head, head + b"\r\n"))  # each at once, before it is idle
        assert b" 20" in idle.recv(4096).split(b"\r\n", 1)[0]
        assert is_cut(half)
        assert is_cut(idle)
        assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("name", SERVERS)
def test_many_may_wait_to_be_let_in(name):
    """Two thousand kiosks and phones that come back at one moment find a queue that holds them; granian's own holds 1,024."""
    line = SERVERS[name][0](read_configuration({}))
    assert line[line.index("--backlog") + 1] == str(BACKLOG)
    assert BACKLOG >= 4096
