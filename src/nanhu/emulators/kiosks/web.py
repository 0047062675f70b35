"""The kiosk's page and its few actions, over WSGI. Actions are same-origin posts of JSON; no answer holds a key or a PIN."""

import contextlib
from collections.abc import Callable, Iterable
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs

import msgspec

from nanhu.emulators.kiosks.hall import Hall, NotInstalledError
from nanhu.emulators.kiosks.kiosk import POINTS, Kiosk
from nanhu.emulators.pages import (
    Answer,
    RefusedError,
    StartResponse,
    as_json,
    check_host,
    read_action,
    read_static,
    respond,
)

FOLDER = files("nanhu.emulators.kiosks").joinpath("static")
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
    mode: Literal["ok", "fail", "torn", "dead"] = "ok"
    what: Short = ""


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
        self.static = read_static(FOLDER)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return respond(environ, start_response, self.answer)

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
            return self.act(path, read_action(environ, Ask))
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
