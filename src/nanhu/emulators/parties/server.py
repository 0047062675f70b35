"""One party behind HTTP: who asks, what goes wrong as its page was told, and what went over the wire."""

import hmac
import json
import os
import select
import signal
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass
from html import escape
from http import HTTPStatus
from http.server import ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qs, urlsplit

from nanhu.emulators.feeding.handler import JsonHandler
from nanhu.emulators.parties.answering import Quotas
from nanhu.emulators.parties.request import Party, Reply, Request, as_json

FAULTS: Final = {
    "slow": "慢",
    "down": "停机",
    "busy": "太忙（429）",
    "silent": "办了，不答",
    "repeated": "重复上一个答复",
    "twice": "办两次，答两次",
    "killed": "办完就断电",
}
LARGEST: Final = 8 * 1024 * 1024
KEPT: Final = 100
LONGEST_SHOWN: Final = 600
MOST: Final = 1000
WAIT_SECONDS: Final = 1
PAGE: Final = """<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}（模拟）</title><style>:root{{color-scheme:light dark;font:1rem/1.6 system-ui,"Noto Sans CJK SC",sans-serif}}
main{{max-width:72rem;margin:2rem auto;padding:0 1rem}}.scroll{{overflow-x:auto}}td,th{{padding:.25rem .75rem;text-align:start;vertical-align:top}}
td:nth-child(n+4){{overflow-wrap:anywhere;min-width:14rem;font-family:ui-monospace,monospace}}form{{display:inline}}</style></head>
<body><main><h1>{name}（模拟）</h1><p>{about}</p><h2>让它出错</h2><p>{buttons}</p><p>{waiting}</p>
<h2>线上的报文</h2><div class="scroll" tabindex="0"><table><thead><tr><th>时间</th><th>怎样</th><th>状态</th><th>来的</th><th>去的</th></tr></thead>
<tbody>{wire}</tbody></table></div></main></body></html>"""


@dataclass(frozen=True, slots=True)
class Exchange:
    at: str
    fault: str
    status: int
    asked: str
    answered: str


class Faults:
    """What the next exchanges come to, in the order in which it was chosen."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: deque[tuple[str, float]] = deque()

    def put(self, kind: str, times: int, seconds: float) -> None:
        with self.lock:
            self.waiting.extend([(kind, seconds)] * times)

    def take(self) -> tuple[str, float]:
        with self.lock:
            return self.waiting.popleft() if self.waiting else ("", 0.0)


class Desk(JsonHandler):
    party: Party
    secret: str
    faults: Faults
    wire: deque[Exchange]
    last: list[Reply]

    def do_GET(self) -> None:  # noqa: N802  (http.server's name)
        path = urlsplit(self.path).path
        if path == "/health":
            return self.send(b"ok", "text/plain")
        if path == "/wire.json":
            return self.send(
                json.dumps([asdict(one) for one in list(self.wire)], ensure_ascii=False).encode(), "application/json"
            )
        if path == "/":
            return self.send(self.page().encode(), "text/html; charset=utf-8")
        return self.exchange(b"")

    def do_POST(self) -> None:  # noqa: N802  (http.server's name)
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST))
        path = urlsplit(self.path).path
        if path == "/more" and isinstance(self.party, Quotas):
            self.party.more()
            return self.send(b"", "text/plain", 303, (("Location", "/"),))
        return self.plan(body) if path == "/faults" else self.exchange(body)

    def plan(self, body: bytes) -> None:
        given = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        times = given.get("times", "1")
        if given.get("kind") not in FAULTS or not times.isdigit() or int(times) > MOST:
            return self.answer(400, {"code": 400})
        self.faults.put(given["kind"], int(times), float(given.get("seconds", "6")))
        return self.send(b"", "text/plain", 303, (("Location", "/"),))

    def exchange(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        request = Request(self.command, parts.path, query, self.headers.get("Accept", ""), body)
        fault, seconds = self.faults.take()
        reply = self.reply_to(request, fault, seconds)
        self.wire.appendleft(exchanged(request, fault, reply))
        if fault == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "silent":
            self.close_connection = True
            return
        more = (("Retry-After", str(WAIT_SECONDS)),) if reply.status == HTTPStatus.TOO_MANY_REQUESTS else ()
        self.send(reply.body * (2 if fault == "twice" else 1), reply.kind, reply.status, more)

    def reply_to(self, request: Request, fault: str, seconds: float) -> Reply:
        if fault == "slow":
            select.select([self.connection], [], [], seconds)  # who hangs up is waited for no longer
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not self.party.is_open and not hmac.compare_digest(given.encode(), self.secret.encode()):
            return as_json({"code": "401", "msg": "未授权"}, HTTPStatus.UNAUTHORIZED)
        if fault in {"down", "busy"}:
            status = HTTPStatus.SERVICE_UNAVAILABLE if fault == "down" else HTTPStatus.TOO_MANY_REQUESTS
            return as_json({"code": str(status.value), "msg": "稍后再试"}, status)
        for _time in range(2 if fault == "twice" else 1):
            reply = self.party.answer(request)
        before = self.last[0] if self.last else reply
        self.last[:] = [reply]
        return before if fault == "repeated" else reply

    def page(self) -> str:
        buttons = "".join(
            f'<form method="post" action="/faults"><button name="kind" value="{kind}">{words}</button></form> '
            for kind, words in FAULTS.items()
        )
        if isinstance(self.party, Quotas):
            buttons += '<form method="post" action="/more"><button>下达一条指标</button></form>'
        waiting = "、".join(FAULTS[kind] for kind, _seconds in list(self.faults.waiting))
        rows = "".join(
            f"<tr><td>{one.at}</td><td>{FAULTS.get(one.fault, '')}</td><td>{one.status}</td>"
            f"<td>{escape(one.asked)}</td><td>{escape(one.answered)}</td></tr>"
            for one in list(self.wire)
        )
        return PAGE.format(
            name=self.party.name,
            about=self.party.about,
            buttons=buttons,
            waiting=f"接下来：{waiting}" if waiting else "接下来：照常",
            wire=rows,
        )


def exchanged(request: Request, fault: str, reply: Reply) -> Exchange:
    asked = f"{request.method} {request.path} {shown(request.body)}"
    return Exchange(time.strftime("%H:%M:%S"), fault, reply.status, asked, shown(reply.body))


def shown(body: bytes) -> str:
    return f"（{len(body)} 字节的表格）" if body.startswith(b"PK") else body.decode("utf-8", "replace")[:LONGEST_SHOWN]


def server_on(address: str, port: int, party: Party, *, secret: str) -> ThreadingHTTPServer:
    facts = {"party": party, "secret": secret, "faults": Faults(), "wire": deque(maxlen=KEPT), "last": []}
    return ThreadingHTTPServer((address, port), type("PartyDesk", (Desk,), facts))
