"""An app's server asking the campus: signed questions, and answers that are believed only when signed."""

import hashlib
import hmac
import time
from typing import Any
from uuid import uuid4

import msgspec

from nanhu.emulators.bank import http
from nanhu.emulators.bank.configuration import App

PREFIX = "/card/bank/app/v1/"
SILENT = {"outcome": "unknown", "code": "silent", "sentence": "学校系统暂时没有应答，请稍后再试"}


class Exchange(msgspec.Struct):
    """One question and its answer, as the strip beside the phone shows them."""

    title: str
    request_line: str
    request_headers: dict[str, str]
    request_body: str
    sent_at: float
    status: int = 0
    answer_body: str = ""
    verdict: str = "none"
    milliseconds: float = 0.0


def sealed(secret: str, text: str) -> str:
    return hmac.digest(bytes.fromhex(secret), text.encode(), "sha256").hex()


def ask(
    address: str, app: App, operation: str, facts: dict[str, Any], *, request: str = ""
) -> tuple[dict[str, Any], Exchange]:
    body, number, clock = msgspec.json.encode(facts), request or uuid4().hex, str(int(time.time()))
    digest = hashlib.sha256(body).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "Nanhu-App": app.key,
        "Nanhu-Request": number,
        "Nanhu-Clock": clock,
        "Nanhu-Signature": sealed(app.secret, f"nanhu-app-1\n{operation}\n{app.key}\n{number}\n{clock}\n{digest}"),
    }
    exchange = Exchange(
        title=f"{app.name} → 学校",
        request_line=f"POST {PREFIX}{operation}",
        request_headers=headers,
        request_body=body.decode(),
        sent_at=time.time(),
    )
    begun = time.perf_counter()
    status, signature, answer = http.post(address, PREFIX + operation, headers, body)
    exchange.status, exchange.answer_body = status, answer.decode("utf-8", "replace")
    exchange.milliseconds = round((time.perf_counter() - begun) * 1000, 1)
    said = f"nanhu-app-1-answer\n{operation}\n{number}\n{status}\n{hashlib.sha256(answer).hexdigest()}"
    if not hmac.compare_digest(sealed(app.secret, said), signature):
        exchange.verdict = "none" if not status else "false"
        return SILENT, exchange
    exchange.verdict = "genuine"
    return dict(msgspec.json.decode(answer)), exchange
