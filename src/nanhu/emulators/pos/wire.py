"""Messages over the wire, and what a developer may see of them."""

import http.client
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from nanhu.emulators.pos.protocol import SignedRequest, is_genuine

TIMEOUT_SECONDS = 4.0
LARGEST_ANSWER = 1024 * 1024


class Exchange(msgspec.Struct):
    """One request and its answer. `verdict` is what checking the answer's signature gave."""

    request_line: str
    request_headers: dict[str, str]
    request_body: str
    signed_text: str
    sent_at: float
    milliseconds: float = 0.0
    status: int | None = None
    answer_headers: dict[str, str] = msgspec.field(default_factory=dict)
    answer_body: str = ""
    verdict: str = "none"
    error: str = ""

    @property
    def is_genuine(self) -> bool:
        return self.verdict == "genuine"

    def values(self) -> dict[str, Any]:
        """The answer's members; empty where it is no JSON object."""
        try:
            found = msgspec.json.decode(self.answer_body)
        except msgspec.DecodeError:
            return {}
        return found if isinstance(found, dict) else {}


def send(gateway: str, request: SignedRequest, key: bytes) -> Exchange:
    """Send over a connection of its own. What fails is told in the exchange, never raised."""
    address = urlsplit(gateway)
    exchange = Exchange(
        request_line=f"POST {request.path} HTTP/1.1",
        request_headers={"Host": address.netloc, **request.headers},
        request_body=request.body.decode(),
        signed_text=request.text,
        sent_at=time.time(),
    )
    begun = time.perf_counter()
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("POST", request.path, body=request.body, headers=dict(request.headers))
        answer = connection.getresponse()
        headers, body = dict(answer.getheaders()), answer.read(LARGEST_ANSWER)
        note_answer(exchange, request, key, status=answer.status, headers=headers, body=body)
    except (OSError, http.client.HTTPException) as error:
        exchange.error = f"网关没有应答（{error or type(error).__name__}）"
    finally:
        connection.close()
        exchange.milliseconds = round((time.perf_counter() - begun) * 1000, 1)
    return exchange


def note_answer(
    exchange: Exchange, request: SignedRequest, key: bytes, *, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    exchange.status = status
    exchange.answer_headers = {name.title(): value for name, value in headers.items()}
    exchange.answer_body = body.decode("utf-8", "replace")
    signature = exchange.answer_headers.get("Nanhu-Signature")
    if signature is None:
        exchange.verdict = "unsigned"
    else:
        genuine = is_genuine(key, request_signature=request.signature, status=status, body=body, signature=signature)
        exchange.verdict = "genuine" if genuine else "false"
