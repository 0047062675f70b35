"""Terminals in the field before a real gateway: signed HTTP, from more than one address, with clocks that may be wrong."""

import http.client
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from nanhu.platforms.terminals.api import Terminal
from nanhu.platforms.terminals.wire import sign_request, sign_response
from nanhu.testing.patience import PATIENCE_SECONDS


class Till:
    """`key` is the terminal's as the card office gave it; change it as a device would."""

    def __init__(self, gateway: str, number: str) -> None:
        self.address = urlsplit(gateway).netloc
        self.number = number
        self.key = bytes.fromhex(Terminal.objects.get(number=number).key)

    def ask(
        self, operation: str, body: Any = None, *, sequence: int = 0, ahead: float = 0, source: str = "127.0.0.1"
    ) -> tuple[int, dict[str, Any]]:
        """Status and answer; an answer that says it is signed is signed by the house."""
        sent, path = json.dumps(body or {}).encode(), f"/terminal/v1/{operation}"
        clock = str(int(time.time() + ahead))
        signature = sign_request(
            self.key, method="POST", path=path, terminal=self.number, sequence=str(sequence), clock=clock, body=sent
        )
        headers = {
            "Nanhu-Terminal": self.number,
            "Nanhu-Sequence": str(sequence),
            "Nanhu-Clock": clock,
            "Nanhu-Signature": signature,
        }
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE_SECONDS, source_address=(source, 0))
        try:
            connection.request("POST", path, sent, headers)
            answer = connection.getresponse()
            told = answer.read()
        finally:
            connection.close()
        found = answer.headers.get("Nanhu-Signature")
        right = sign_response(self.key, request_signature=signature, status=answer.status, body=told)
        assert found in {None, right}
        return answer.status, json.loads(told)

    def pay(self, card: str, fen: int, sequence: int, **changes: Any) -> str:
        return str(self.ask("payment", {"card": card, "amount_fen": fen}, sequence=sequence, **changes)[1]["code"])

    def upload(self, *rows: tuple[int, str, int]) -> list[str]:
        told = self.ask(
            "upload",
            {
                "rows": [
                    {"sequence": sequence, "card": card, "amount_fen": fen, "occurred_at": time.time()}
                    for sequence, card, fen in rows
                ]
            },
        )[1]
        return [row["code"] for row in told["rows"]]


def waits_for(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
