"""Applications outside, as single logout and proxy call-backs meet them: good ones and bad ones, on loopback."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class Outside:
    """`heard`: (method, path with query, body) of each request, in order."""

    address: str
    heard: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def logouts(self) -> list[str]:
        return [parse_qs(body)["logoutRequest"][0] for method, _path, body in self.heard if method == "POST"]

    def queries(self) -> list[dict[str, list[str]]]:
        return [parse_qs(urlsplit(path).query) for _method, path, _body in self.heard]


@contextmanager
def application(status: int = 200, body: bytes = b"", headers: dict[str, str] | None = None) -> Iterator[Outside]:
    """Answers everything with this."""
    outside = Outside("")

    class Handler(BaseHTTPRequestHandler):
        def take(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            outside.heard.append((self.command, self.path, self.rfile.read(length).decode()))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = take  # noqa: N815

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    outside.address = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield outside
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def listening(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that does with each connection what `talk` says, on a thread of its own, and hangs up at the end."""
    line = socket.create_server(("127.0.0.1", 0), backlog=50)
    stopped, taken = threading.Event(), []

    def accept() -> None:
        while not stopped.is_set():
            try:
                connection, _address = line.accept()
            except OSError:
                return
            taken.append(connection)
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{line.getsockname()[1]}/"
    finally:
        stopped.set()
        line.shutdown(socket.SHUT_RDWR)
        line.close()
        thread.join()
        for connection in taken:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def hang(connection: socket.socket) -> None:
    """Takes the call and says nothing until the other side hangs up."""
    with suppress(OSError), connection:
        while connection.recv(65536):
            pass


def drip(connection: socket.socket) -> None:
    """A good answer, but a byte now and then: whoever counts the time of each byte anew waits four seconds for it."""
    with suppress(OSError), connection:
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n":
            time.sleep(0.1)
            connection.sendall(bytes([byte]))


def refusing() -> str:
    """An address where nobody listens, nor will: it is ours to the end of the process."""
    line = socket.socket()
    line.bind(("127.0.0.1", 0))
    held.append(line)
    return f"http://127.0.0.1:{line.getsockname()[1]}/"


held: list[socket.socket] = []


@contextmanager
def applications(count: int) -> Iterator[list[Outside]]:
    with ExitStack() as stack:
        yield [stack.enter_context(application()) for _ in range(count)]
