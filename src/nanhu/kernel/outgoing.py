"""Outgoing HTTP (外呼): every call that this program makes to another goes through here.

One call goes to one checked address: the name is resolved once and the very address that was judged is called, while Host and
TLS keep the name. Public addresses are called; private ones and this machine only where `NANHU_OUTGOING_NETWORKS` lists
them; link-local ones and those where clouds keep secrets never. No proxy is asked. Every call is bounded in size, and its
time limit holds for the whole of it, so that a server that answers a byte a second holds nobody up.
"""

import http.client
import io
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from http import HTTPStatus
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from nanhu.kernel.configuration import configuration
from nanhu.kernel.turns import elsewhere

SECONDS = 4.0
LINGER_SECONDS = 0.5
LONGEST_ANSWER = 64 * 1024
LONGEST_ADDRESS = 2000
CHUNK = 64 * 1024
SAVING_SECONDS = 3.0
DEFAULT_PORTS = {"http": 80, "https": 443}
FORBIDDEN = re.compile(r"[^\x21-\x7e]|\\")
STATUS_LINE = re.compile(rb"^HTTP/1\.[01] (\d{3})(?: |\r?\n|$)")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
USER_AGENT = "Nanhu"
CLOUD_SECRETS = frozenset(
    ipaddress.ip_address(one)
    for one in ("100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254")
)
"""Where Alibaba, Oracle, Azure, Amazon and Google tell a machine its secrets, beside the link-local addresses."""
TRANSLATED = tuple(ipaddress.ip_network(one) for one in ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96"))
"""NAT64, IPv4-compatible and IPv4-translated: the last four bytes are the IPv4 address that is reached in truth."""
TUNNELS = (ipaddress.ip_network("2001::/32"), ipaddress.ip_network("64:ff9b:1::/48"))
"""Teredo and local NAT64: where they end nobody can tell from the address."""

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]


class CallRefusedError(OSError):
    """We do not call this address."""


class BadAnswerError(OSError):
    """What came back is no HTTP, or more than was wanted, or only half of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A POST when it has a body, a GET otherwise."""

    address: str
    body: bytes = b""
    content_type: str = "application/x-www-form-urlencoded"
    headers: tuple[tuple[str, str], ...] = ()
    is_public: bool = False
    """Only on the internet: an address that anybody may give leads into no network of the school, listed or not."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Tape:
    """What came over a line, for the standard library's parser to read."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self.raw)


class TimedLine(io.RawIOBase):
    """A line that is read until a moment and no longer."""

    def __init__(self, line: socket.socket, deadline: float) -> None:
        self.line, self.deadline = line, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.line.settimeout(left(self.deadline))
        return self.line.recv_into(buffer)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self, CHUNK)


@elsewhere()
def send(call: Call, *, seconds: float = SECONDS, wants_body: bool = False) -> Answer:
    """What was answered, at least its status. Redirects are not followed. Whatever goes wrong is an OSError."""
    deadline = time.monotonic() + seconds
    parts = checked(call.address)
    with connected(parts, deadline, networks=() if call.is_public else None) as line:
        line.settimeout(left(deadline))
        line.sendall(written(call, parts))
        status, begun = status_of(line, deadline)
        until = deadline if wants_body else min(deadline, time.monotonic() + LINGER_SECONDS)
        return Answer(status=status, raw=begun + rest_of(line, until, room=LONGEST_ANSWER - len(begun)))


def fetch(
    call: Call, *, seconds: float, largest: int, redirects: int = 0, sending: Callable[[], None] = lambda: None
) -> Document:
    """The whole answer, or an OSError: half a document is none. A GET is led on at most `redirects` times, each address
    judged like the first, and never from https to http; a key (`Authorization`) goes to the first host alone. `sending` is called
    once somebody is there, before the first byte goes out."""
    deadline = time.monotonic() + seconds
    document = fetch_once(call, deadline, largest, sending)
    target = document.headers.get("location", "")
    if call.body or not redirects or document.status not in REDIRECTS or not target:
        return document
    following = led_to(call.address, target)
    if call.address.lower().startswith("https:") and not following.lower().startswith("https:"):
        raise CallRefusedError("led from https to http")
    is_same = urlsplit(following).netloc.lower() == urlsplit(call.address).netloc.lower()
    headers = tuple(one for one in call.headers if is_same or one[0].lower() != "authorization")
    return fetch(
        replace(call, address=following, headers=headers),
        seconds=left(deadline),
        largest=largest,
        redirects=redirects - 1,
    )


def led_to(address: str, target: str) -> str:
    """Where a redirect leads; BadAnswerError where that is no address."""
    try:
        return urlsplit(urljoin(address, target)).geturl()
    except ValueError as error:
        raise BadAnswerError("led to no address") from error


