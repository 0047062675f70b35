"""The kiosk's page and its few actions, over WSGI. Actions are same-origin posts of JSON; no answer holds a key or a PIN."""

import contextlib
import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import parse_qs

import msgspec

from nanhu.emulators.kiosks.hall import Hall, NotInstalledError
from nanhu.emulators.kiosks.kiosk import POINTS, Kiosk

log = logging.getLogger(__name__)
type StartResponse = Callable[[str, list[tuple[str, str]]], object]
LARGEST_BODY = 16 * 1024
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
FOLDER = files("nanhu.emulators.kiosks").joinpath("static")
SHARED = files("nanhu.emulators.pos").joinpath("static")
SHARED_NAMES = frozenset({"make.js", "wire.js", "pos.css", "pos.svg"})
type Short = Annotated[str, msgspec.Meta(max_length=40)]


class Ask(msgspec.Struct, frozen=True):
    """What the page sends with an action."""

    kiosk: Short
    key: Short = ""
    card: Short = ""
    document: Short = ""
    state: Literal["on", "off"] = "on"
    point: Short = ""
    times: Annotated[int, msgspec.Meta(ge=1, le=99)] = 1
    mode: Literal["ok", "fail", "torn"] = "ok"
    what: Short = ""


class Answer(NamedTuple):
    status: HTTPStatus
    kind: str
    body: bytes


class RefusedError(Exception):
    """The request is none of ours to do."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def cut(kiosk: Kiosk, ask: Ask) -> None:
    kiosk.cut = (ask.point, ask.times) if ask.point in POINTS else None


def set_write(kiosk: Kiosk, ask: Ask) -> None:
    kiosk.write_mode = ask.mode


ACTIONS: dict[str, Callable[[Kiosk, Ask], object]] = {
    "/press": lambda kiosk, ask: kiosk.press(ask.key),
    "/card": lambda kiosk, ask: kiosk.put_card(ask.card),
    "/document": lambda kiosk, ask: kiosk.put_document(ask.document),
    "/power": lambda kiosk, ask: kiosk.power_on() if ask.state == "on" else kiosk.lose_power(),
    "/network": lambda kiosk, ask: kiosk.switch_network(ask.state),
    "/cut": cut,
    "/write": set_write,
    "/mend": lambda kiosk, ask: kiosk.mend(ask.what),
}


class KioskApplication:
    def __init__(self, path: Path, *, beats: bool = True) -> None:
        self.hall = Hall(path, beats=beats)
        self.static = read_static()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        try:
            answer = self.answer(environ)
        except RefusedError as error:
            answer = as_json({"sentence": error.sentence}, error.status)
        except Exception:
            log.exception("the kiosk failed")
            answer = as_json({"sentence": "设备出错，请看日志"}, HTTPStatus.INTERNAL_SERVER_ERROR)
        headers = [*HEADERS, ("Content-Type", answer.kind), ("Content-Length", str(len(answer.body)))]
        start_response(f"{answer.status.value} {answer.status.phrase}", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]

    def answer(self, environ: dict[str, Any]) -> Answer:
        path, method = environ.get("PATH_INFO", "/"), environ["REQUEST_METHOD"]
        if path == "/health":
            with contextlib.suppress(NotInstalledError):
                self.hall.refresh()  # from now on each kiosk says each minute that it lives
            return as_json({"kiosks": "ok"})
        try:
            self.hall.refresh()
        except NotInstalledError as error:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from error
        check_host(environ, self.hall.configuration.hosts)
        if path in ACTIONS and method == "POST":
            check_origin(environ)
            return self.act(path, read_ask(environ))
        if method not in {"GET", "HEAD"}:
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "不支持这样的请求")
        if path == "/state":
            return self.state(parse_qs(environ.get("QUERY_STRING", "")).get("kiosk", [""])[0])
        if path not in self.static:
            raise RefusedError(HTTPStatus.NOT_FOUND, "没有这个页面")
        return self.static[path]

    def act(self, path: str, ask: Ask) -> Answer:
        kiosk = self.kiosk(ask.kiosk)
        with kiosk.lock:
            kiosk.tick()
            ACTIONS[path](kiosk, ask)
            wire, kiosk.line.wire = kiosk.line.wire, []
            return as_json({"kiosk": kiosk.view(), "wire": wire, "cards": self.hall.cards()})

    def kiosk(self, number: str) -> Kiosk:
        found = self.hall.kiosks.get(number)
        if found is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "没有这台终端")
        return found

    def state(self, number: str) -> Answer:
        """The hall, and one kiosk; while that one is at work it is shown as it was, with what it is doing."""
        kiosk = self.kiosk(number) if number else None
        if kiosk is None:
            return as_json({**self.hall.facts(), "points": POINTS})
        wire = []
        if kiosk.lock.acquire(blocking=False):
            try:
                kiosk.tick()
                wire, kiosk.line.wire = kiosk.line.wire, []
            finally:
                kiosk.lock.release()
        return as_json({"kiosk": kiosk.view(), "wire": wire})


def read_static() -> dict[str, Answer]:
    shared = [one for one in SHARED.iterdir() if one.name in SHARED_NAMES]
    found = {
        f"/{one.name}": Answer(HTTPStatus.OK, TYPES[Path(one.name).suffix], one.read_bytes())
        for one in (*shared, *FOLDER.iterdir())
        if Path(one.name).suffix in TYPES
    }
    return {**found, "/": found["/index.html"]}


def as_json(value: object, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    return Answer(status, JSON, msgspec.json.encode(value))


def check_host(environ: dict[str, Any], hosts: Iterable[str]) -> None:
    """A page elsewhere that points its own name at us must not read the device."""
    name = environ.get("HTTP_HOST", "").lower()
    bare = name if name.endswith("]") else name.rpartition(":")[0] or name
    if bare not in hosts:
        raise RefusedError(HTTPStatus.MISDIRECTED_REQUEST, "这台设备不在这个地址上")


def check_origin(environ: dict[str, Any]) -> None:
    origin = environ.get("HTTP_ORIGIN", "")
    if origin.partition("://")[2] != environ.get("HTTP_HOST", ""):
        raise RefusedError(HTTPStatus.FORBIDDEN, "只接受本页面的操作")


def read_ask(environ: dict[str, Any]) -> Ask:
    if environ.get("CONTENT_TYPE", "").partition(";")[0].strip() != "application/json":
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "请用 JSON")
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if not 0 < length <= LARGEST_BODY:
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "报文长度不对")
        return msgspec.json.decode(environ["wsgi.input"].read(length), type=Ask)
    except ValueError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "看不懂的请求") from error
