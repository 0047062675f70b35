"""One system: a page for who is signed in, the way to the university for who is not, an ear for its logouts."""

from collections.abc import Callable
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlencode

import requests
from cas import CASClient

from nanhu.emulators.office.app import Answer, ImpatientSession, form_of, html, redirect
from nanhu.emulators.office.desk import Desk, Session
from nanhu.emulators.office.pages import first
from nanhu.emulators.systems.catalogue import System

type Route = Callable[[], Answer]
FRAME = """<!doctype html>
<html lang="zh-Hans"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · {system}</title><link rel="stylesheet" href="/systems.css"></head>
<body><a class="skip" href="#main">跳到正文</a>
<header class="bar"><a class="brand" href="{home}"><span class="seal" aria-hidden="true">{seal}</span>{system}</a>{who}</header>
<main id="main">{main}</main>
<footer><p>这是一个演示用的外部系统：它不认识门户的代码，只通过 CAS 3.0 协议登录。</p></footer></body></html>"""


MADE_UP = "示例页面：下面的事项和数字是编造的，不是您的真实情况。学校接入真实系统后由它取代。"


class SystemApplication:
    """Lives under `home`; `cookies` says what the browser brought for it."""

    def __init__(self, system: System, *, cas_url: str, public_url: str) -> None:
        self.system = system
        self.cas_url = cas_url.rstrip("/") + "/"
        self.home = f"/{system.key}/"
        self.address = public_url.rstrip("/") + self.home
        self.cookie = f"{system.key}_session"
        is_secure = public_url.startswith("https:")
        self.cookie_rule = f"; Path={self.home}; HttpOnly; SameSite=Lax{'; Secure' if is_secure else ''}"
        self.desk = Desk()

    def client(self) -> Any:
        service = f"{self.address}login"
        return CASClient(version=3, service_url=service, server_url=self.cas_url, session=ImpatientSession())

    def answer(self, environ: dict[str, Any], way: tuple[str, str], key: str) -> Answer:
        """`way` is the method and the path below the system's home; `key` its cookie."""
        routes: dict[tuple[str, str], Route] = {
            ("GET", ""): lambda: self.show(key),
            ("GET", "login"): lambda: self.take_ticket(environ),
            ("POST", "login"): lambda: self.take_logout_request(environ),
            ("POST", "logout"): lambda: self.sign_out(key),
        }
        if way in routes:
            return routes[way]()
        return html(self.page("没有这个页面", "<h1>没有这个页面</h1>"), HTTPStatus.NOT_FOUND)

    def show(self, key: str) -> Answer:
        session = self.desk.find(key)
        if session is None:
            return redirect(self.client().get_login_url())
        name = escape(first(session.attributes.get("displayName")) or session.user)
        rows = "".join(
            f"<li><span class='title'>{escape(what)}</span><span class='meta'>{escape(note)}</span></li>"
            for what, note in self.system.lines
        )
        return html(
            self.page(
                "首页",
                f"<h1>您好，{name}</h1><p class='made-up' role='note'>{MADE_UP}</p><section><ul class='lines'>{rows}</ul></section>",
                session,
            )
        )

    def take_ticket(self, environ: dict[str, Any]) -> Answer:
        ticket = parse_qs(environ.get("QUERY_STRING", "")).get("ticket", [""])[0]
        if not ticket:
            return redirect(self.client().get_login_url())
        try:
            user, attributes, _pgtiou = self.client().verify_ticket(ticket)
        except (requests.RequestException, SyntaxError, ValueError, IndexError):
            return html(self.page("暂时不能登录", "<h1>暂时不能登录</h1>"), HTTPStatus.BAD_GATEWAY)
        if not user:
            return html(self.page("票据无效", "<h1>票据无效</h1>"), HTTPStatus.FORBIDDEN)
        key = self.desk.open(Session(user, attributes or {}, ticket, []))
        return redirect(self.address, ("Set-Cookie", f"{self.cookie}={key}{self.cookie_rule}"))

    def take_logout_request(self, environ: dict[str, Any]) -> Answer:
        text = form_of(environ).get("logoutRequest", [""])[0]
        if not text or "<!DOCTYPE" in text.upper():
            return Answer(HTTPStatus.BAD_REQUEST)
        for index in self.client().get_saml_slos(text) or []:
            self.desk.close_by_ticket(index.text or "")
        return Answer(HTTPStatus.NO_CONTENT)

    def sign_out(self, key: str) -> Answer:
        """Out here and, with the university, everywhere."""
        self.desk.close(key)
        address = f"{self.cas_url}logout?{urlencode({'service': self.address})}"
        return redirect(address, ("Set-Cookie", f"{self.cookie}=; Max-Age=0{self.cookie_rule}"))

    def page(self, title: str, main: str, session: Session | None = None) -> str:
        who = ""
        if session is not None:
            name = escape(first(session.attributes.get("displayName")) or session.user)
            who = (
                f'<div class="who"><strong>{name}</strong>'
                f'<form action="{self.home}logout" method="post"><button>退出</button></form></div>'
            )
        return FRAME.format(
            title=escape(title),
            system=escape(self.system.name),
            seal=self.system.seal,
            home=self.home,
            who=who,
            main=main,
        )
