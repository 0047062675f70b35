"""The controller's page: phones of this Wi-Fi, what happens when one opens any page, and its faults."""

from collections.abc import Callable, Iterable
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from nanhu.emulators.office.app import Answer, form_of, html, redirect
from nanhu.emulators.wlan.controller import MODES, Controller, Phone

type StartResponse = Callable[[str, list[tuple[str, str]]], object]
FRAME = """<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>模拟无线控制器</title><style>body{{font:16px/1.6 system-ui;max-width:52rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}td,th{{text-align:start;padding:.5rem;border-bottom:1px solid #9995}}button{{font:inherit}}
form{{display:inline}}</style></head><body><main><h1>模拟无线控制器</h1>{main}</main></body></html>"""


class WlanApplication:
    def __init__(self, controller: Controller) -> None:
        self.controller = controller

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
        if path == "/" and method == "POST":
            return self.act(form_of(environ))
        if path == "/":
            return html(FRAME.format(main=self.front()))
        phone = self.controller.phones.get(path.removeprefix("/open/"))
        if path.startswith("/open/") and phone is not None:
            return redirect(self.captured(phone))
        return html(FRAME.format(main="<p>没有这一页。</p>"), HTTPStatus.NOT_FOUND)

    def captured(self, phone: Phone) -> str:
        """Where a phone is led that opens any page."""
        facts = {"wlanuserip": phone.address, "wlanacname": self.controller.name, "mac": phone.mac, "ssid": phone.ssid}
        return f"{self.controller.campus.page}?{urlencode(facts)}"

    def act(self, said: dict[str, list[str]]) -> Answer:
        mode, leaving = (said.get(name, [""])[0] for name in ("mode", "leave"))
        if mode in MODES:
            self.controller.mode = mode
        if leaving in self.controller.phones:
            self.controller.off(self.controller.phones[leaving], "Lost-Carrier")
        return redirect("/")

    def front(self) -> str:
        rows = "".join(self.row(key, one) for key, one in self.controller.phones.items())
        modes = "".join(
            f'<form method="post"><input type="hidden" name="mode" value="{key}"><button>{words}</button></form> '
            for key, words in MODES.items()
        )
        log = "".join(f"<li>{escape(line)}</li>" for line in self.controller.log)
        return (
            "<p>几部连上无线网、还没有认证的手机。点“打开网页”，就像在手机上随便打开一个网页：控制器把它带到认证页。</p>"
            f"<table><tr><th>手机</th><th>地址</th><th>状态</th><th>操作</th></tr>{rows}</table>"
            f"<p>控制器现在：{MODES[self.controller.mode]} {modes}</p><ul>{log}</ul>"
        )

    def row(self, key: str, phone: Phone) -> str:
        state = f"在线：{escape(phone.user)}" if phone.session else "未认证，打不开外网"
        leave = f'<form method="post"><input type="hidden" name="leave" value="{key}"><button>走出信号</button></form>'
        return (
            f"<tr><td>{escape(phone.name)}</td><td>{phone.address}<br>{phone.mac}</td><td>{state}</td>"
            f'<td><a href="/open/{key}" target="_blank">打开网页</a> {leave if phone.session else ""}</td></tr>'
        )
