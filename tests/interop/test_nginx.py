"""The nginx configuration of docs/operations.md, as it stands there, in front of a campus: Debian's nginx and a real client."""

import hashlib
import hmac
import http.client
import json
import re
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from nanhu.kernel.bodies import MEGABYTE
from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.configuration import configuration
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_ports
from tests.conftest import ROOT, Campus
from tests.steward import Steward

DOCUMENT = ROOT / "docs" / "operations.md"
NETWORK = "10.20.0.0/16"
MAIN = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {servers}
}}
"""


@dataclass(frozen=True)
class Front:
    """nginx, and what it stands before."""

    campus: Campus
    port: int
    plain_port: int
    folder: Path

    def ask(
        self, method: str, path: str, *, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> http.client.HTTPResponse:
        line = self.line()
        line.request(method, path, body=body or None, headers=headers or {})
        return line.getresponse()

    def line(self) -> http.client.HTTPSConnection:
        trust = ssl.create_default_context(cafile=str(self.folder / "campus.pem"))
        return http.client.HTTPSConnection("localhost", self.port, timeout=PATIENCE_SECONDS, context=trust)


def documented() -> str:
    """The `server` blocks of the document, word for word."""
    found = re.findall(r"```nginx\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    return "\n".join(found)


def adapted(text: str, campus: Campus, *, port: int, plain_port: int, folder: Path, terminals: str) -> str:
    """Only what depends on the machine: ports, names of files, the school's host and the terminals' network."""
    replaced = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen 80;": f"listen 127.0.0.1:{plain_port};",
        "campus.example.edu.cn": "localhost",
        "/etc/nginx/tls": str(folder),
        f"allow {NETWORK}": f"allow {terminals}",
        "127.0.0.1:8000": f"127.0.0.1:{campus.port('web')}",
        "127.0.0.1:8001": f"127.0.0.1:{campus.port('gateway')}",
        "127.0.0.1:8023": f"127.0.0.1:{campus.port('radius')}",
    }
    for old, new in replaced.items():
        assert old in text, f"{DOCUMENT} does not say {old!r} any more"
        text = text.replace(old, new)
    return text


def run_nginx(campus: Campus, folder: Path, *, terminals: str) -> tuple[subprocess.Popen[bytes], Front]:
    port, plain_port = free_ports(2)
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
            "-keyout",
            str(folder / "campus.key"),
            "-out",
            str(folder / "campus.pem"),
        ],
        check=True,
        capture_output=True,
    )
    servers = adapted(documented(), campus, port=port, plain_port=plain_port, folder=folder, terminals=terminals)
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, servers=servers))
    process = subprocess.Popen(
        dying_with_parent(["/usr/sbin/nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)])
    )
    while process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return process, Front(campus, port, plain_port, folder)
        time.sleep(0.05)
    raise AssertionError((folder / "error.log").read_text(errors="replace"))


@pytest.fixture(scope="module")
def front(campus: Campus) -> Iterator[Front]:
    with tempfile.TemporaryDirectory(prefix="nanhu-nginx-") as name:
        Path(name).chmod(0o755)
        process, front = run_nginx(campus, Path(name), terminals="127.0.0.0/8")
        try:
            yield front
        finally:
            process.terminate()
            process.wait()


def signed(front: Front, path: str, *, sequence: int, facts: dict[str, object]) -> dict[str, str]:
    """The headers of a terminal's request, by docs/protocols/terminal.md."""
    terminal = json.loads((front.campus.folder / "emulators" / "pos.json").read_text())["terminals"][0]
    clock, digest = str(int(time.time())), hashlib.sha256(json.dumps(facts).encode()).hexdigest()
    text = f"nanhu-terminal-1\nPOST\n{path}\n{terminal['number']}\n{sequence}\n{clock}\n{digest}"
    return {
        "Content-Type": "application/json",
        "Nanhu-Terminal": terminal["number"],
        "Nanhu-Sequence": str(sequence),
        "Nanhu-Clock": clock,
        "Nanhu-Signature": hmac.digest(bytes.fromhex(terminal["key"]), text.encode(), "sha256").hex(),
    }


