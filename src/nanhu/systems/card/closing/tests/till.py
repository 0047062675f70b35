"""A point of sale at the gateway's own HTTP application, signed as in the protocol, inside the test's transaction."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
from django.db import connection

from nanhu.platforms.terminals.gateway import Application
from nanhu.platforms.terminals.wire import sign_response
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.gateway import server
from nanhu.systems.card.gateway.revocations import RevocationDesk
from nanhu.systems.card.gateway.terminals import TerminalDirectory


class SameConnection:
    """The gateway's database on the connection of the test, whose writes nobody else would see."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self.line = connection.connection

    async def close(self) -> None: ...

    async def rows(self, statement: str, parameters: Any) -> list[Any]:
        with psycopg.Cursor(self.line) as cursor:
            cursor.execute(statement, parameters, binary=True)
            return cursor.fetchall() if cursor.description else []


async def silence(_self: Any) -> None:
    """Nobody listens: another connection would see nothing of the test."""


@contextmanager
def gateway(database: SameConnection) -> Iterator[Application]:
    with (
        patch.object(server, "Database", lambda *_arguments, **_facts: database),
        patch.object(TerminalDirectory, "listen", silence),
        patch.object(RevocationDesk, "listen", silence),
    ):
        yield Application(server.Gateway)


class Till(Device):
    """`pay`, `upload` and `reverse` go to the gateway; `ask` (a Device's) to the services door. One sequence for both."""

    def gateway(self, operation: str, body: dict[str, Any], *, sequence: int | None = None) -> dict[str, Any]:
        sequence = self.next_sequence() if sequence is None else sequence
        return asyncio.run(self.exchange(operation, json.dumps(body).encode(), sequence, SameConnection()))

    async def exchange(self, operation: str, sent: bytes, sequence: int, database: SameConnection) -> dict[str, Any]:
        headers = self.headers(operation, sent, sequence)
        told: list[dict[str, Any]] = []
        scope = {
            "type": "http",
            "method": "POST",
            "path": f"/terminal/v1/{operation}",
            "client": ("192.0.2.7", 1),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": sent}

        async def send(message: dict[str, Any]) -> None:
            told.append(message)

        with gateway(database) as application:
            await application(scope, receive, send)
            await application.gateway.close()
        start, answer = told
        right = sign_response(
            bytes.fromhex(self.key),
            request_signature=headers["Nanhu-Signature"],
            status=start["status"],
            body=answer["body"],
        )
        assert dict(start["headers"])[b"nanhu-signature"].decode() == right, answer["body"]
        return json.loads(answer["body"])

    def pay(self, card: str, fen: int) -> dict[str, Any]:
        return self.gateway("payment", {"card": card, "amount_fen": fen})

    def reverse(self, sequence: int) -> dict[str, Any]:
        return self.gateway("reversal", {"sequence": sequence})

    def keep(self, card: str, fen: int, *, at: float | None = None) -> dict[str, Any]:
        """A row as it is written down while there is no network."""
        return {
            "sequence": self.next_sequence(),
            "card": card,
            "amount_fen": fen,
            "occurred_at": int(at or time.time()),
        }

    def upload(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return self.gateway("upload", {"rows": rows}, sequence=0)["rows"]

    def say_total(self, day: Any, **counts: int) -> dict[str, Any]:
        return self.ask("day/total", {"day": day.isoformat(), **counts})
