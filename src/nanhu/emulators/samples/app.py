"""The WSGI application: one address a sample, and a page on which their faults are switched."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from nanhu.emulators.office.app import Answer, form_of, html, redirect
from nanhu.emulators.samples.weather import weather_at

type StartResponse = Callable[[str, list[tuple[str, str]]], object]
MODES = {"well": "正常", "slow": "很慢（8 秒）", "busy": "太忙（429）", "down": "出错（500）", "nonsense": "胡言乱语"}
SLOW_SECONDS = 8.0
KEY = "sample-key-for-the-demo"
TOKEN_KEY = "sample-signing-key-of-at-least-32-signs"  # noqa: S105 - printed in the documentation
SAMPLES = {
    "page": "一个允许嵌入的页面",
    "stubborn": "一个不允许嵌入的页面",
    "loans": "在借图书（学工号 + 请求头密钥）",
    "balance": "上网余额（签名令牌）",
    "calendar.ics": "讲座日程（iCalendar）",
    "news.rss": "图书馆资讯（RSS）",
    "weather": "天气服务（open-meteo、和风、彩云）",
}
BOOKS = ("《岳阳楼记校注》 12月3日 到期", "《数据库系统概念》 12月9日 到期", "《信号与系统》 12月18日 到期")
FRAME = """<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>body{{font:16px/1.6 system-ui;max-width:44rem;margin:2rem auto;padding:0 1rem}}
label{{margin-inline-end:.75rem;white-space:nowrap}}fieldset{{margin-block:.5rem}}</style></head><body><main>{main}</main></body></html>"""


class SamplesApplication:
    def __init__(self) -> None:
        self.modes = dict.fromkeys(SAMPLES, "well")
        self.lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        answer = self.answer(environ)
        fixed = [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")]
        start_response(
            f"{answer.status.value} {answer.status.phrase}",
            [*fixed, *answer.headers, ("Content-Length", str(len(answer.body)))],
        )
        return [answer.body]

    def answer(self, environ: dict[str, Any]) -> Answer:
        path, method = environ.get("PATH_INFO", "/"), environ["REQUEST_METHOD"]
        if path == "/health":
            return Answer(HTTPStatus.OK, b"ok", (("Content-Type", "text/plain"),))
        if path == "/":
            return self.switch(environ) if method == "POST" else html(self.front())
        name = path.split("/")[1]
        if name not in SAMPLES:
            return html(page("没有这个样例", "<h1>没有这个样例</h1>"), HTTPStatus.NOT_FOUND)
        return self.fault(self.modes[name]) or self.well(name, environ)

    def fault(self, mode: str) -> Answer | None:
        if mode == "slow":
            time.sleep(SLOW_SECONDS)
        if mode == "busy":
            return Answer(HTTPStatus.TOO_MANY_REQUESTS, b"too many", (("Retry-After", "60"),))
        if mode == "down":
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, b"broken")
        if mode == "nonsense":
            return html("<b>not what you wanted</b>" * 9)
        return None

    def switch(self, environ: dict[str, Any]) -> Answer:
        said = form_of(environ)
        name, mode = (said.get(key, [""])[0] for key in ("name", "mode"))
        if name not in SAMPLES or mode not in MODES:
            return html(page("没有改", "<h1>没有改</h1>"), HTTPStatus.BAD_REQUEST)
        with self.lock:
            self.modes[name] = mode
        return redirect("/")

    def front(self) -> str:
        forms = "".join(
            f'<form method="post"><fieldset><legend><a href="/{name}">/{name}</a> {escape(title)}</legend>'
            f'<input type="hidden" name="name" value="{name}">{self.choices(name)}<button>改</button></fieldset></form>'
            for name, title in SAMPLES.items()
        )
        lead = "<p>外部系统的样例程序：门户用配置把它们接进来。在这里让它们变慢、出错，看门户怎么样。</p>"
        return page("接入样例", f"<h1>接入样例</h1>{lead}{forms}")

    def choices(self, name: str) -> str:
        return "".join(
            f'<label><input type="radio" name="mode" value="{mode}"{" checked" if self.modes[name] == mode else ""}> {words}</label>'
            for mode, words in MODES.items()
        )

    def well(self, name: str, environ: dict[str, Any]) -> Answer:
        query = parse_qs(environ.get("QUERY_STRING", ""))
        if name == "weather":
            return weather_at(environ["PATH_INFO"].removeprefix("/weather"), query)
        ways: dict[str, Callable[[], Answer]] = {
            "page": framed_page,
            "stubborn": stubborn_page,
            "loans": lambda: loans(environ, query),
            "balance": lambda: balance(environ),
            "calendar.ics": calendar,
            "news.rss": lambda: news(environ),
        }
        return ways[name]()


def page(title: str, main: str) -> str:
    return FRAME.format(title=escape(title), main=main)


def as_json(value: object, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    content = json.dumps(value, ensure_ascii=False).encode()
    return Answer(status, content, (("Content-Type", "application/json; charset=utf-8"),))


def framed_page() -> Answer:
    found = html(page("班车时刻", "<h1>班车时刻</h1><p>南院 → 东院：7:20、7:50、12:10、17:40、21:30。示例数据。</p>"))
    return Answer(found.status, found.body, (*found.headers, ("Content-Security-Policy", "frame-ancestors *")))


def stubborn_page() -> Answer:
    found = html(page("学术数据库", "<h1>学术数据库</h1><p>本站不允许被嵌入别的页面。示例页面。</p>"))
    return Answer(found.status, found.body, (*found.headers, ("X-Frame-Options", "DENY")))


def loans(environ: dict[str, Any], query: dict[str, list[str]]) -> Answer:
    """What a person has borrowed: the number in the address, the key in X-Api-Key."""
    if not hmac.compare_digest(environ.get("HTTP_X_API_KEY", "").encode(), KEY.encode()):
        return as_json({"error": "key"}, HTTPStatus.UNAUTHORIZED)
    number = query.get("campus_no", [""])[0]
    if not number.isalnum():
        return as_json({"error": "unknown"}, HTTPStatus.NOT_FOUND)
    count = sum(number.encode()) % 4
    moment = datetime.now(UTC).replace(microsecond=0).isoformat()
    note = f"最近 {BOOKS[0].split()[1]} 到期" if count else "没有要还的书"
    return as_json({"data": {"count": count, "note": note, "books": list(BOOKS[:count])}, "time": moment})


def balance(environ: dict[str, Any]) -> Answer:
    """What a person has left for the network: whom it is about stands in a signed token that only this host takes."""
    subject = subject_of(environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer "), environ.get("HTTP_HOST", ""))
    if not subject:
        return as_json({"error": "token"}, HTTPStatus.UNAUTHORIZED)
    yuan = f"{sum(subject.encode()) % 90}.{subject[-1:] or 0}0"
    return as_json({"balance": yuan, "text": "本月已用 12.4 GB", "at": int(time.time())})


def subject_of(token: str, host: str) -> str:
    """As any JWT library checks it: signature, audience, time."""
    try:
        head, body, seal = token.split(".")
        claims = json.loads(unpadded(body))
        algorithm = json.loads(unpadded(head))["alg"]
        expected = hmac.digest(TOKEN_KEY.encode(), f"{head}.{body}".encode(), hashlib.sha256)
        is_sealed = algorithm == "HS256" and hmac.compare_digest(unpadded(seal), expected)
        is_ours = claims["aud"] == host.rpartition(":")[0] and claims["iat"] - 5 <= time.time() < claims["exp"]
        return str(claims["sub"]) if is_sealed and is_ours else ""
    except (ValueError, KeyError, TypeError):
        return ""


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def calendar() -> Answer:
    first = datetime.now(UTC).replace(hour=11, minute=0, second=0, microsecond=0)
    events = [
        ("lecture-1", first + timedelta(days=2), "学术讲座：洞庭湖的水与城", "图书馆报告厅", ""),
        ("salon", first + timedelta(days=4), "读书沙龙", "图书馆三楼", "RRULE:FREQ=WEEKLY;COUNT=4"),
    ]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//sample//lectures//ZH"]
    for uid, starts, title, place, rule in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uid}@sample",
            f"DTSTAMP:{first:%Y%m%dT%H%M%SZ}",
            f"DTSTART:{starts:%Y%m%dT%H%M%SZ}",
        ]
        lines += ["DURATION:PT1H30M", f"SUMMARY:{title}", f"LOCATION:{place}", *([rule] if rule else []), "END:VEVENT"]
    content = "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()
    return Answer(HTTPStatus.OK, content, (("Content-Type", "text/calendar; charset=utf-8"),))


def news(environ: dict[str, Any]) -> Answer:
    host, moment = escape(environ.get("HTTP_HOST", "localhost")), datetime.now(UTC) - timedelta(hours=6)
    items = "".join(
        f"<item><title>{title}</title><link>http://{host}/page?news={number}</link><guid>{number}</guid>"
        f"<pubDate>{(moment - timedelta(days=number)).strftime('%a, %d %b %Y %H:%M:%S +0000')}</pubDate></item>"
        for number, title in enumerate(("图书馆新到外文期刊 120 种", "冬季开馆时间调整"))
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>图书馆资讯</title>{items}</channel></rss>'
    return Answer(HTTPStatus.OK, text.encode(), (("Content-Type", "application/rss+xml; charset=utf-8"),))