def test_pages_come_through(front: Front) -> None:
    answer = front.ask("GET", "/sign-in")
    page = answer.read().decode()
    assert (answer.status, "<form" in page) == (200, True)
    assert answer.getheader("Content-Security-Policy")


def test_an_open_line_is_led_to_tls(front: Front) -> None:
    line = http.client.HTTPConnection("localhost", front.plain_port, timeout=PATIENCE_SECONDS)
    line.request("GET", "/card/?x=1")
    answer = line.getresponse()
    assert (answer.status, answer.getheader("Location")) == (301, "https://localhost/card/?x=1")


def test_nothing_is_kept_of_the_anonymous_route(front: Front) -> None:
    for path in ("/requests/anonymous/key/", "/static/requests/anonymous.js", "/sign-in?after"):
        front.ask("GET", path).read()
    front.ask("POST", "/requests/anonymous/send/", body=b"{}" * 200_000).read()
    front.ask("POST", "/requests/anonymous/send/", body=b"{}" * 600_000).read()
    kept = "".join((front.folder / name).read_text() for name in ("access.log", "error.log"))
    assert "/sign-in?after" in kept
    assert "/requests/" not in kept
    assert not [one for one in (front.folder / "body").rglob("*") if one.is_file()]


def test_both_doors_of_the_terminals_answer_in_their_own_words(front: Front) -> None:
    """The very fault: with all of /terminal/ led to the gateway, kiosks, doors and changes of a PIN got 404."""
    for path in ("/terminal/v1/hello", "/terminal/v1/card/look"):
        answer = front.ask("POST", path, body=b"{}", headers=signed(front, path, sequence=0, facts={}))
        told = json.loads(answer.read())
        assert answer.status != 404, (path, told)
        assert answer.getheader("Nanhu-Signature"), (path, told)
    hello = front.ask(
        "POST", "/terminal/v1/hello", body=b"{}", headers=signed(front, "/terminal/v1/hello", sequence=0, facts={})
    )
    assert json.loads(hello.read())["services"].endswith("/terminal/v1/")


def test_accounting_is_led_to_its_door(front: Front) -> None:
    """Which turns away by its length what the pages' port would read."""
    for body, status in ((b"x" * 17_000, 413), (b"Acct-Status-Type=Start", 403)):
        answer = front.ask("POST", "/radius/accounting", body=body, headers={"X-Nanhu-Radius-Key": "unknown"})
        answer.read()
        assert answer.status == status
    assert front.ask("POST", "/radius/authenticate", body=b"x=1").status == 403


def test_a_terminals_address_is_the_one_that_nginx_saw(front: Front) -> None:
    """At both doors; what the terminal says of itself is not believed."""
    trust = ssl.create_default_context(cafile=str(front.folder / "campus.pem"))
    for number, path in (("N998Z", "/terminal/v1/hello"), ("N999Z", "/terminal/v1/card/look")):
        line = http.client.HTTPSConnection(
            "localhost", front.port, timeout=PATIENCE_SECONDS, context=trust, source_address=("127.0.0.3", 0)
        )
        headers = signed(front, path, sequence=0, facts={}) | {
            "X-Forwarded-For": "203.0.113.9",
            "Nanhu-Terminal": number,
        }
        line.request("POST", path, body=b"{}", headers=headers)
        assert line.getresponse().status == 401, path
        assert address_written(front.campus, number) == "127.0.0.3", path


def address_written(campus: Campus, terminal: str) -> str:
    """Of the incident, which is written within seconds."""
    rows = f"Incident.objects.filter(terminal_number={terminal!r}).values_list('address', flat=True)"
    ask = f"from nanhu.platforms.terminals.api import Incident; print(*{rows})"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := campus.nanhu("shell", "-v", "0", "-c", ask).stdout.strip():
            return found
        time.sleep(1)
    return ""


def test_terminals_are_served_from_their_network_alone(campus: Campus) -> None:
    with tempfile.TemporaryDirectory(prefix="nanhu-nginx-") as name:
        process, front = run_nginx(campus, Path(name), terminals=NETWORK)
        try:
            for path in ("/terminal/v1/hello", "/terminal/v1/card/look", "/terminal/v1/hello/../card/look"):
                assert (
                    front.ask("POST", path, body=b"{}", headers=signed(front, path, sequence=0, facts={})).status == 403
                )
            assert front.ask("GET", "/sign-in").status == 200
        finally:
            process.terminate()
            process.wait()


