"""The Shibboleth SP (mod_shib and shibd), as CARSI's partners run it, through a real browser: both ways in, both ways out."""

import base64
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests
from defusedxml.ElementTree import fromstring
from django.db import connection
from playwright.sync_api import Page, Request

from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import SsoGrant, SsoSession
from nanhu.platforms.identity.protocols.saml import addresses
from nanhu.platforms.identity.protocols.saml.services import partners
from nanhu.platforms.identity.services import logout_engine
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, make_member
from nanhu.testing.browsers import open_browser
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_ports
from tests.conftest import open_folder
from tests.interop import shibboleth

pytestmark = pytest.mark.django_db(transaction=True)
ATTRIBUTES = (
    "eduPersonScopedAffiliation",
    "eduPersonPrincipalName",
    "eduPersonTargetedID",
    "pairwise-id",
    "displayName",
)


def aside(work: Callable[[], object]) -> object:
    """Run in a thread of its own: the browser's loop stands in this one, where Django refuses to ask the database."""

    def run() -> object:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(run).result(timeout=PATIENCE_SECONDS)


@pytest.fixture
def teacher() -> None:
    member = make_member("欧阳修文", "430602198001011119", "13973054321", staff="T00123", student="20250999")
    open_accounts(by=TEST, person_ids=[member.person_id])
    identity_sample.set_password_for_sample(by=TEST, campus_no="T00123", password=PASSWORD)


@pytest.fixture
def idp(live_server, monkeypatch) -> str:
    here = replace(configuration(), public_url=live_server.url)
    monkeypatch.setattr(addresses, "configuration", lambda: here)
    return f"{live_server.url}/saml/metadata"


@pytest.fixture
def sp(idp, teacher) -> Iterator[shibboleth.Shibboleth]:
    with open_folder() as folder:
        metadata = requests.get(idp, timeout=PATIENCE_SECONDS).text
        running = shibboleth.start(folder, free_ports(1)[0], idp=idp, idp_metadata=metadata)
        application = register_application(by=TEST, key="shelf", name="电子书架", owner="图书馆", attributes=ATTRIBUTES)
        partners.paste(by=TEST, application=application, text=running.metadata())
        try:
            yield running
        finally:
            running.stop()


class Office(BaseHTTPRequestHandler):
    """An application behind CAS: it keeps the tickets it is handed and the logouts it is told."""

    heard: list[str]

    def do_GET(self) -> None:
        self.heard.append(self.path)
        self.reply()

    def do_POST(self) -> None:
        self.heard.append(unquote(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.reply()

    def reply(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_arguments: object) -> None:
        """The test's output stays readable."""


@pytest.fixture
def office(live_server) -> Iterator[tuple[str, list[str]]]:
    heard: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("ThisOffice", (Office,), {"heard": heard}))
    address = f"http://127.0.0.1:{server.server_port}/office"
    register_application(by=TEST, key="office", name="OA", owner="学校办公室", service_prefix=address)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address, heard
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def page() -> Iterator[Page]:
    with open_browser() as browser:
        page = browser.new_context(locale="zh-CN").new_page()
        yield page


def sign_in(page: Page, sp: shibboleth.Shibboleth) -> dict[str, str]:
    """Open the protected page; sign in where we are asked to; what the page behind the SP sees."""
    page.goto(f"{sp.url}/secure")
    if "/sign-in" in page.url:
        page.locator("[name=username]").fill("T00123")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=password]").press("Enter")
    try:
        page.wait_for_url(f"{sp.url}/secure")
    except Exception as error:
        raise AssertionError(f"{page.url}\n{page.content()[:3000]}\n{sp.log()}") from error
    return shibboleth.facts_in(page.locator("body").inner_text())


