"""The WSGI application: a handful of addresses, one cookie, python-cas towards the university."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlencode

import requests
from cas import CASClient

from nanhu.emulators.office import pages
from nanhu.emulators.office.desk import DOCUMENTS, Desk, Session

type StartResponse = Callable[[str, list[tuple[str, str]]], object]
COOKIE = "office_session"
LONGEST_BODY = 64 * 1024
TIMEOUT_SECONDS = 10
HEADERS = [
    ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
]


class ImpatientSession(requests.Session):
    """A CAS server that does not answer must not hold our threads."""

    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        options.setdefault("timeout", TIMEOUT_SECONDS)
        return super().request(*arguments, **options)


@dataclass(frozen=True, slots=True)
class Answer:
    status: HTTPStatus
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def html(text: str, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    return Answer(status, text.encode(), (("Content-Type", "text/html; charset=utf-8"),))


def redirect(address: str, *more: tuple[str, str]) -> Answer:
    return Answer(HTTPStatus.FOUND, b"", (("Location", address), *more))


class OfficeApplication:
    def __init__(self, *, cas_url: str, public_url: str) -> None:
        self.cas_url = cas_url.rstrip("/") + "/"
        self.public_url = public_url.rstrip("/")
        self.desk = Desk()
        self.cookie_rule = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if public_url.startswith("https:") else "")
        self.css = files("nanhu.emulators.office").joinpath("office.css").read_bytes()

    @property
    def service(self) -> str:
        return f"{self.public_url}/login"

    def client(self) -> Any:
        return CASClient(version=3, service_url=self.service, server_url=self.cas_url, session=ImpatientSession())

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        answer = self.answer(environ)
        headers = [*HEADERS, *answer.headers, ("Content-Length", str(len(answer.body)))]
        start_response(f"{answer.status.value} {answer.status.phrase}", headers)
        return [answer.body]

    def answer(self, environ: dict[str, Any]) -> Answer:
        way = (environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/"))
        routes: dict[tuple[str, str], Callable[[dict[str, Any]], Answer]] = {
            ("GET", "/office.css"): self.style,
            ("GET", "/health"): lambda _environ: Answer(HTTPStatus.OK, b"ok", (("Content-Type", "text/plain"),)),
            ("GET", "/favicon.ico"): lambda _environ: Answer(HTTPStatus.NO_CONTENT, b"", ()),
            ("GET", "/login"): self.take_ticket,
            ("POST", "/login"): self.take_logout_request,
            ("POST", "/"): self.take_logout_request,
            ("POST", "/logout"): self.sign_out,
        }
        if way in routes:
            return routes[way](environ)
        if way[0] == "GET":
            return self.show(environ, way[1])
        return html(pages.message("不支持", "这个地址不接受这样的请求。"), HTTPStatus.METHOD_NOT_ALLOWED)

    def style(self, _environ: dict[str, Any]) -> Answer:
        return Answer(HTTPStatus.OK, self.css, (("Content-Type", "text/css; charset=utf-8"),))

    def show(self, environ: dict[str, Any], path: str) -> Answer:
        """Pages need a session; without one the browser goes to the university's sign-in."""
        session = self.desk.find(cookie_of(environ))
        if session is None:
            return redirect(self.client().get_login_url())
        if path == "/":
            return html(pages.home(session))
        wanted = re.fullmatch(r"/documents/(\d)", path)
        if wanted and int(wanted[1]) < len(DOCUMENTS):
            return html(pages.document(session, DOCUMENTS[int(wanted[1])]))
        return html(pages.message("没有这个页面", "请检查地址。", label="回到待办公文"), HTTPStatus.NOT_FOUND)

    def take_ticket(self, environ: dict[str, Any]) -> Answer:
        ticket = parse_qs(environ.get("QUERY_STRING", "")).get("ticket", [""])[0]
        if not ticket:
            return redirect(self.client().get_login_url())
        try:
            user, attributes, _pgtiou = self.client().verify_ticket(ticket)
        except (requests.RequestException, SyntaxError, ValueError, IndexError):
            text = "统一身份认证没有给出可读的回答，请稍后再试。"
            return html(pages.message("暂时不能登录", text), HTTPStatus.BAD_GATEWAY)
        if not user:
            return html(pages.message("票据无效", "这张票据已用过、已过期，或不是给本系统的。"), HTTPStatus.FORBIDDEN)
        session = Session(user, attributes or {}, ticket, self.wire_of(ticket, user, attributes or {}))
        key = self.desk.open(session)
        return redirect(self.public_url + "/", ("Set-Cookie", f"{COOKIE}={key}{self.cookie_rule}"))

    def wire_of(self, ticket: str, user: str, attributes: dict[str, Any]) -> list[str]:
        hidden = f"{ticket[:6]}…{ticket[-4:]}"
        return [
            f"浏览器 → 统一身份  GET {self.cas_url}login?service={self.service}",
            f"统一身份 → 浏览器  302 {self.service}?ticket={hidden}",
            f"OA → 统一身份  GET {self.cas_url}p3/serviceValidate?ticket={hidden}",
            f"统一身份 → OA  authenticationSuccess user={user} attributes={len(attributes)}",
        ]

    def take_logout_request(self, environ: dict[str, Any]) -> Answer:
        """Single logout by the back channel: the university names the ticket whose session ends."""
        text = form_of(environ).get("logoutRequest", [""])[0]
        if not text or "<!DOCTYPE" in text.upper():
            return Answer(HTTPStatus.BAD_REQUEST)
        for index in self.client().get_saml_slos(text) or []:
            self.desk.close_by_ticket(index.text or "")
        return Answer(HTTPStatus.NO_CONTENT)

    def sign_out(self, environ: dict[str, Any]) -> Answer:
        """Out here and, with the university, everywhere."""
        self.desk.close(cookie_of(environ))
        address = f"{self.cas_url}logout?{urlencode({'service': self.public_url + '/'})}"
        return redirect(address, ("Set-Cookie", f"{COOKIE}=; Max-Age=0{self.cookie_rule}"))


def cookie_of(environ: dict[str, Any]) -> str:
    try:
        jar = SimpleCookie(environ.get("HTTP_COOKIE", ""))
    except CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""


def form_of(environ: dict[str, Any]) -> dict[str, list[str]]:
    try:
        length = min(int(environ.get("CONTENT_LENGTH") or 0), LONGEST_BODY)
    except ValueError:
        length = 0
    return parse_qs(environ["wsgi.input"].read(length).decode("utf-8", "replace"))
