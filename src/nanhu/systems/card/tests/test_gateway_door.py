"""The gateway's door, before it knows who asks: what it signs, how much it reads, how much it writes down."""

import asyncio
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from importlib import import_module

import pytest

from nanhu.kernel import proxies
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.rsgi import address_in
from nanhu.platforms.terminals.api import Incident
from nanhu.platforms.terminals.gateway import ActivityLog, Application, Rate, Response, SignedRequest
from nanhu.platforms.terminals.jobs import forget_incidents
from nanhu.platforms.terminals.wire import LARGEST_BODY, sign_request
from nanhu.systems.card.gateway.server import Gateway
from nanhu.systems.card.gateway.terminals import Terminal
from nanhu.systems.card.gateway.watch import TerminalWatch
from nanhu.testing.patience import PATIENCE_SECONDS

KEY = bytes(range(32))
TILL = Terminal("N101A", 7, KEY, 1, "早点", "南院一食堂", "1号窗口")
PATH = "/terminal/v1/hello"
DOOR = import_module("nanhu.platforms.terminals.gateway.application")


class Terminals:
    async def find(self, number):
        return TILL if number == TILL.number else None


class Silent:
    """A activity that is not asked for anything."""

    def saw(self, *_arguments): ...

    def refuse(self, **_facts): ...


async def greet(_request):
    return 200, b"{}"


def gateway() -> Gateway:
    door = Gateway.__new__(Gateway)
    door.terminals, door.activity, door.sales, door.operations = Terminals(), Silent(), {}, {PATH: greet}
    door.sequenced = door.decided_by_database = frozenset()
    door.rate = Rate({})
    return door


def asked(signature: str, body: bytes = b"{}") -> SignedRequest:
    return SignedRequest("POST", PATH, TILL.number, "0", "1764038400", signature, "192.0.2.7", body)


def signed(body: bytes = b"{}") -> str:
    return sign_request(
        KEY, method="POST", path=PATH, terminal=TILL.number, sequence="0", clock="1764038400", body=body
    )


def test_a_refused_signature_is_not_answered_in_the_schools_name():
    """Whoever overheard a payment could send its signature with another body and be given a genuine "nothing happened"
    for it, to hand to the terminal instead of the true receipt: the customer would pay twice."""
    overheard = signed()

    told = asyncio.run(gateway().serve(asked(overheard, b'{"another": "body"}')))

    assert (told.status, json.loads(told.body)["code"]) == (401, "signature_wrong")
    assert told.signature == ""


def test_an_authentic_request_is_answered_under_its_signature():
    assert asyncio.run(gateway().serve(asked(signed()))).signature != ""


class Line:
    """What Granian gives an RSGI application: a body that can be read whole or in pieces."""

    def __init__(self, pieces: int, size: int = 64 * 1024) -> None:
        self.pieces, self.size, self.read = pieces, size, 0
        self.answer: tuple[int, bytes] | None = None

    async def __call__(self) -> bytes:
        self.read += self.pieces * self.size
        return b"x" * self.size * self.pieces

    async def __aiter__(self):
        for _piece in range(self.pieces):
            self.read += self.size
            yield b"x" * self.size

    def response_bytes(self, status, _headers, body):
        self.answer = (status, body)

    def response_empty(self, status, _headers):
        self.answer = (status, b"")


class SlowLine(Line):
    """Its head came; of its body a byte, and then nothing."""

    async def __call__(self) -> bytes:
        await asyncio.Event().wait()
        raise AssertionError

    async def __aiter__(self):
        yield b"{"
        await asyncio.Event().wait()


class Headers(dict[str, str]):
    def get_all(self, name: str) -> list[str]:
        return self[name].split("\n") if name in self else []


