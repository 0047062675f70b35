"""The doors' page and its few actions, over WSGI. Actions are same-origin posts of JSON; no answer holds a key."""

import contextlib
from collections.abc import Callable, Iterable
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs

import msgspec

from nanhu.emulators.doors.controller import Controller
from nanhu.emulators.doors.hall import Hall, NotInstalledError
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

FOLDER = files("nanhu.emulators.doors").joinpath("static")
type Short = Annotated[str, msgspec.Meta(max_length=64)]


class Ask(msgspec.Struct, frozen=True):
    door: Short
    card: Short = ""
    direction: Literal["in", "out"] = "in"
    state: Literal["on", "off"] = "on"
    skew: Annotated[int, msgspec.Meta(ge=-86_400, le=86_400)] = 0


ACTIONS: dict[str, Callable[[Controller, Ask], object]] = {
    "/show": lambda door, ask: door.show(ask.card.strip().upper(), ask.direction),
    "/button": lambda door, _ask: door.press_button(),
    "/network": lambda door, ask: door.switch_network(ask.state),
    "/skew": lambda door, ask: door.set_skew(ask.skew),
    "/forget": lambda door, _ask: door.forget_list(),
}


class DoorsApplication:
    def __init__(self, path: Path, *, beats: bool = True) -> None:
        self.hall = Hall(path, beats=beats)
        self.static = read_static(FOLDER)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return respond(environ, start_response, self.answer)

    def wake(self) -> None:
        """From now on the doors poll, whether anybody looks or not."""
        with contextlib.suppress(NotInstalledError):
            self.hall.refresh()

    def answer(self, environ: dict[str, Any]) -> Answer:
        path, method = environ.get("PATH_INFO", "/"), environ["REQUEST_METHOD"]
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
            return self.state(parse_qs(environ.get("QUERY_STRING", "")).get("door", [""])[0])
        if path not in self.static:
            raise RefusedError(HTTPStatus.NOT_FOUND, "没有这个页面")
        return self.static[path]

    def act(self, path: str, ask: Ask) -> Answer:
        door = self.door(ask.door)
        with door.lock:
            ACTIONS[path](door, ask)
            return state_of(door)

    def state(self, number: str) -> Answer:
        if not number:
            return as_json(self.hall.facts())
        door = self.door(number)
        with door.lock:
            door.tick()
            return state_of(door)

    def door(self, number: str) -> Controller:
        found = self.hall.doors.get(number)
        if found is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "没有这扇门")
        return found


def state_of(door: Controller) -> Answer:
    wire, door.line.wire = door.line.wire, []
    return as_json({"door": door.view(), "wire": wire})