def test_a_long_address_and_long_headers_come_through(front: Front) -> None:
    """A signed SAML request of a partner, a browser with many cookies."""
    answer = front.ask(
        "GET", "/sign-in?next=/" + "a" * 7000, headers={"Cookie": "; ".join(f"c{n}={'x' * 200}" for n in range(60))}
    )
    assert answer.status == 200


def test_what_is_too_large_is_refused_by_the_program_up_to_nginxs_own_limit(front: Front) -> None:
    """51 MiB reach the program, which says so in its own words; beyond the documented limit nginx ends it by the head alone."""
    large = front.ask(
        "POST", "/sign-in", body=b"x" * (51 * 1024 * 1024), headers={"Content-Type": "application/octet-stream"}
    )
    page = large.read().decode()
    assert (large.status, "nginx" in page) == (413, False)
    with socket.create_connection(("127.0.0.1", front.port), timeout=PATIENCE_SECONDS) as line:
        trust = ssl.create_default_context(cafile=str(front.folder / "campus.pem"))
        with trust.wrap_socket(line, server_hostname="localhost") as sealed:
            sealed.sendall(b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 221000000\r\n\r\n")
            assert b" 413 " in sealed.recv(4096).split(b"\r\n", 1)[0]


def padded(head: bytes, tail: bytes, size: int) -> Iterator[bytes]:
    """A body of exactly this size."""
    yield head
    left = size - len(head) - len(tail)
    block = b"x" * MEGABYTE
    while left > 0:
        yield block[:left]
        left -= MEGABYTE
    yield tail


@pytest.mark.slow
def test_a_file_of_the_largest_size_that_is_allowed_comes_through(front: Front) -> None:
    """The program has read all of it when it misses the source in the form; a byte over its limit it refuses by the head."""
    steward = Steward(front.campus)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', steward.get("/datahub/upload/").text)
    assert token is not None
    head = (
        f'--b\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token[1]}\r\n'
        '--b\r\nContent-Disposition: form-data; name="file"; filename="all.csv"\r\nContent-Type: text/csv\r\n\r\n'
    ).encode()
    size = (configuration().upload_limit_mb + 1) * MEGABYTE
    headers = {
        "Content-Type": "multipart/form-data; boundary=b",
        "Referer": "https://localhost/datahub/upload/",
        "Cookie": "; ".join(f"{name}={value}" for name, value in steward.session.cookies.items()),
    }

    line = front.line()
    line.request(
        "POST",
        "/datahub/upload/",
        body=padded(head, b"\r\n--b--\r\n", size),
        headers={**headers, "Content-Length": str(size)},
    )
    answer = line.getresponse()
    assert (answer.status, "all.csv" in answer.read().decode()) == (422, False)


def refusals_sealed(campus: Campus) -> list[str]:
    """Of the log's lines, once there are any: what the campus does beside may hold the seal of the newest back."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        campus.nanhu("audit", "seal")
        lines = campus.nanhu("audit", "export").stdout.splitlines()
        if found := [one for one in lines if "openapi.refuse_request" in one]:
            return found
        assert time.monotonic() < deadline, "nothing is sealed"


def test_the_visitors_address_is_the_one_that_nginx_saw(front: Front) -> None:
    """What a visitor writes himself into X-Forwarded-For stands before what nginx appends, and is not believed."""
    trust = ssl.create_default_context(cafile=str(front.folder / "campus.pem"))
    line = http.client.HTTPSConnection(
        "localhost", front.port, timeout=PATIENCE_SECONDS, context=trust, source_address=("127.0.0.2", 0)
    )
    forged = {"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer nanhu_live_abcdefghijkl_" + "x" * 43}
    line.request("GET", "/api/card/v1/account", headers=forged)
    assert line.getresponse().status == 401
    written = refusals_sealed(front.campus)
    assert "127.0.0.2" in written[-1]
    assert not any("203.0.113.9" in one for one in written)
