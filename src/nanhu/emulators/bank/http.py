"""Small things of HTTP that the bank and the apps share: answers, bodies, who may ask."""

import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec

log = logging.getLogger(__name__)
type StartResponse = Callable[[str, list[tuple[str, str]]], object]
LARGEST_BODY = 256 * 1024
JSON = "application/json; charset=utf-8"
HEADERS = [
    ("Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
]


class Answer(NamedTuple):
    status: HTTPStatus
    kind: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class RefusedError(Exception):
    """The request is none of ours to do."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def as_json(value: object, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    return Answer(status, JSON, msgspec.json.encode(value))


def as_plain(text: str, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    return Answer(status, "text/plain; charset=utf-8", text.encode())


def body_of(environ: dict[str, Any]) -> bytes:
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "报文长度不对") from error
    if not 0 <= length <= LARGEST_BODY:
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "报文过大")
    return bytes(environ["wsgi.input"].read(length)) if length else b""


def form_of(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def read_action[T](environ: dict[str, Any], kind: type[T]) -> T:
    """An action of our own pages: same-origin JSON."""
    origin = environ.get("HTTP_ORIGIN", "")
    if origin.partition("://")[2] != environ.get("HTTP_HOST", ""):
        raise RefusedError(HTTPStatus.FORBIDDEN, "只接受本页面的操作")
    if environ.get("CONTENT_TYPE", "").partition(";")[0].strip() != "application/json":
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "请用 JSON")
    try:
        return msgspec.json.decode(body_of(environ), type=kind)
    except ValueError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "看不懂的请求") from error


def check_host(environ: dict[str, Any], hosts: Iterable[str]) -> None:
    """A page elsewhere that points its own name at us must not read what is here."""
    name = environ.get("HTTP_HOST", "").lower()
    bare = name if name.endswith("]") else name.rpartition(":")[0] or name
    if bare not in hosts:
        raise RefusedError(HTTPStatus.MISDIRECTED_REQUEST, "这里不是这个地址")


def respond(
    environ: dict[str, Any], start_response: StartResponse, decide: Callable[[dict[str, Any]], Answer]
) -> Iterable[bytes]:
    try:
        answer = decide(environ)
    except RefusedError as error:
        answer = as_json({"sentence": error.sentence}, error.status)
    except Exception:
        log.exception("the outside failed")
        answer = as_json({"sentence": "对方系统出错，请看日志"}, HTTPStatus.INTERNAL_SERVER_ERROR)
    fixed = [*HEADERS, ("Content-Type", answer.kind), ("Content-Length", str(len(answer.body)))]
    start_response(f"{answer.status.value} {answer.status.phrase}", [*fixed, *answer.headers])
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]
