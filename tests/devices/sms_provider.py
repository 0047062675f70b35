"""The emulated provider on a port of its own, for tests of whoever sends."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import requests

from nanhu.emulators.sms.web import SmsApplication
from nanhu.testing.patience import PATIENCE_SECONDS


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Silent(WSGIRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        return


@dataclass(frozen=True)
class Emulator:
    url: str
    application: SmsApplication

    def messages(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = requests.get(f"{self.url}/messages.json", timeout=PATIENCE_SECONDS).json()
        return found

    def fault(self, kind: str, times: int = 1) -> None:
        assert requests.post(f"{self.url}/faults", json={"kind": kind, "times": times}, timeout=PATIENCE_SECONDS).ok


class Opened:
    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack

    def enter(self, *, secret: str) -> Emulator:
        return self.stack.enter_context(emulator(secret=secret))


@contextmanager
def emulator(*, secret: str) -> Iterator[Emulator]:
    application = SmsApplication(key="nanhu-demo", secret=secret)
    with make_server("127.0.0.1", 0, application, server_class=Server, handler_class=Silent) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield Emulator(f"http://127.0.0.1:{server.server_port}", application)
        finally:
            server.shutdown()
            thread.join(PATIENCE_SECONDS)


@contextmanager
def serving() -> Iterator[Opened]:
    with ExitStack() as stack:
        yield Opened(stack)
