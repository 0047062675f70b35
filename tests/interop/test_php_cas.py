"""Debian's phpCAS with the very snippet that the registry prints: its session is over after the sign-out."""

import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import SsoGrant
from nanhu.platforms.identity.protocols.cas import snippets
from nanhu.platforms.identity.services import logout_engine
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.services.logout_ledger import lines_of
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, make_member
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_ports
from tests.conftest import open_folder
from tests.interop.dovecot import is_open
from tests.interop.freeradius import certify

pytestmark = pytest.mark.django_db(transaction=True)
HOST = "campus.localhost"
"""A name that curl leads to this machine, and that this machine's address does not lead back to."""
WHO = "echo 'user=' . $user . \"\\n\";\n"
OTHERS_CA = "/etc/ssl/certs/ca-certificates.crt"


class TlsLine(threading.Thread):
    """phpCAS knows no server without TLS: one in front of the test's, which carries bytes to and fro."""

    def __init__(self, certs: Path, port: int, target: int) -> None:
        super().__init__(daemon=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certs / "nanhu.pem", certs / "nanhu.key")
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", port))

    def run(self) -> None:
        with suppress(OSError):
            while True:
                line, _peer = self.listener.accept()
                threading.Thread(target=self.serve, args=[line], daemon=True).start()

    def serve(self, line: socket.socket) -> None:
        with suppress(OSError), closing(line):
            here = self.context.wrap_socket(line, server_side=True)
            there = socket.create_connection(("127.0.0.1", self.target))
            back = threading.Thread(target=self.carry, args=[there, here], daemon=True)
            back.start()
            self.carry(here, there)
            back.join(timeout=PATIENCE_SECONDS)

    def carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def stop(self) -> None:
        self.listener.close()


@pytest.fixture
def named(monkeypatch, settings) -> None:
    """For the browser and for us."""
    found = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *more, **facts: found("127.0.0.1" if host == HOST else host, *more, **facts)
    )
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, HOST]
    settings.CSRF_TRUSTED_ORIGINS = [*settings.CSRF_TRUSTED_ORIGINS, f"https://{HOST}"]


@pytest.fixture
def site(live_server, monkeypatch, named, request) -> Iterator[tuple[str, str, Path]]:
    """The application, the identity provider as it is seen from outside, and the authority to trust. A parameter stands in the
    snippet in place of the `false` that is printed."""
    with open_folder() as folder:  # its php.log says what went wrong
        (folder / "certs").mkdir()
        certify(folder / "certs", name=HOST)
        php_port, tls_port = free_ports(2)
        campus, root = f"https://{HOST}:{tls_port}", f"http://127.0.0.1:{php_port}"
        monkeypatch.setattr(snippets, "configuration", lambda: replace(configuration_of_the_house(), public_url=campus))
        application = register_application(
            by=TEST, key="php", name="PHP 应用", owner="信息中心", service_prefix=f"{root}/", attributes=[]
        )
        [snippet] = [one.text for one in snippets.snippets_for(application) if one.client == "phpCAS"]
        assert OTHERS_CA in snippet
        snippet = snippet.replace("Requests(false)", f"Requests({getattr(request, 'param', 'false')})")
        authority = folder / "certs" / "nanhu-ca.pem"
        (folder / "index.php").write_text(snippet.replace(OTHERS_CA, str(authority)) + WHO)
        (folder / "sessions").mkdir()
        line = TlsLine(folder / "certs", tls_port, urlsplit(live_server.url).port)
        line.start()
        options = ["-d", f"session.save_path={folder}/sessions", "-d", "include_path=.:/usr/share/php"]
        with (folder / "php.log").open("wb") as log:
            php = subprocess.Popen(
                dying_with_parent(["php", *options, "-S", f"127.0.0.1:{php_port}", "-t", str(folder)]),
                stdout=log,
                stderr=log,
            )
        try:
            wait_for(php_port)
            yield root, campus, authority
        finally:
            php.terminate()
            php.wait(timeout=PATIENCE_SECONDS)
            line.stop()


def configuration_of_the_house():
    from nanhu.kernel.configuration import configuration

    return configuration()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_open(port):
        if time.monotonic() > deadline:
            raise RuntimeError("php does not answer")
        time.sleep(0.05)


def in_and_out(root: str, campus: str, authority: Path) -> requests.Response:
    """What the application answers after the sign-out to who was signed in there."""
    member = make_member("欧阳修文", "430602198001011119", "13973054321", staff="T00123")
    open_accounts(by=TEST, person_ids=[member.person_id])
    identity_sample.set_password_for_sample(by=TEST, campus_no="T00123", password=PASSWORD)
    browser = requests.Session()
    browser.verify, browser.trust_env = str(authority), False

    page = browser.get(f"{root}/index.php")
    assert page.url.startswith(f"{campus}/cas/login"), page.text[:500]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
    typed = {"username": "T00123", "password": PASSWORD, "csrfmiddlewaretoken": token}
    page = browser.post(page.url, typed, headers={"Referer": page.url})
    assert (page.url.split("?")[0], page.text) == (f"{root}/index.php", "user=T00123\n"), page.status_code
    assert browser.get(f"{root}/index.php", allow_redirects=False).status_code == 200

    account = browser.get(f"{campus}/account")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', account.text)[1]
    browser.post(f"{campus}/sign-out", {"csrfmiddlewaretoken": token}, headers={"Referer": account.url})
    logout_engine.notify_due()
    return browser.get(f"{root}/index.php", allow_redirects=False)


def test_the_printed_snippet_signs_in_and_its_session_ends_with_the_sign_out(site):
    root, campus, authority = site
    again = in_and_out(root, campus, authority)
    assert again.status_code == 302, "its own session is over"
    assert again.headers["Location"].startswith(f"{campus}/cas/login")
    grant = SsoGrant.objects.get()
    assert grant.logout == "notified", "CAS knows no acknowledgement"
    [line] = lines_of([grant.session_id])[grant.session_id]
    assert str(line.text) == "已通知"


@pytest.mark.parametrize("site", [f"true, ['{HOST}']"], indirect=True)
def test_with_the_host_in_its_list_phpcas_lets_the_session_live_on(site):
    """Why the snippet has no list: the notice comes from an address whose reverse name is another, as behind most names of a school."""
    assert in_and_out(*site).status_code == 200
