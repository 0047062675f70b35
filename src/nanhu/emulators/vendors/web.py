"""What is read over HTTP, in three manners of paging and two of keys; and the page on which things happen."""

import hmac
import json
import threading
from html import escape
from http.server import ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qs, urlsplit

from nanhu.emulators.feeding.handler import JsonHandler
from nanhu.emulators.vendors.living import LivingSystem

EVENTS: Final = {"changed": "改一行", "lost": "少一行", "silent": "停机", "back": "恢复"}
WAYS: Final = {
    "http": "HTTP 接口",
    "postgres": "PostgreSQL",
    "stream": "PostgreSQL 变更流",
    "mariadb": "MariaDB（GBK）",
    "binlog": "MariaDB 变更流（GBK）",
    "sftp": "SFTP 文件夹（GBK）",
}
PAGE: Final = """<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>十四个业务系统</title><style>body{{font:16px/1.6 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}}td,th{{padding:.25rem .75rem;text-align:start}}
form{{display:inline}}</style></head><body><main><h1>十四个业务系统</h1><p>数据共享中心按约定的间隔来读。在这里改一行、少一行或停机，再到“数据源”看它怎样。</p>
<table><thead><tr><th>系统</th><th>怎样读</th><th>行</th><th>让它变</th></tr></thead><tbody>{rows}</tbody></table></main></body></html>"""


class Desk(JsonHandler):
    systems: dict[str, LivingSystem]
    ways: dict[str, str]
    key: str
    is_filled: threading.Event

    def do_GET(self) -> None:  # noqa: N802  (http.server's name)
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        name = parts.path.strip("/").partition("/")[0]
        if name == "health" or (name == "filled" and self.is_filled.is_set()):
            self.send(b"ok", "text/plain")
        elif not name:
            self.send(
                PAGE.format(rows="".join(map(self.line_of, self.systems.values()))).encode(), "text/html; charset=utf-8"
            )
        elif name not in self.systems or self.ways[name] != "http":
            self.answer(404, {"code": 404})
        else:
            self.rows_of(self.systems[name], query)

    def do_POST(self) -> None:  # noqa: N802  (http.server's name)
        length = min(int(self.headers.get("Content-Length") or 0), 1000)
        given = {
            name: values[0] for name, values in parse_qs(self.rfile.read(length).decode("utf-8", "replace")).items()
        }
        if given.get("system") not in self.systems or given.get("event") not in EVENTS:
            return self.answer(400, {"code": 400})
        self.systems[given["system"]].happens(given["event"])
        return self.send(b"", "text/plain", 303, (("Location", "/"),))

    def line_of(self, one: LivingSystem) -> str:
        offered = ["changed", "lost", "back" if one.is_silent else "silent"]
        forms = "".join(
            f'<form method="post"><input type="hidden" name="system" value="{one.system.key}">'
            f'<button name="event" value="{event}">{EVENTS[event]}</button></form> '
            for event in offered
        )
        way = WAYS[self.ways[one.system.key]]
        return f"<tr><td>{escape(one.system.name)}</td><td>{way}</td><td>{len(one.rows)}</td><td>{forms}</td></tr>"

    def rows_of(self, one: LivingSystem, query: dict[str, str]) -> None:
        given = query.get("access_token", "") if one.system.key_in == "query" else self.headers.get("X-Api-Key", "")
        if one.is_silent:
            return self.answer(500, {"code": 500, "msg": "系统维护中"})
        if not hmac.compare_digest(given.encode(), self.key.encode()):
            return self.answer(401, {"code": 401, "msg": "未授权"})
        rows, size = one.listed(), max(number(query, "size", 100), 1)
        start = number(query, "start", 0) if one.system.paging == "offset" else (number(query, "page", 1) - 1) * size
        said = {"code": 0, "data": {"total": len(rows), "list": rows[max(start, 0) : start + size]}}
        if one.system.paging == "next" and start + size < len(rows):
            said["next"] = f"/{one.system.key}/rows?page={start // size + 2}&size={size}"
        return self.answer(200, json.loads(json.dumps(said, default=str)))


def number(query: dict[str, str], name: str, otherwise: int) -> int:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else otherwise


def server_on(
    address: str,
    port: int,
    systems: dict[str, LivingSystem],
    ways: dict[str, str],
    *,
    key: str,
    is_filled: threading.Event,
) -> ThreadingHTTPServer:
    facts = {"systems": systems, "ways": ways, "key": key, "is_filled": is_filled}
    return ThreadingHTTPServer((address, port), type("VendorDesk", (Desk,), facts))