class Scope:
    method, path = "POST", PATH

    def __init__(self, client: str = "192.0.2.7", **headers: str) -> None:
        self.client = client
        self.headers = Headers({name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    "headers",
    [
        {"content_length": str(64 * 1024 * 400)},
        {"transfer_encoding": "chunked"},
        {"content_length": "5", "transfer_encoding": "chunked"},
    ],
)
def test_a_stranger_cannot_fill_the_memory_with_one_body(headers):
    application, line = Application(gateway), Line(pieces=400)
    application.gateway = gateway()

    asyncio.run(application.__rsgi__(Scope(nanhu_terminal=TILL.number, **headers), line))

    assert line.answer is not None
    assert line.answer[0] == 413
    assert line.read <= LARGEST_BODY + line.size


@pytest.mark.parametrize("headers", [{"content_length": "131072"}, {"transfer_encoding": "chunked"}])
def test_a_body_of_a_usual_size_is_read_whole(headers):
    application, line = Application(gateway), Line(pieces=2)
    application.gateway = gateway()
    body = b"x" * 131072
    headers |= {"nanhu_terminal": TILL.number, "nanhu_sequence": "0", "nanhu_clock": "1764038400"}

    asyncio.run(application.__rsgi__(Scope(nanhu_signature=signed(body), **headers), line))

    assert line.answer == (200, b"{}")


@pytest.mark.parametrize("headers", [{"content_length": "200"}, {"transfer_encoding": "chunked"}])
def test_a_body_that_does_not_come_is_cut(headers, monkeypatch):
    monkeypatch.setattr(DOOR, "BODY_SECONDS", 0.05)
    door, line = Application(gateway), SlowLine(pieces=1)
    door.gateway = gateway()

    asyncio.run(asyncio.wait_for(door.__rsgi__(Scope(nanhu_terminal=TILL.number, **headers), line), PATIENCE_SECONDS))

    assert line.answer == (408, b"")


def test_a_body_that_does_not_come_is_cut_under_asgi_too(monkeypatch):
    monkeypatch.setattr(DOOR, "BODY_SECONDS", 0.05)
    door, said = Application(gateway), []
    door.gateway = gateway()
    pieces = iter([{"type": "http.request", "body": b"{", "more_body": True}])

    async def receive():
        for piece in pieces:
            return piece
        return await asyncio.Event().wait()

    async def send(message):
        said.append(message)

    scope = {"type": "http", "method": "POST", "path": PATH, "headers": [], "client": ("192.0.2.7", 1)}
    asyncio.run(asyncio.wait_for(door(scope, receive, send), PATIENCE_SECONDS))

    assert said[0]["status"] == 408


@pytest.mark.parametrize(
    ("client", "address"),
    [
        ("192.0.2.7:41234", "192.0.2.7"),
        ("[2001:db8::7]:41234", "2001:db8::7"),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::7"),
    ],
)
def test_a_terminals_address_has_no_port_which_changes_with_each_connection(client, address):
    assert address_in(client) == address


@dataclass
class Addresses:
    """Whom a gateway was told that it serves."""

    seen: list[str] = field(default_factory=list)

    async def serve(self, request: SignedRequest) -> Response:
        self.seen.append(request.address)
        return Response(200, b"{}")


async def no_matter(_message):
    return None


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("10.0.0.5", "10.20.3.4", "10.20.3.4"),
        ("10.0.0.5", "203.0.113.9, 10.20.3.4", "10.20.3.4"),
        ("10.0.0.5", "203.0.113.9\n10.20.3.4", "10.20.3.4"),
        ("10.0.0.5", "10.20.3.4, 10.0.0.5", "10.20.3.4"),
        ("10.0.0.5", "nonsense", "10.0.0.5"),
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.20.3.4", "203.0.113.9", "10.20.3.4"),
    ],
)
def test_a_terminals_address_is_what_a_trusted_proxy_saw_and_nobody_else_says(monkeypatch, peer, forwarded, address):
    """HAProxy writes a line of its own below what the client sent; nginx adds to it."""
    monkeypatch.setattr(proxies, "configuration", lambda: replace(configuration(), trusted_proxies="10.0.0.5"))
    application, told = Application(Addresses), Addresses()
    application.gateway = told
    lines = forwarded.split("\n") if forwarded else []

    async def body():
        return {"type": "http.request", "body": b"{}"}

    async def both() -> None:
        more = {"x_forwarded_for": forwarded} if forwarded else {}
        await application.__rsgi__(Scope(f"{peer}:41234", content_length="131072", **more), Line(pieces=2))
        headers = [(b"x-forwarded-for", one.encode()) for one in lines]
        scope = {"type": "http", "method": "POST", "path": PATH, "headers": headers, "client": (peer, 41234)}
        await application(scope, body, no_matter)

    asyncio.run(both())

    assert told.seen == [address, address]


class Paper:
    def __init__(self) -> None:
        self.lines: list[dict] = []

    async def rows(self, _statement, parameters):
        self.lines += json.loads(parameters[0])
        return []


def test_a_flood_of_strangers_writes_few_rows_and_is_counted_whole():
    """1,000 rows in three seconds were 29 million a day: who invents a terminal number for each request gets one line."""
    paper = Paper()

    async def flood() -> None:
        activity = ActivityLog(paper, repeated="")
        for turn in range(200):
            activity.refuse(terminal=f"made-up-{turn}", address="192.0.2.7", code="terminal_unknown")
        await activity.write()
        await activity.tasks.close()

    asyncio.run(flood())

    assert len(paper.lines) <= 50
    assert sum(line["times"] for line in paper.lines) == 200


def test_a_flood_of_strangers_hides_nothing_that_a_terminal_signed():
    """Forty invented terminals every three seconds were enough for a stolen till not to be named."""
    paper = Paper()

    async def flood() -> None:
        door = Gateway.__new__(Gateway)
        door.activity, door.terminals, door.sales = ActivityLog(paper, repeated=""), Terminals(), {}
        door.operations, door.sequenced, door.decided_by_database = {PATH: greet}, frozenset(), frozenset()
        for turn in range(200):
            await door.serve(asked(signed())._replace(terminal=f"X{turn:05}"))
        TerminalWatch(door.activity).uploaded(TILL, ["offline_card"] * 900, last_sequence=1)
        TerminalWatch(door.activity).decided(TILL, "terminal_limit")
        await door.activity.write()
        await door.activity.tasks.close()

    asyncio.run(flood())

    named = {line["code"]: line["times"] for line in paper.lines if line.get("terminal") == TILL.number}
    assert named == {"offline_card": 900, "terminal_limit": 1}


def test_one_stolen_key_takes_a_place_for_each_code_and_none_of_anothers():
    paper = Paper()

    async def flood() -> None:
        activity = ActivityLog(paper, repeated="")
        for turn in range(200):
            activity.refuse_signed(terminal="N1001", code="clock_wrong", address=f"192.0.2.{turn}", detail=f"{turn}")
        activity.refuse_signed(terminal="E3002", code="terminal_limit")
        await activity.write()
        await activity.tasks.close()

    asyncio.run(flood())

    assert sorted((line["terminal"], line["times"]) for line in paper.lines if "code" in line) == [
        ("E3002", 1),
        ("N1001", 200),
    ]


@pytest.mark.django_db
def test_old_incidents_are_forgotten():
    for days in (1, 89, 91):
        Incident.objects.create(at=now() - timedelta(days=days), terminal_number=str(days), code="clock_wrong")

    assert forget_incidents() == 1
    assert set(Incident.objects.values_list("terminal_number", flat=True)) == {"1", "89"}
