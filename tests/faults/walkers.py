"""Browsers and applications that go on through every fault, and a receiver that counts who was told of a logout."""

import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote

import requests

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SESSION_INDEX = re.compile(r"<samlp:SessionIndex>([^<]+)</samlp:SessionIndex>")
AWAY = (requests.RequestException,)
SECONDS = 120


class Receiver:
    """An application's address for logouts: remembers each ticket it was told of."""

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                receiver.told.update(SESSION_INDEX.findall(unquote(form["logoutRequest"][0])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@dataclass
class Seen:
    """What all walkers saw together. `accepted` counts how often a ticket was taken for good."""

    accepted: Counter[str] = field(default_factory=Counter)
    signed_out: list[str] = field(default_factory=list)
    wrongly_in: list[str] = field(default_factory=list)
    sign_ins: int = 0


@dataclass
class Walker:
    """One person: signs in, opens the application a few times, signs out, and begins anew; with a wrong password never."""

    url: str
    service: str
    form: dict[str, str]
    seen: Seen
    stopping: threading.Event

    def live(self) -> None:
        with ThreadPoolExecutor(2) as applications:
            while not self.stopping.is_set():
                browser = requests.Session()
                try:
                    self.day_of(browser, applications)
                except AWAY:
                    self.stopping.wait(0.3)

    def day_of(self, browser: requests.Session, applications: ThreadPoolExecutor) -> None:
        if not self.sign_in(browser):
            self.stopping.wait(1)
            return
        self.seen.sign_ins += 1
        for _ in range(4):
            ticket = self.ticket(browser.cookies["nanhu_session"])
            if ticket:
                self.seen.accepted[ticket] += sum(applications.map(self.is_accepted, [ticket, ticket]))
        self.sign_out(browser)

    def sign_in(self, browser: requests.Session) -> bool:
        token = TOKEN.search(browser.get(f"{self.url}/sign-in", timeout=SECONDS).text)
        if token is None:
            return False
        answer = browser.post(
            f"{self.url}/sign-in",
            data={**self.form, "csrfmiddlewaretoken": token[1]},
            timeout=SECONDS,
            allow_redirects=False,
        )
        return answer.status_code == 302

    def ticket(self, cookie: str) -> str:
        """For the session of this cookie; "" where none is given."""
        answer = requests.get(
            f"{self.url}/cas/login",
            params={"service": self.service},
            cookies={"nanhu_session": cookie},
            timeout=SECONDS,
            allow_redirects=False,
        )
        return "".join(re.findall(r"[?&]ticket=(ST-[^&#]+)", answer.headers.get("Location", "")))

    def is_accepted(self, ticket: str) -> bool:
        """Asked anew where no answer came, as an application would: it may have been taken in vain, never twice."""
        try:
            text = requests.get(
                f"{self.url}/cas/p3/serviceValidate",
                params={"service": self.service, "ticket": ticket},
                timeout=SECONDS,
            ).text
        except AWAY:
            return False
        return "<cas:authenticationSuccess>" in text

    def sign_out(self, browser: requests.Session) -> None:
        cookie = browser.cookies["nanhu_session"]
        page = browser.get(f"{self.url}/account", timeout=SECONDS)
        token = TOKEN.search(page.text)
        if page.status_code != 200 or token is None:
            return
        answer = browser.post(
            f"{self.url}/sign-out", data={"csrfmiddlewaretoken": token[1]}, timeout=SECONDS, allow_redirects=False
        )
        if answer.status_code in (200, 302):
            self.seen.signed_out.append(cookie)


@dataclass
class Guesser(Walker):
    """Tries a password that is wrong, over and over."""

    def day_of(self, browser: requests.Session, _applications: ThreadPoolExecutor) -> None:
        if self.sign_in(browser) and self.ticket(browser.cookies.get("nanhu_session", "")):
            self.seen.wrongly_in.append(self.form["username"])
        self.stopping.wait(0.5)