@elsewhere()
def fetch_once(call: Call, deadline: float, largest: int, sending: Callable[[], None]) -> Document:
    parts = checked(call.address)
    with connected(parts, deadline, networks=() if call.is_public else None) as line:
        line.settimeout(left(deadline))
        sending()
        line.sendall(written(call, parts))
        answer = http.client.HTTPResponse(
            TimedLine(line, deadline),  # type: ignore[arg-type]
            method="POST" if call.body else "GET",
        )
        try:
            answer.begin()
            body = answer.read(largest + 1)
            expected = answer.length or 0
        except (http.client.HTTPException, ValueError) as error:
            raise BadAnswerError(f"not an answer of HTTP: {error}"[:200]) from error
    if len(body) > largest:
        raise BadAnswerError(f"more than {largest} bytes")
    if expected:
        raise BadAnswerError("the answer ended early")
    return Document(
        status=answer.status,
        headers={name.lower(): answer.getheader(name, "") for name, _value in answer.getheaders()},
        body=body,
    )


def parts_of(address: str) -> SplitResult:
    """Of what somebody typed or sent: all of them empty where it is no address (http://[)."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def checked(address: str) -> SplitResult:
    """An address that means one thing to everybody: http(s), a host, no user, no odd letters."""
    if FORBIDDEN.search(address) or len(address) > LONGEST_ADDRESS:
        raise CallRefusedError("not an address to call")
    try:
        parts = urlsplit(address)
        is_plain = parts.port != 0 and parts.scheme.lower() in DEFAULT_PORTS and bool(parts.hostname)
    except ValueError as error:
        raise CallRefusedError("not an address to call") from error
    if not is_plain or "@" in parts.netloc or "%" in parts.netloc:
        raise CallRefusedError("not an address to call")
    return parts


def refuse_internal(address: str, *, networks: Networks | None = None) -> None:
    """Before an address is kept: CallRefusedError where it leads inside today. A name that nobody knows yet may pass; it is
    judged again at every call."""
    parts = checked(address)
    with suppress(socket.gaierror, TimeoutError):
        targets = looked_up(parts, SAVING_SECONDS)
        for *_kind, target in targets:
            if not is_callable(str(target[0]), parts.hostname or "", networks):
                raise CallRefusedError(f"{target[0]} is not called")


def looked_up(parts: SplitResult, seconds: float) -> list[tuple[Any, ...]]:
    """The addresses of a name. The system's resolver knows no time limit of ours, so it is left alone after that."""
    found: SimpleQueue[list[tuple[Any, ...]] | OSError] = SimpleQueue()
    port = parts.port or DEFAULT_PORTS[parts.scheme.lower()]

    def look() -> None:
        try:
            found.put(socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM))
        except OSError as error:
            found.put(error)

    threading.Thread(target=look, daemon=True).start()
    try:
        answer = found.get(timeout=seconds)
    except Empty:
        raise TimeoutError("the name was not found in time") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds


def judged_target(host: str, port: int, *, seconds: float, networks: Networks | None = None) -> str:
    """The address of a host that another protocol may call (a database); CallRefusedError where none of its own may be."""
    shown = f"[{host}]" if ":" in host else host
    parts = checked(f"http://{shown}:{port}")
    for *_kind, target in looked_up(parts, seconds):
        if is_callable(str(target[0]), host, networks):
            return str(target[0])
    raise CallRefusedError(f"{host} is not called")


def connected(parts: SplitResult, deadline: float, *, networks: Networks | None = None) -> socket.socket:
    host = parts.hostname or ""
    targets = looked_up(parts, left(deadline))
    problem: OSError = CallRefusedError("no address")
    for number, (family, kind, protocol, _name, target) in enumerate(targets):
        if not is_callable(str(target[0]), host, networks):
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


def is_callable(target: str, host: str, networks: Networks | None = None) -> bool:
    """Public, or in a network that the school lists (the sample campus lists its own machine), or in one of these. This machine is called by its
    own name only; never what lies on this very cable, what means everybody, or where a cloud keeps its secrets.
    """
    address = plain(ipaddress.ip_address(target.split("%", 1)[0]))
    is_special = address.is_link_local or address.is_multicast or address.is_unspecified or address in CLOUD_SECRETS
    if is_special or any(address in tunnel for tunnel in TUNNELS):
        return False
    if address.is_loopback and not is_loopback_name(host):
        return False
    return address.is_global or any(
        address in network for network in (own_networks() if networks is None else networks)
    )


def plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for: mapped, translated (NAT64) or tunnelled (6to4)."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.is_loopback or address.is_unspecified:
        return address
    inside = address.ipv4_mapped or address.sixtofour
    if inside is None and any(address in network for network in TRANSLATED):
        inside = ipaddress.IPv4Address(address.packed[-4:])
    return inside or address


def own_networks() -> Networks:
    settings = configuration()
    return networks_in(settings.outgoing_networks or ("127.0.0.0/8,::1" if settings.demo else ""))


@cache
def networks_in(text: str) -> Networks:
    return tuple(ipaddress.ip_network(one.strip(), strict=False) for one in text.split(",") if one.strip())


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
        "Connection: close",
        *(f"{name}: {value}" for name, value in call.headers),
    ]
    if not any(name.lower() == "accept" for name, _value in call.headers):
        lines.append("Accept: */*")
    if call.body:
        lines += [f"Content-Type: {call.content_type}", f"Content-Length: {len(call.body)}"]
    if any("\r" in line or "\n" in line for line in lines):
        raise CallRefusedError("a header of two lines")
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
            chunk = line.recv(min(CHUNK, room - len(rest)))
            if not chunk:
                break
            rest += chunk
    return rest
