"""A terminal at the services door, as tests of every part use it: `Device("KL001").ask("card/look", {...})`."""

import itertools
import json
import time
from typing import Any

from django.http import HttpResponse
from django.test import Client

from nanhu.platforms.terminals.api import Terminal
from nanhu.platforms.terminals.wire import sign_request, sign_response
from nanhu.systems.card.models import SELLING
from nanhu.systems.card.services.merchants import MerchantOrder, TerminalOrder, set_up_merchants


def place_device(number: str, kind: str, *, by: Any, place: str = "南院一食堂") -> "Device":
    """A device of this kind in the field; what may sell is a till of the merchant `office`."""
    shop = "office" if kind in SELLING else ""
    set_up_merchants(
        by=by,
        merchants=[MerchantOrder(key="office", name="校园卡管理办公室")],
        terminals=[TerminalOrder(number=number, merchant_key=shop, place=place, kind=kind)],
    )
    return Device(number)


class Device:
    def __init__(self, number: str, *, key: str = "") -> None:
        self.terminal = Terminal.objects.get(number=number)
        self.given_key = key
        self.sequences = itertools.count(1)
        self.client = Client()

    @property
    def key(self) -> str:
        """The one it was given by hand, else the terminal's own."""
        return self.given_key or self.terminal.key

    def next_sequence(self) -> int:
        return next(self.sequences)

    def headers(self, operation: str, body: bytes, sequence: int | str, **changes: Any) -> dict[str, str]:
        """Signed headers; `key`, `clock`, `terminal` and `path` may differ from the truth."""
        number, clock = changes.get("terminal", self.terminal.number), str(changes.get("clock", int(time.time())))
        signature = sign_request(
            bytes.fromhex(changes.get("key", self.key)),
            method="POST",
            path=changes.get("path", f"/terminal/v1/{operation}"),
            terminal=number,
            sequence=str(sequence),
            clock=clock,
            body=body,
        )
        return {
            "Nanhu-Terminal": number,
            "Nanhu-Sequence": str(sequence),
            "Nanhu-Clock": clock,
            "Nanhu-Signature": signature,
        }

    def send(self, operation: str, body: bytes, sequence: int | str, **changes: Any) -> HttpResponse:
        headers = changes.pop("headers", None) or self.headers(operation, body, sequence, **changes)
        return self.client.post(f"/terminal/v1/{operation}", body, content_type="application/json", headers=headers)

    def ask(self, operation: str, body: dict[str, Any], *, sequence: int | None = None) -> dict[str, Any]:
        """What the terminal is told, its signature checked."""
        sequence = self.next_sequence() if sequence is None else sequence
        sent = json.dumps(body).encode()
        headers = self.headers(operation, sent, sequence)
        response = self.send(operation, sent, sequence, headers=headers)
        right = sign_response(
            bytes.fromhex(self.key),
            request_signature=headers["Nanhu-Signature"],
            status=response.status_code,
            body=response.content,
        )
        assert response["Nanhu-Signature"] == right, response.content.decode()
        return json.loads(response.content)
