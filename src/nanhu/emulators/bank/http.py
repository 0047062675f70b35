"""What the bank and the apps share of HTTP, beside what every emulated page has."""

import http.client
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from nanhu.emulators import pages
from nanhu.emulators.pages import Answer, StartResponse

LARGEST_BODY = 256 * 1024
TIMEOUT = 8.0
body_of = partial(pages.body_of, largest=LARGEST_BODY)


def as_plain(text: str, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    return Answer(status, "text/plain; charset=utf-8", text.encode())


def form_of(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def read_action[T](environ: dict[str, Any], kind: type[T]) -> T:
    return pages.read_action(environ, kind, largest=LARGEST_BODY)


def respond(
    environ: dict[str, Any], start_response: StartResponse, decide: Callable[[dict[str, Any]], Answer]
) -> Iterable[bytes]:
    return pages.respond(environ, start_response, decide, broken="对方系统出错，请看日志")


def post(address: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str, bytes]:
    """What the campus answered, with its signature; the status is 0 where nobody did."""
    target = urlsplit(address)
    kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    connection = kind(target.hostname or "", target.port, timeout=TIMEOUT)
    try:
        connection.request("POST", target.path + path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Nanhu-Signature", ""), answer.read()
    except (OSError, http.client.HTTPException):
        return 0, "", b""
    finally:
        connection.close()
