"""The emulated bank called in this process: each byte of either direction as over a line, but nobody waits for anybody.

The campus's calls end here instead of at a socket, the bank's notices reach the campus by Django's client. What is silent,
killed or late at the bank is so at once; what is late is done when `let_late_arrive` says so.
"""

import io
import json
from http.client import HTTPResponse
from types import SimpleNamespace
from unittest.mock import Mock
from urllib.error import HTTPError
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler

from django.test import Client

from nanhu.emulators.bank import acquirer, faults, http
from nanhu.emulators.bank.application import application_of
from nanhu.kernel import outgoing
from nanhu.platforms.payments.tests.banks import Bank


class Handler(WSGIRequestHandler):
    def log_message(self, *words):
        pass


class Asked:
    """A socket as the server's side sees it: one request, and what was answered."""

    def __init__(self, request: bytes) -> None:
        self.request, self.answer = request, b""

    def makefile(self, *_mode):
        return io.BytesIO(self.request)

    def sendall(self, part: bytes) -> None:
        self.answer += part


class Line(io.BytesIO):
    """The campus's end: what is sent is answered at once."""

    def __init__(self, bank) -> None:
        super().__init__()
        self.bank = bank

    def settimeout(self, _seconds) -> None:
        pass

    def sendall(self, request: bytes) -> None:
        self.write(self.bank.answered(request))
        self.seek(0)

    def recv(self, size: int) -> bytes:
        return self.read(size)

    def recv_into(self, buffer) -> int:
        return self.readinto(buffer)

    def makefile(self, _mode) -> "Line":
        return self


class KilledError(BaseException):
    """No bank any more, in the middle of its work: nothing there may catch it."""


class LateError(BaseException):
    """The bank will take its time."""


class BankHere(Bank):
    url = "http://bank.example"

    def __init__(self, *given, **more) -> None:
        super().__init__(*given, **more)
        self.application, self.late = None, []

    def start(self):
        self.application = application_of(self.path)
        return self

    def kill(self) -> None:
        self.application = None

    def wait_dead(self) -> None:
        assert self.application is None

    def connect(self, patch) -> None:
        """For the test that `patch` belongs to."""
        really = outgoing.connected

        def connected(parts, deadline, *, networks=None):
            return (
                Line(self)
                if f"{parts.scheme}://{parts.netloc}" == self.url
                else really(parts, deadline, networks=networks)
            )

        patch.setattr(outgoing, "connected", connected)
        patch.setattr(faults, "die", raising(KilledError))
        patch.setattr(faults, "wait", raising(LateError))
        patch.setattr(http, "post", tell_campus)

    def answered(self, request: bytes) -> bytes:
        if self.application is None:
            raise ConnectionRefusedError
        asked, was_late = Asked(request), len(self.late)
        server = SimpleNamespace(
            base_environ={}, server_name="bank", server_port=80, get_app=lambda: self.obey(request)
        )
        Handler(asked, ("127.0.0.1", 0), server)
        if len(self.late) > was_late:
            raise TimeoutError
        return asked.answer

    def obey(self, request: bytes):
        def application(environ, start_response):
            try:
                return self.application(environ, start_response)
            except KilledError:
                self.kill()
            except LateError:
                self.late.append(request)
            raise ConnectionResetError  # of which wsgiref says nothing

        return application

    def let_late_arrive(self) -> None:
        waiting, self.late = self.late, []
        for request in waiting:
            self.answered(request)

    def ask(self, path: str, body: bytes | None = None) -> dict:
        length = "" if body is None else f"Content-Length: {len(body)}\r\n"
        head = f"{'GET' if body is None else 'POST'} /{path} HTTP/1.1\r\n{length}\r\n"
        line = Line(self)
        line.sendall(head.encode() + (body or b""))
        answer = HTTPResponse(line)
        answer.begin()
        if answer.status != 200:
            raise HTTPError(f"{self.url}/{path}", answer.status, answer.reason, answer.headers, answer)
        return json.load(answer)


def raising(kind):
    def refuse(*_facts):
        raise kind

    return refuse


def tell_campus(address: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
    headers = dict(headers)
    kind = headers.pop("Content-Type")
    answer = Client(raise_request_exception=False).post(
        urlsplit(address).path + path, body, content_type=kind, headers=headers
    )
    return answer.status_code, answer.headers.get("Nanhu-Signature", ""), answer.content


def answers_refunds(monkeypatch, *, code: str) -> None:
    """UnionPay answers each refund by this code, whatever was paid."""
    said = {"respCode": code, "respMsg": "暂不能退款"}
    monkeypatch.setitem(acquirer.OPERATIONS, ("04", "backTransReq.do"), Mock(return_value=said, __name__="refund"))


def answers_queries(monkeypatch, **said: str) -> None:
    """UnionPay answers each question what became of an order by these fields."""
    monkeypatch.setitem(acquirer.OPERATIONS, ("00", "queryTrans.do"), Mock(return_value=said, __name__="query"))
