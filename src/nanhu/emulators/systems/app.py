"""The WSGI application that holds them all: the first folder of the path says whose request it is."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from importlib.resources import files
from typing import Any

from nanhu.emulators.office.app import HEADERS, Answer, html
from nanhu.emulators.systems.catalogue import SYSTEMS
from nanhu.emulators.systems.system import SystemApplication

type StartResponse = Callable[[str, list[tuple[str, str]]], object]


class SystemsApplication:
    def __init__(self, *, cas_url: str, public_url: str) -> None:
        self.systems = {one.key: SystemApplication(one, cas_url=cas_url, public_url=public_url) for one in SYSTEMS}
        self.css = files("nanhu.emulators.systems").joinpath("systems.css").read_bytes()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        answer = self.answer(environ)
        headers = [*HEADERS, *answer.headers, ("Content-Length", str(len(answer.body)))]
        start_response(f"{answer.status.value} {answer.status.phrase}", headers)
        return [answer.body]

    def answer(self, environ: dict[str, Any]) -> Answer:
        path = environ.get("PATH_INFO", "/")
        if path == "/health":
            return Answer(HTTPStatus.OK, b"ok", (("Content-Type", "text/plain"),))
        if path == "/systems.css":
            return Answer(HTTPStatus.OK, self.css, (("Content-Type", "text/css; charset=utf-8"),))
        if path == "/favicon.ico":
            return Answer(HTTPStatus.NO_CONTENT)
        folder, _slash, rest = path.removeprefix("/").partition("/")
        system = self.systems.get(folder)
        if system is None:
            return html("<!doctype html><title>没有这个系统</title><h1>没有这个系统</h1>", HTTPStatus.NOT_FOUND)
        return system.answer(environ, (environ["REQUEST_METHOD"], rest), cookie_of(environ, system.cookie))


def cookie_of(environ: dict[str, Any], name: str) -> str:
    try:
        jar = SimpleCookie(environ.get("HTTP_COOKIE", ""))
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""
