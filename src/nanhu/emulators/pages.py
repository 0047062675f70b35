"""What every emulated device's page needs of WSGI: files beside it, same-origin actions in JSON, who may ask at all."""

import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

log = logging.getLogger(__name__)
type StartResponse = Callable[[str, list[tuple[str, str]]], object]
LARGEST_ACTION = 16 * 1024
JSON = "application/json; charset=utf-8"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
HEADERS = [
    ("Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
]
SHARED_NAMES = ("make.js", "wire.js", "ground.css", "pos.css", "pos.svg")


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


def respond(
    environ: dict[str, Any],
    start_response: StartResponse,
    decide: Callable[[dict[str, Any]], Answer],
    *,
    broken: str = "设备出错，请看日志",
) -> Iterable[bytes]:
    """`broken` is said where `decide` failed; what failed goes to the log."""
    try:
        answer = decide(environ)
    except RefusedError as error:
        answer = as_json({"sentence": error.sentence}, error.status)
    except Exception:
        log.exception("%s failed", environ.get("PATH_INFO"))
        answer = as_json({"sentence": broken}, HTTPStatus.INTERNAL_SERVER_ERROR)
    fixed = [*HEADERS, ("Content-Type", answer.kind), ("Content-Length", str(len(answer.body)))]
    start_response(f"{answer.status.value} {answer.status.phrase}", [*fixed, *answer.headers])
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]


def read_static(folder: Traversable) -> dict[str, Answer]:
    """By their addresses: the till's look, which all devices share, and what the folder has instead or besides."""
    till = files("nanhu.emulators.pos").joinpath("static")
    found = {
        f"/{one.name}": Answer(HTTPStatus.OK, TYPES[Path(one.name).suffix], one.read_bytes())
        for one in (*(till.joinpath(name) for name in SHARED_NAMES), *folder.iterdir())
        if Path(one.name).suffix in TYPES
    }
    return {**found, "/": found["/index.html"]}


def check_host(environ: dict[str, Any], hosts: Iterable[str]) -> None:
    """A page elsewhere that points its own name at us must not read what is here."""
    name = environ.get("HTTP_HOST", "").lower()
    bare = name if name.endswith("]") else name.rpartition(":")[0] or name
    if bare not in hosts:
        raise RefusedError(HTTPStatus.MISDIRECTED_REQUEST, "这里不是这个地址")


def read_action[T](environ: dict[str, Any], kind: type[T], *, largest: int = LARGEST_ACTION) -> T:
    """An action of our own pages: same-origin JSON."""
    origin = environ.get("HTTP_ORIGIN", "")
    if origin.partition("://")[2] != environ.get("HTTP_HOST", ""):
        raise RefusedError(HTTPStatus.FORBIDDEN, "只接受本页面的操作")
    if environ.get("CONTENT_TYPE", "").partition(";")[0].strip() != "application/json":
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "请用 JSON")
    try:
        return msgspec.json.decode(body_of(environ, largest=largest), type=kind)
    except ValueError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "看不懂的请求") from error


def body_of(environ: dict[str, Any], *, largest: int) -> bytes:
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "报文长度不对") from error
    if not 0 <= length <= largest:
        raise RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length > 0 else HTTPStatus.BAD_REQUEST, "报文长度不对"
        )
    return bytes(environ["wsgi.input"].read(length)) if length else b""
