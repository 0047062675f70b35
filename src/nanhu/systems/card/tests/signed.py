"""A terminal at the gateway's own door, inside a test's transaction: `SignedTerminal("N1001").pay(uid, 500)`.

Each request goes the whole way of the wire (headers, body, signature, clock, the operation, the signed answer) through the ASGI
application. Only the connection is the test's own, so that what a page or a kiosk did a line above is seen at once.
"""

import asyncio
import itertools
import json
import time
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import Cursor

from nanhu.platforms.terminals.api import Terminal
from nanhu.platforms.terminals.gateway import Application, Database
from nanhu.platforms.terminals.wire import sign_request, sign_response
from nanhu.systems.card.gateway.server import Gateway

NOWHERE = "host=/nonexistent connect_timeout=1"
UNSIGNED = frozenset({"terminal_unknown", "signature_wrong", "not_found", "too_large"})


class TestConnection(Database):
    """Django's connection in place of the gateway's own; listeners find nothing to listen to."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__(NOWHERE, connections=0)
        connection.ensure_connection()
        self.raw = connection.connection

    async def rows(self, statement: str, parameters: Any) -> list[Any]:
        cursor = Cursor(self.raw)
        cursor.execute(statement, parameters, binary=True)
        return cursor.fetchall() if cursor.description else []


@dataclass(frozen=True, slots=True)
class Told:
    """`values` of an answer whose signature was right, or that had none and may have none."""

    status: int
    body: bytes

    @property
    def values(self) -> dict[str, Any]:
        values: dict[str, Any] = json.loads(self.body)
        return values

    @property
    def code(self) -> str:
        return str(self.values["code"])


class SignedTerminal:
    """`key` is 64 hexadecimal digits; the terminal's own as it was when this was made."""

    def __init__(self, number: str, *, key: str | None = None) -> None:
        self.number = number
        self.key = bytes.fromhex(key or Terminal.objects.get(number=number).key)
        self.sequences = itertools.count(100_000)

    def next(self) -> int:
        return next(self.sequences)

    def pay(self, card: str, fen: Any, *, sequence: int | None = None, **more: Any) -> Told:
        sequence = self.next() if sequence is None else sequence
        return self.send("payment", {"card": card, "amount_fen": fen}, sequence=sequence, **more)

    def send(self, operation: str, values: Any = None, *, sequence: int | str = 0, **more: Any) -> Told:
        """`clock` and `key` of the signature may be others; `spoil` changes headers and `sent` the body after signing."""
        path = f"/terminal/v1/{operation}"
        body = values if isinstance(values, bytes) else json.dumps(values or {}).encode()
        headers = self.headers(path, body, str(sequence), more)
        sent = more.get("sent", body)
        status, signature, answer = asyncio.run(
            ask(TestConnection(), more.get("path", path), headers | more.get("spoil", {}), sent)
        )
        told = Told(status, answer)
        if not (signature is None and told.code in UNSIGNED):
            key = more.get("key", self.key)
            right = sign_response(key, request_signature=headers["nanhu-signature"], status=status, body=answer)
            assert signature == right, answer
        return told

    def headers(self, path: str, body: bytes, sequence: str, more: dict[str, Any]) -> dict[str, str]:
        clock = str(more.get("clock", int(time.time())))
        signature = sign_request(
            more.get("key", self.key),
            method="POST",
            path=path,
            terminal=self.number,
            sequence=sequence,
            clock=clock,
            body=body,
        )
        return {
            "nanhu-terminal": self.number,
            "nanhu-sequence": sequence,
            "nanhu-clock": clock,
            "nanhu-signature": signature,
        }


async def ask(database: Database, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str | None, bytes]:
    """One HTTP request as a server hands it to the application, and what it is told to send back."""
    application = Application(Gateway)
    application.gateway = gateway = Gateway(database)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "client": ("192.0.2.7", 40000),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    try:
        await application(scope, receive, send)
    finally:
        await gateway.close()
    signature = dict(sent[0]["headers"]).get(b"nanhu-signature")
    return sent[0]["status"], None if signature is None else signature.decode(), sent[1]["body"]
