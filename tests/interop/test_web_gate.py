"""A gate as `nanhu network_web_gates` writes it: Debian's Apache with mod_auth_openidc before a system of the campus, and a browser outside."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page

from nanhu.platforms.identity.protocols.oidc import addresses
from nanhu.platforms.identity.protocols.oidc.services import clients, keys
from nanhu.platforms.identity.registry.services.rules import add_rule
from nanhu.platforms.identity.services.applications import register_application
from nanhu.services.network.reach import web_gates
from nanhu.services.network.reach.tests.conftest import PASSWORD, SYSTEM, School, school
from nanhu.testing.browsers import open_browser
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_ports
from tests.conftest import open_folder
from tests.interop import apache as apaches

__all__ = ["school"]
pytestmark = pytest.mark.django_db(transaction=True)
LISTEN = """
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
LoadModule proxy_module {modules}/mod_proxy.so
LoadModule proxy_http_module {modules}/mod_proxy_http.so
Include {folder}/localhost.conf
"""


class Research(BaseHTTPRequestHandler):
    """A system that knows nothing of us: links without a host, a cookie, a redirect to itself."""

    def do_GET(self) -> None:
        if self.path == "/":
            self.send_response(302)
            self.send_header("Location", f"http://{self.headers['Host']}/projects?page=2")
            self.send_header("Set-Cookie", "seen=1; Path=/")
            self.end_headers()
            return
        text = f"<h1>科研系统</h1><p>{self.path}</p><p id=cookie>{self.headers.get('Cookie', '')}</p>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def research_system() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Research)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Gate:
    url: str
    folder: Path
    campus: str

    def opened(self) -> list[list[str]]:
        """Lines of its log of who got a page of the system."""
        lines = [line.split() for line in (self.folder / "localhost.log").read_text().splitlines()]
        return [line for line in lines if line[5] == "200"]


@pytest.fixture
def gate(school: School, live_server, monkeypatch) -> Iterator[Gate]:
    monkeypatch.setattr(addresses, "issuer", lambda: live_server.url)
    monkeypatch.setattr(web_gates, "campus", lambda: live_server.url)
    keys.forget_signer()  # the table of the test before was emptied
    (port,) = free_ports(1)
    url = f"http://localhost:{port}"
    made = register_application(
        by=SYSTEM, key="kyxt", name="科研系统", owner="科研处", attributes=["campusNo", "eduPersonAffiliation"]
    )
    add_rule(by=SYSTEM, application=made, effect="allow", affiliation_kind="staff", reason="仅限教职工")
    said = clients.Registration(redirect_uris=[f"{url}/nanhu-callback"], requires_pkce=True)
    client, secret = clients.register(by=SYSTEM, application=made, registration=said)
    for number in ("T1", "S1"):
        school.client(number)
    with research_system() as inside, open_folder() as folder:
        school.resource(address=f"http://127.0.0.1:{inside}/", web_address=url)
        (folder / "localhost.client").write_text(
            f"OIDCClientID {client.client_id}\nOIDCClientSecret {secret}\nOIDCCryptoPassphrase reeds-on-the-south-lake\n"
        )
        for name, text in web_gates.files(str(folder)).items():
            (folder / name).write_text(text)
        apaches.give_to_apache(folder)
        body = LISTEN.format(port=port, modules=apaches.MODULES, folder=folder)
        server = apaches.start(folder, module="mod_auth_openidc", body=body, probe=url)
        try:
            yield Gate(url, folder, live_server.url)
        finally:
            server.stop()


def sign_in(page: Page, gate: Gate, number: str) -> None:
    page.goto(gate.url)
    assert page.url.startswith(f"{gate.campus}/sign-in"), "nothing of the system is seen before one has signed in"
    page.get_by_label("账号", exact=True).fill(number)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


@pytest.mark.capability("A156.3")
def test_a_system_is_opened_from_outside_by_staff_alone_and_its_log_says_by_whom(gate: Gate) -> None:
    with open_browser() as browser:
        teacher = browser.new_context(locale="zh-CN").new_page()
        sign_in(teacher, gate, "T1")
        teacher.wait_for_url(f"{gate.url}/projects?page=2", timeout=PATIENCE_SECONDS * 1000)
        assert "科研系统" in teacher.content()
        cookies = teacher.locator("#cookie").inner_text()
        assert ("seen=1" in cookies, "mod_auth_openidc" in cookies) == (True, False), (
            "that of the gate stays at the gate"
        )
        student = browser.new_context(locale="zh-CN").new_page()
        sign_in(student, gate, "S1")
        student.get_by_text("这个应用只对一部分人开放").first.wait_for(timeout=PATIENCE_SECONDS * 1000)
        assert not student.url.startswith(gate.url)
        student.goto(gate.url)
        assert student.locator("#cookie").count() == 0, "nothing of the system, this time either"
    opened = gate.opened()
    assert [line[2] for line in opened] == ["T1"] * len(opened)
    assert list(dict.fromkeys(line[4] for line in opened)) == ["/projects"]
