"""A vendor's own program, written by docs/protocols/vendor-api.md alone, and its walk through the sandbox."""

import hashlib
import hmac
import json
import time
from typing import Any

import requests

from nanhu.testing.patience import PATIENCE_SECONDS

PREFIX = "/api/card/v1/"


class Program:
    """What the vendor's developer wrote, with the key the desk showed: signed requests over HTTP."""

    def __init__(self, url: str, secret: str) -> None:
        self.url, self.secret = url, secret

    def get(self, path: str) -> requests.Response:
        head = {"Authorization": f"Bearer {self.secret}"}
        return requests.get(f"{self.url}{PREFIX}{path}", headers=head, timeout=PATIENCE_SECONDS)

    def post(self, path: str, idempotency_key: str, **facts: Any) -> requests.Response:
        return self.send(path, idempotency_key, json.dumps(facts).encode())

    def send(self, path: str, idempotency_key: str, body: bytes) -> requests.Response:
        moment = str(int(time.time()))
        text = f"{moment}.POST.{PREFIX}{path}.{idempotency_key}.".encode() + body
        seal = hmac.new(self.secret.encode(), text, hashlib.sha256).hexdigest()
        head = {
            "Authorization": f"Bearer {self.secret}",
            "Idempotency-Key": idempotency_key,
            "Nanhu-Signature": f"t={moment},v1={seal}",
            "Content-Type": "application/json",
        }
        return requests.post(f"{self.url}{PREFIX}{path}", data=body, headers=head, timeout=PATIENCE_SECONDS)


def tries_the_sandbox(program: Program) -> None:
    assert program.get("account").json()["mode"] == "test"
    assert program.post("cards/query", "look-0001", code="SANDBOX-OK").json()["may_pay"] is True
    facts = {"merchant": "sandbox.shop", "amount_fen": 1200, "code": "SANDBOX-OK"}
    first, again = (program.post("payments", "sale-0001", **facts) for _try in range(2))
    assert (first.status_code, again.content, again.headers["Nanhu-Replayed"]) == (201, first.content, "true")
    back = program.post(f"payments/{first.json()['id']}/refunds", "back-0001", amount_fen=300, reason="少菜")
    assert (back.status_code, back.json()["left_fen"]) == (201, 900)
    lost = program.post("payments", "sale-0002", **(facts | {"code": "SANDBOX-LOST"}))
    assert (lost.status_code, lost.json()["error"]["code"]) == (402, "card_lost")
    live = program.post("payments", "sale-0003", merchant="n1.rice", amount_fen=100, code="SANDBOX-OK")
    assert live.json()["error"]["code"] == "merchant_refused"
