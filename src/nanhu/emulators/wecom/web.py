"""One address for the API, the page where a phone lets a site know who holds it, and the phones themselves.

`POST /faults` lets the next calls go wrong: expired and invalid (the token), untrusted (60020), busy (45009), slow,
down (502), broken (500), throttled (429), cut (the line ends within the answer), garbled (no JSON); duplicate, disorder and lost are about the
next callbacks. `/` lists who is in the company; `/phone?userid=` is one member's phone.
"""

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode
from xml.sax.saxutils import escape as xml_escape

import msgspec

from nanhu.emulators.pages import (
    Answer,
    RefusedError,
    StartResponse,
    as_json,
    body_of,
    check_host,
    read_action,
    respond,
)
from nanhu.emulators.wecom.company import Company
from nanhu.emulators.wecom.sealing import sealed, signature
from nanhu.emulators.wecom.store import ACTIVE, INVITED, LEFT

LARGEST = 512 * 1024
HOSTS = ("localhost", "127.0.0.1", "[::1]")
MOST_FAULTS = 1000
CUT = "cut"
"""The call is done, and of its answer half goes out."""
ANSWERS: dict[str, tuple[HTTPStatus, bytes]] = {
    "down": (HTTPStatus.BAD_GATEWAY, b"bad gateway"),
    "broken": (HTTPStatus.INTERNAL_SERVER_ERROR, b"internal server error"),
    "throttled": (HTTPStatus.TOO_MANY_REQUESTS, b"too many requests"),
    "garbled": (HTTPStatus.OK, b"<html>upstream maintenance</html>"),
}
"""What stands before the API and answers in its place."""
FAULTS = (
    "expired",
    "invalid",
    "refused",
    "untrusted",
    "busy",
    "slow",
    *sorted(ANSWERS),
    CUT,
    "duplicate",
    "disorder",
    "lost",
)
HTML = "text/html; charset=utf-8"
STATUS = {ACTIVE: "已加入", INVITED: "已邀请", LEFT: "已退出", 2: "已停用"}
type Post = Callable[[str, bytes], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Campus:
    """Whom the callbacks go to, and what a press on the app opens."""

    callback: str
    home: str
    token: str
    key: str


class Action(msgspec.Struct, forbid_unknown_fields=True):
    userid: str
    what: str


def post_over_http(address: str, body: bytes) -> int:
    request = urllib.request.Request(address, data=body, headers={"Content-Type": "text/xml"})  # noqa: S310 - of the configuration
    with urllib.request.urlopen(request, timeout=5) as reply:  # noqa: S310
        return int(reply.status)


class WecomApplication:
    def __init__(self, company: Company, campus: Campus, *, post: Post = post_over_http) -> None:
        self.company, self.campus, self.post = company, campus, post
        self.kept_back: list[str] = []
        folder = files("nanhu.emulators.wecom").joinpath("static")
        self.files = {f"/{name}": folder.joinpath(name).read_bytes() for name in ("phone.css", "phone.js")}

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        whole = respond(environ, start_response, self.decide, broken="企业微信（模拟）出错，请看日志")
        return [one[: len(one) // 2] for one in whole] if environ.get(CUT) else whole

    def decide(self, environ: dict[str, Any]) -> Answer:
        check_host(environ, HOSTS)
        path, method = environ.get("PATH_INFO", "/") or "/", environ["REQUEST_METHOD"]
        query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        if path.startswith("/cgi-bin/"):
            return self.api(environ, path.removeprefix("/cgi-bin/"), query)
        if path in self.files:
            kind = "text/css; charset=utf-8" if path.endswith(".css") else "text/javascript; charset=utf-8"
            return Answer(HTTPStatus.OK, kind, self.files[path])
        if path == "/health":
            return Answer(HTTPStatus.OK, "text/plain", b"ok")
        if (method, path) == ("POST", "/faults"):
            return self.plan(json.loads(body_of(environ, largest=LARGEST) or b"{}"))
        if (method, path) == ("POST", "/phone"):
            return self.press(read_action(environ, Action))
        pages = {"/": self.home, "/phone": self.phone, "/connect/oauth2/authorize": self.authorize}
        if path not in pages:
            raise RefusedError(HTTPStatus.NOT_FOUND, "没有这个地址")
        return pages[path](query)

    def api(self, environ: dict[str, Any], name: str, query: dict[str, str]) -> Answer:
        if fault := self.company.next_fault(*ANSWERS):
            status, words = ANSWERS[fault]
            return Answer(status, "text/plain", words)
        body, environ[CUT] = body_of(environ, largest=LARGEST), self.company.next_fault(CUT)
        return as_json(self.company.call(name, query, json.loads(body) if body else {}))

    def plan(self, fields: dict[str, Any]) -> Answer:
        kind, times = fields.get("kind"), int(fields.get("times", 1))
        if kind not in FAULTS or not 0 <= times <= MOST_FAULTS:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "、".join(FAULTS))
        self.company.faults.extend([kind] * times)
        return as_json({"waiting": len(self.company.faults)})

    def press(self, action: Action) -> Answer:
        """What somebody does on the phone: it joins or leaves the company, and the company tells the school."""
        if self.company.store.member(action.userid) is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "没有这个成员")
        if action.what == "join":
            self.join(action.userid)
        elif action.what == "leave":
            self.leave(action.userid)
        elif action.what == "remove":
            self.remove(action.userid)
        else:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "join、leave 或 remove")
        return as_json({"done": True})

    def join(self, userid: str) -> None:
        self.company.store.write("UPDATE member SET status = ? WHERE userid = ?", ACTIVE, userid)
        self.tell(userid, "change_contact", ChangeType="update_user", Status=str(ACTIVE))

    def join_in_time(self, seconds: float) -> None:
        """Of those who are invited, most join by themselves after a while, as people do; a thread of the demo."""
        while True:
            time.sleep(seconds)
            waiting = self.company.store.rows(
                "SELECT userid FROM member WHERE status = ? AND rowid % 5 < 4 LIMIT 5", INVITED
            )
            for one in waiting:
                self.join(one["userid"])

    def leave(self, userid: str) -> None:
        self.company.store.write("UPDATE member SET status = ? WHERE userid = ?", LEFT, userid)
        self.tell(userid, "change_contact", ChangeType="update_user", Status=str(LEFT))

    def remove(self, userid: str) -> None:
        """Somebody takes a member out of the book in their own back office."""
        self.company.store.write("DELETE FROM member WHERE userid = ?", userid)
        self.tell(userid, "change_contact", ChangeType="delete_user")

    def tell(self, userid: str, event: str, **facts: str) -> None:
        lines = {
            "ToUserName": self.company.corp_id,
            "FromUserName": "sys",
            "CreateTime": str(int(time.time())),
            "MsgType": "event",
            "Event": event,
            **facts,
            "UserID": userid,
        }
        inner = "".join(f"<{name}>{xml_escape(value)}</{name}>" for name, value in lines.items())
        text = f"<xml>{inner}</xml>"
        if self.company.next_fault("lost"):
            return
        if self.company.next_fault("disorder"):
            self.kept_back.append(text)
            return
        waiting = [text, *self.kept_back, *([text] if self.company.next_fault("duplicate") else [])]
        self.kept_back.clear()
        for one in waiting:
            self.call_back(one)

    def call_back(self, text: str) -> None:
        address, body = self.signed(text)
        if self.post is not post_over_http:
            self.post(address, body)
            return
        threading.Thread(target=self.call_three_times, args=(address, body), daemon=True).start()

    def call_three_times(self, address: str, body: bytes) -> None:
        for _attempt in range(3):
            try:
                if self.post(address, body) == HTTPStatus.OK:
                    return
            except OSError:
                time.sleep(1)

    def signed(self, text: str) -> tuple[str, bytes]:
        inside = sealed(text, key=self.campus.key, receiver=self.company.corp_id)
        timestamp, nonce = str(int(time.time())), str(time.monotonic_ns())[-10:]
        query = urlencode(
            {
                "msg_signature": signature(self.campus.token, timestamp, nonce, inside),
                "timestamp": timestamp,
                "nonce": nonce,
            }
        )
        body = (
            f"<xml><ToUserName><![CDATA[{self.company.corp_id}]]></ToUserName><AgentID></AgentID>"
            f"<Encrypt><![CDATA[{inside}]]></Encrypt></xml>"
        )
        return f"{self.campus.callback}?{query}", body.encode()

    def authorize(self, query: dict[str, str]) -> Answer:
        """The phone that asks is chosen on the page; the real one knows whose it is."""
        if query.get("appid") != self.company.corp_id or not query.get("redirect_uri"):
            raise RefusedError(HTTPStatus.BAD_REQUEST, "appid 或 redirect_uri 不对")
        userid = query.get("phone", "")
        if userid and self.company.store.member(userid):
            back = query["redirect_uri"]
            told = urlencode({"code": self.company.code_for(userid), "state": query.get("state", "")})
            target = f"{back}{'&' if '?' in back else '?'}{told}"
            return Answer(HTTPStatus.FOUND, HTML, b"", (("Location", target),))
        again = urlencode({name: value for name, value in query.items() if name != "phone"})
        lines = "".join(
            f'<li><a href="/connect/oauth2/authorize?{escape(again)}&amp;phone={quote(one["userid"])}">'
            f"{escape(one['name'])} {escape(one['userid'])}</a>"
            for one in self.company.store.members(60)
        )
        return page("谁的手机？", f"<p>真的企业微信知道是谁的手机，这里请选一部。</p><ul>{lines}</ul>")

    def home(self, query: dict[str, str]) -> Answer:
        wanted = query.get("q", "").lower()
        rows = [one for one in self.company.store.members(5000) if wanted in one["userid"] or wanted in one["name"]]
        lines = "".join(
            f'<tr><td><a href="/phone?userid={quote(one["userid"])}">{escape(one["userid"])}</a>'
            f"<td>{escape(one['name'])}<td>{STATUS[one['status']]}"
            for one in rows[:200]
        )
        table = f"<table><thead><tr><th scope=col>账号<th scope=col>姓名<th scope=col>状态</thead><tbody>{lines}</tbody></table>"
        find = f'<form role=search><label>账号、姓名 <input name=q value="{escape(query.get("q", ""))}"></label> <button>找</button></form>'
        return page("企业微信（模拟）", f"<p>通讯录里 {len(rows)} 人，最多列 200 人。</p>{find}{table}")

    def phone(self, query: dict[str, str]) -> Answer:
        found = self.company.store.member(query.get("userid", ""))
        if found is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "没有这个成员")
        home = f"{self.campus.home}"
        cards = "".join(
            f'<li><a href="{escape(one["url"])}"><strong>{escape(one["title"])}</strong><span>{escape(one["words"])}</span></a>'
            for one in self.company.store.messages_of(found["userid"])
        )
        what, word = ("leave", "退出企业") if found["status"] == ACTIVE else ("join", "加入企业")
        return page(
            f"{found['name']}的手机",
            f"<p>{escape(found['userid'])} · {STATUS[found['status']]}</p>"
            f'<p><button data-userid="{escape(found["userid"])}" data-what="{what}">{word}</button> '
            f'<a href="{escape(home)}">移动校园</a></p><ul class=cards>{cards or "<li>还没有消息"}</ul>',
        )


def page(title: str, body: str) -> Answer:
    text = (
        '<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/phone.css"><script src="/phone.js" type="module"></script>'
        f"<main><h1>{escape(title)}</h1>{body}</main>"
    )
    return Answer(HTTPStatus.OK, HTML, text.encode())