def test_attributes_arrive_encrypted_by_a_signed_request(sp, page):
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))  # noqa: PLW0108 - it wants a function it can write on
    seen = sign_in(page, sp)

    assert set(seen["affiliation"].split(";")) >= {"member@hnist.edu.cn", "student@hnist.edu.cn"}
    assert seen["eppn"] == seen["REMOTE_USER"] == "t00123@hnist.edu.cn"
    assert re.fullmatch(r"[a-z2-7]{52}@hnist\.edu\.cn", seen["pairwise_id"])
    assert seen["persistent_id"].split("!")[-1] == seen["pairwise_id"].split("@")[0]
    assert seen["displayName"] == "欧阳修文"
    assert seen["Shib_AuthnContext_Class"].endswith(":PasswordProtectedTransport")
    asked = next(one.url for one in sent if "/saml/sso?" in one.url)
    assert "&SigAlg=" in asked
    assert "&Signature=" in asked
    posted = next(one.post_data or "" for one in sent if one.url == f"{sp.url}/Shibboleth.sso/SAML2/POST")
    response = base64.b64decode(parse_qs(posted)["SAMLResponse"][0]).decode()
    assert ":EncryptedAssertion" in response
    assert "xmlenc11#aes128-gcm" in response
    assert "displayName" not in response
    grant = aside(SsoGrant.objects.get)
    assert (grant.protocol, grant.facts["entity_id"]) == ("saml", sp.entity_id)


def test_signed_in_already_nobody_is_asked_again_and_names_last(sp, page):
    first = sign_in(page, sp)
    page.context.clear_cookies(domain="127.0.0.1")
    page.goto(f"{sp.url}/secure")
    page.wait_for_url(f"{sp.url}/secure")
    second = shibboleth.facts_in(page.locator("body").inner_text())
    assert first["Shib_Session_ID"] != second["Shib_Session_ID"]
    assert first["persistent_id"] == second["persistent_id"]


def test_logout_at_the_partner_ends_our_session_and_the_cas_application_too(sp, office, page, live_server):
    service, heard = office
    sign_in(page, sp)
    page.goto(f"{live_server.url}/cas/login?service={service}")
    ticket = parse_qs(urlsplit(heard[-1] if "ticket=" in heard[-1] else page.url).query)["ticket"][0]
    told = requests.get(
        f"{live_server.url}/cas/p3/serviceValidate", {"service": service, "ticket": ticket}, timeout=PATIENCE_SECONDS
    ).text
    assert "T00123" in told

    page.goto(f"{sp.url}/Shibboleth.sso/Logout")
    page.wait_for_url(f"{sp.url}/**")

    assert "Logout was successful" in page.content() or "logout" in page.content().lower(), page.content()
    assert aside(lambda: SsoSession.objects.get().ended_how) == "signed_out"
    aside(logout_engine.notify_due)
    assert any(ticket in one and "LogoutRequest" in one for one in heard)
    assert aside(lambda: dict(SsoGrant.objects.values_list("protocol", "logout"))) == {
        "saml": "done",
        "cas": "notified",
    }
    page.goto(f"{live_server.url}/account")
    assert "/sign-in" in page.url


def test_signing_out_here_ends_the_session_there_behind_the_browser(sp, page, live_server):
    seen = sign_in(page, sp)
    page.goto(f"{sp.url}/secure")
    assert shibboleth.facts_in(page.locator("body").inner_text())["Shib_Session_ID"] == seen["Shib_Session_ID"]

    page.goto(f"{live_server.url}/account/sessions")
    page.evaluate("document.querySelector(\"form[action='/sign-out']\").requestSubmit()")
    page.wait_for_url("**/signed-out")
    aside(logout_engine.notify_due)

    grant = aside(SsoGrant.objects.get)
    assert (grant.logout, grant.logout_error) == ("done", ""), sp.log()
    page.goto(f"{sp.url}/secure")
    assert "/sign-in" in page.url, "shibd asks again: its own session is gone"


def test_its_metadata_is_what_we_read_it_to_be(sp, page):
    root = fromstring(sp.metadata())
    entity = aside(lambda: partners.partner_with(sp.entity_id))
    assert root.get("entityID") == entity.entity_id
    assert entity.facts.signs_requests
    assert entity.facts.encryption
    assert entity.facts.encryption[0].methods, "it names the ciphers it reads"
