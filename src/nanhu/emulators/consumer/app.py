"""The WSGI application: `/hook` takes signed news, `/read` asks at once, `/` shows the copy and the wire."""

import hashlib
import hmac
import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from html import escape
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import requests

from nanhu.emulators.office.app import Answer, html, redirect
from nanhu.emulators.samples.app import page

type StartResponse = Callable[[str, list[tuple[str, str]]], object]
SIGNATURE: Final = re.compile(r"t=(\d{10}),v1=([0-9a-f]{64})")
LARGEST, LATE_SECONDS, PATIENCE, SHOWN, KEPT = 16_384, 300, 10, 20, 40
HEADERS: Final = [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")]


class ConsumerApplication:
    """`file`: JSON with hub (the address of the API), key, secret (of the webhook), product. Written once the campus stands."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.held: dict[str, Any] = {}
        self.since = ""
        self.facts: dict[str, str] = {}
        self.wire: deque[str] = deque(maxlen=KEPT)
        self.reading = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        answer = self.answer(environ)
        heads = [*HEADERS, *answer.headers, ("Content-Length", str(len(answer.body)))]
        start_response(f"{answer.status.value} {answer.status.phrase}", heads)
        return [answer.body]

    def answer(self, environ: dict[str, Any]) -> Answer:
        at = environ.get("PATH_INFO", "/"), environ["REQUEST_METHOD"]
        if at == ("/health", "GET"):
            return Answer(HTTPStatus.OK, b"ok", (("Content-Type", "text/plain"),))
        if at == ("/hook", "POST"):
            return self.hear(environ)
        if at == ("/read", "POST"):
            self.read()
            return redirect("/")
        return html(self.front()) if at == ("/", "GET") else html("没有这一页", HTTPStatus.NOT_FOUND)

    def configured(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.file.read_text()) if self.file.is_file() else {}
        return found

    def hear(self, environ: dict[str, Any]) -> Answer:
        """Signed by our secret, of these minutes: then it is read, after the answer."""
        length = environ.get("CONTENT_LENGTH") or "0"
        body = environ["wsgi.input"].read(min(int(length), LARGEST)) if length.isdecimal() else b""
        if not is_signed(self.configured().get("secret", ""), environ.get("HTTP_NANHU_SIGNATURE", ""), body):
            self.note("收到一条签名不对的通知：不理")
            return Answer(HTTPStatus.FORBIDDEN)
        self.note(f"收到通知：{body.decode()}")
        threading.Thread(target=self.read, daemon=True).start()
        return Answer(HTTPStatus.NO_CONTENT)

    def read(self) -> None:
        """From the cursor to the end."""
        with self.reading:
            try:
                while not self.read_page():
                    pass
            except (requests.RequestException, ValueError, KeyError) as error:
                self.note(f"没读成：{type(error).__name__}")

    def read_page(self) -> bool:
        said = self.configured()
        if not said:
            self.note("还没有密钥：校园还没建好")
            return True
        answer = requests.get(
            f"{said['hub']}{said['product']}",
            params={"limit": "500", **({"since": self.since} if self.since else {})},
            headers={"Authorization": f"Bearer {said['key']}"},
            timeout=PATIENCE,
        )
        found = answer.json()
        if answer.status_code != HTTPStatus.OK:
            self.note(f"GET {said['product']} → {answer.status_code} {found['error']['code']}")
            return True
        for row in found["rows"]:
            self.take(row)
        self.since = found["next"]
        self.facts = {name: str(found[name] or "—") for name in ("product", "source", "as_of", "stale_since")}
        self.note(f"GET {said['product']} → {len(found['rows'])} 行，next {self.since[:24]}…")
        return bool(found["is_last"])

    def take(self, row: dict[str, Any]) -> None:
        key = " · ".join(row["key"].values())
        if row["data"] is None:
            self.held.pop(key, None)
        else:
            self.held[key] = row["data"] | {"batch": row["batch"], "source": row["source"]}

    def note(self, words: str) -> None:
        self.wire.appendleft(f"{time.strftime('%H:%M:%S')} {words}")

    def front(self) -> str:
        facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in self.facts.items())
        rows = "".join(
            f"<li><code>{escape(json.dumps(row, ensure_ascii=False))}</code></li>"
            for row in list(self.held.values())[:SHOWN]
        )
        wire = "".join(f"<li>{escape(line)}</li>" for line in self.wire)
        return page(
            "数据使用方样例",
            "<h1>数据使用方样例</h1><p>另一家单位的程序：数据共享中心通知它有变化，它从自己的游标往后读。</p>"
            f'<form method="post" action="/read"><button>现在读一次</button></form>'
            f"<p>手里有 {len(self.held)} 行</p><dl>{facts}</dl><ol>{rows}</ol><h2>线上走过的</h2><ol>{wire}</ol>",
        )


def is_signed(secret: str, shown: str, body: bytes) -> bool:
    found = SIGNATURE.fullmatch(shown)
    if not secret or found is None or abs(time.time() - int(found[1])) > LATE_SECONDS:
        return False
    right = hmac.new(secret.encode(), f"{found[1]}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(right, found[2])
