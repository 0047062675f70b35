"""`python -m nanhu.emulators.feeding PORT`: serves until it is killed. `POST /rows` and `POST /moods` say what it answers next.

`GET /rows?page=1&size=100` with `X-Api-Key` or `access_token=`: {"code": 0, "data": {"total": n, "list": […]}}; `GET /linked` gives the address of
the next page. A mood is used up by one request: 429, 500, html (a page to sign in), half (the last row is missing), torn (the line
breaks), zeros (no HTTP at all), same (the page before once more), last (beyond the last page that one again), away (another host is the
next), slow (a byte now and then, for ever), clock (busy until a day of 1999, says a clock of 1970), past (all is well, says that clock)."""

import json
import sys
import time
from contextlib import suppress
from http.server import ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from nanhu.emulators.feeding.handler import JsonHandler

KEY: Final = "open-sesame"
LONG_AGO: Final = "Thu, 01 Jan 1970 00:00:00 GMT"
TRICKLE_SECONDS: Final = 0.1


class Vendor(JsonHandler):
    rows: list[dict[str, Any]] = []
    moods: list[str] = []
    is_of_long_ago = False

    def do_POST(self) -> None:  # noqa: N802  (http.server's name)
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/rows":
            Vendor.rows = said
        else:
            Vendor.moods = said
        self.answer(200, {"code": 0})

    def do_GET(self) -> None:  # noqa: N802  (http.server's name)
        mood = Vendor.moods.pop(0) if Vendor.moods else ""
        self.is_of_long_ago = mood in {"clock", "past"}
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        if KEY not in {self.headers.get("X-Api-Key"), asked.get("access_token")}:
            self.answer(401, {"code": 401, "msg": "未授权"})
        elif mood == "429":
            self.answer(429, {"code": 429}, ("Retry-After", "7"))
        elif mood == "500":
            self.answer(500, {"code": 500})
        elif mood == "html":
            self.send("<html><body>请登录</body></html>".encode(), "text/html")
        elif mood == "zeros":
            self.wfile.write(b"\0\0\0\r\n\r\n")
        elif mood == "torn":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
        elif mood == "slow":
            self.trickle()
        elif mood == "clock":
            self.answer(503, {"code": 503}, ("Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT"))
        else:
            self.page(asked, mood)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """What it says that the time is."""
        return LONG_AGO if self.is_of_long_ago else super().date_time_string(timestamp)

    def trickle(self) -> None:
        """Until the other side hangs up."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
        with suppress(OSError):
            while True:
                self.wfile.write(b" ")
                time.sleep(TRICKLE_SECONDS)

    def page(self, asked: dict[str, str], mood: str) -> None:
        number, size = int(asked.get("page", "1")), int(asked.get("size", "100"))
        number -= mood == "same"
        if mood == "last":
            number = min(number, -(-len(Vendor.rows) // size))
        shown = Vendor.rows[(number - 1) * size : number * size]
        if mood == "half":
            shown = shown[:-1]
        said: dict[str, Any] = {"code": 0, "data": {"total": len(Vendor.rows), "list": shown}}
        if urlsplit(self.path).path == "/linked" and number * size < len(Vendor.rows):
            said["next"] = f"/linked?page={number + 1}&size={size}"
        if mood == "away":
            said["next"] = "http://127.0.0.1:1/linked"
        self.answer(200, said)


def main(port: int) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", port), Vendor)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
