"""Calls to applications (外呼): one request to one checked address, with an end to everything it may cost us.

Redirects are not followed and no proxy is asked. The name is resolved once and the very address that was judged is
called. The time limit holds for the whole call, so that a server that answers a byte a second holds nobody up.
"""

import http.client
import io
import ipaddress
import re
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from urllib.parse import SplitResult, urlsplit

from nanhu.platforms.identity.rules_urls import DEFAULT_PORTS, parsed_service

SECONDS = 4.0
LINGER_SECONDS = 0.5
LONGEST_ANSWER = 64 * 1024
CHUNK = 8192
STATUS_LINE = re.compile(rb"^HTTP/1\.[01] (\d{3})(?: |\r?\n|$)")
USER_AGENT = "Nanhu"
CLOUD_SECRETS = frozenset(
    ipaddress.ip_address(one)
    for one in ("100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254")
)
"""Where Alibaba, Oracle, Azure, Amazon and Google tell a machine its secrets, beside the link-local addresses."""

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class CallRefusedError(OSError):
    """We do not call this address."""


class BadAnswerError(OSError):
    """What came back is no HTTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A POST when it has a body, a GET otherwise."""

    address: str
    body: bytes = b""
    content_type: str = "application/x-www-form-urlencoded"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`raw` is what came, as far as we listened; `body` what it carries."""

    status: int
    raw: bytes = b""

    @property
    def body(self) -> bytes:
        try:
            answer = http.client.HTTPResponse(Tape(self.raw))  # type: ignore[arg-type]
            answer.begin()
            return answer.read(LONGEST_ANSWER)
        except (http.client.HTTPException, ValueError):
            return b""


class Tape:
    """What came over a line, for the standard library's parser to read."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self.raw)


def send(call: Call, *, seconds: float = SECONDS, wants_body: bool = False) -> Answer:
    """What was answered. Whatever goes wrong is an OSError."""
    deadline = time.monotonic() + seconds
    if parsed_service(call.address) is None:
        raise CallRefusedError("not an address of an application")
    parts = urlsplit(call.address)
    with connected(parts, deadline) as line:
        line.settimeout(left(deadline))
        line.sendall(written(call, parts))
        status, begun = status_of(line, deadline)
        until = deadline if wants_body else min(deadline, time.monotonic() + LINGER_SECONDS)
        return Answer(status=status, raw=begun + rest_of(line, until, room=LONGEST_ANSWER - len(begun)))


def left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds


def connected(parts: SplitResult, deadline: float) -> socket.socket:
    host = parts.hostname or ""
    targets = socket.getaddrinfo(host, parts.port or DEFAULT_PORTS[parts.scheme.lower()], type=socket.SOCK_STREAM)
    problem: OSError = CallRefusedError("no address")
    for number, (family, kind, protocol, _name, target) in enumerate(targets):
        if not is_callable(str(target[0]), host):
            problem = CallRefusedError(f"{target[0]} is not called")
            continue
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(left(deadline) / (len(targets) - number))
            line.connect(target)
            if parts.scheme.lower() == "https":
                line.settimeout(left(deadline))
                line = tls_context().wrap_socket(line, server_hostname=host)
        except OSError as error:
            line.close()
            problem = error
        else:
            return line
    raise problem


def is_callable(target: str, host: str) -> bool:
    """A school's applications live on private addresses. None lives on those that mean this machine (unless its record
    says so outright), this very cable (cloud machines keep their secrets there) or everybody.
    """
    address = plain(ipaddress.ip_address(target.split("%", 1)[0]))
    if address.is_loopback:
        return is_loopback_name(host)
    if address in CLOUD_SECRETS:
        return False
    return not (address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved)


def plain(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def is_loopback_name(host: str) -> bool:
    try:
        return plain(ipaddress.ip_address(host.strip("[]"))).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@cache
def tls_context() -> ssl.SSLContext:
    """The machine's certificate authorities; `SSL_CERT_FILE` adds the school's own."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def written(call: Call, parts: SplitResult) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [
        f"{'POST' if call.body else 'GET'} {target} HTTP/1.1",
        f"Host: {parts.netloc}",
        f"User-Agent: {USER_AGENT}",
        "Accept: */*",
        "Connection: close",
        *(f"{name}: {value}" for name, value in call.headers),
    ]
    if call.body:
        lines += [f"Content-Type: {call.content_type}", f"Content-Length: {len(call.body)}"]
    return "\r\n".join([*lines, "", ""]).encode("utf-8") + call.body


def status_of(line: socket.socket, deadline: float) -> tuple[int, bytes]:
    received = b""
    while (status := final_status(received)) is None:
        if len(received) > LONGEST_ANSWER:
            raise BadAnswerError("no status in the answer")
        line.settimeout(left(deadline))
        chunk = line.recv(CHUNK)
        if not chunk:
            raise BadAnswerError("the answer ended early")
        received += chunk
    return status, received


def final_status(received: bytes) -> int | None:
    """The status, once its line has come; answers that only announce another (1xx) are passed over."""
    while b"\n" in received:
        found = STATUS_LINE.match(received)
        if found is None:
            raise BadAnswerError("not an answer of HTTP")
        status = int(found[1])
        if status >= HTTPStatus.OK:
            return status
        _head, end, received = received.partition(b"\r\n\r\n")
        if not end:
            return None
    return None


def rest_of(line: socket.socket, deadline: float, *, room: int) -> bytes:
    """Let the other side finish, as far as that is cheap: some stop their work when nobody listens."""
    rest = b""
    with suppress(OSError):
        while len(rest) < room:
            line.settimeout(left(deadline))
            chunk = line.recv(CHUNK)
            if not chunk:
                break
            rest += chunk
    return rest
