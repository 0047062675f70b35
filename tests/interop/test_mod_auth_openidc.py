"""Apache with mod_auth_openidc, driven by Chromium: discovery, PKCE, claims in Chinese, and logouts in both directions."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Page

from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import SsoGrant
from nanhu.platforms.identity.protocols.oidc import addresses
from nanhu.platforms.identity.protocols.oidc.models import AuthorizationCode
from nanhu.platforms.identity.protocols.oidc.services import clients, keys
from nanhu.platforms.identity.services import logout_engine
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, make_member
from nanhu.testing.browsers import open_browser
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_ports
from tests.conftest import open_folder
from tests.interop import apache as apaches

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = """#!/bin/sh
printf 'Content-Type: text/plain; charset=utf-8\\r\\n\\r\\n'
env | grep -E '^(REMOTE_USER|OIDC_CLAIM_|OIDC_access|HTTP_OIDC_CLAIM_)' | sort
"""
CONFIGURATION = """
ServerName 127.0.0.1
DocumentRoot "{folder}/www"
Listen 127.0.0.1:{port}
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {secret}
OIDCRedirectURI {url}/callback
OIDCCryptoPassphrase reeds-on-the-south-lake
OIDCScope "openid profile email campus"
OIDCPKCEMethod S256
OIDCPassClaimsAs both none
OIDCSessionType server-cache
OIDCDefaultLoggedOutURL {url}/bye
OIDCResponseMode {mode}
<Directory "{folder}/www">
    Options +ExecCGI
    SetHandler cgi-script
    AuthType openid-connect
    Require valid-user
</Directory>
<Location /callback>
    AuthType openid-connect
    Require valid-user
</Location>
<Location /bye>
    Require all granted
</Location>
"""


@dataclass
class Apache:
    url: str
    server: apaches.Apache

    def log(self) -> str:
        return self.server.log()


def start(folder: Path, **facts: str) -> Apache:
    for name in ("who", "bye"):
        apaches.write_script(folder / "www" / name, SCRIPT)
    apaches.give_to_apache(folder)
    body = CONFIGURATION.format(folder=folder, **facts)
    server = apaches.start(folder, module="mod_auth_openidc", body=body, probe=facts["url"] + "/bye")
    return Apache(facts["url"], server)


def aside(work: Callable[[], object]) -> object:
    """On a thread of its own: the browser's loop stands in this one, where Django refuses to ask the database."""

    def run() -> object:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(run).result(timeout=PATIENCE_SECONDS)


@pytest.fixture
def teacher() -> str:
    member = make_member("欧阳修文", "430602198001011119", "13973054321", staff="T00123", student="20250999")
    open_accounts(by=TEST, person_ids=[member.person_id])
    identity_sample.set_password_for_sample(by=TEST, campus_no="T00123", password=PASSWORD)
    return str(member.account.person.public_id)


@pytest.fixture(params=["query", "form_post"])
def apache(request, live_server, teacher, monkeypatch) -> Iterator[Apache]:
    monkeypatch.setattr(addresses, "issuer", lambda: live_server.url)
    keys.forget_signer()  # the table of the test before was emptied
    (port,) = free_ports(1)
    url = f"http://localhost:{port}"  # the same site as ours: what a browser asks of a cookie that a form brings along
    record = register_application(
        by=TEST,
        key="apache",
        name="科研系统",
        owner="科研处",
        attributes=["displayName", "campusNo", "department", "mail", "eduPersonAffiliation"],
    )
    client, secret = clients.register(
        by=TEST,
        application=record,
        registration=clients.Registration(
            redirect_uris=[f"{url}/callback"],
            post_logout_redirect_uris=[f"{url}/bye"],
            backchannel_logout_uri=f"{url}/callback?logout=backchannel",
            requires_pkce=True,
        ),
    )
    facts = {"issuer": live_server.url, "client_id": client.client_id, "secret": secret, "url": url, "port": str(port)}
    with open_folder() as folder:
        running = start(folder, mode=request.param, **facts)
        try:
            yield running
        finally:
            running.server.stop()


@pytest.fixture
def page() -> Iterator[Page]:
    with open_browser() as browser:
        yield browser.new_context(locale="zh-CN").new_page()


def sign_in(page: Page) -> None:
    page.get_by_label("账号", exact=True).fill("T00123")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def who(page: Page) -> dict[str, str]:
    return dict(line.split("=", 1) for line in page.locator("pre").inner_text().splitlines())


def test_a_browser_signs_in_and_apache_knows_who_it_is(apache, live_server, page, teacher):
    page.goto(apache.url + "/who?x=%E5%8D%97%E6%B9%96")
    assert page.url.startswith(f"{live_server.url}/sign-in")
    sign_in(page)
    page.wait_for_url(apache.url + "/who*")

    known = who(page)
    assert known["REMOTE_USER"].startswith(f"{teacher}@")
    assert known["OIDC_CLAIM_name"] == "欧阳修文"
    assert known["OIDC_CLAIM_department"] == "计算机学院"
    assert known["OIDC_CLAIM_campus_no"] == "T00123"
    assert set(known["OIDC_CLAIM_affiliation"].split(",")) >= {"staff", "member", "student"}
    assert known["OIDC_CLAIM_iss"] == live_server.url
    assert known["OIDC_CLAIM_sub"] == teacher
    challenges = aside(lambda: list(AuthorizationCode.objects.values_list("challenge", flat=True)))
    assert challenges
    assert all(challenges), "PKCE was used"


def test_the_back_channel_ends_the_session_that_apache_keeps(apache, live_server, page):
    page.goto(apache.url + "/who")
    sign_in(page)
    page.wait_for_url(apache.url + "/who*")

    page.goto(f"{live_server.url}/me/")
    page.locator("main form[action='/sign-out'] button").click()
    page.wait_for_url(f"{live_server.url}/signed-out")
    page.goto(apache.url + "/who")
    assert "OIDC_CLAIM_name" in page.content(), "nobody has told Apache yet"
    aside(logout_engine.notify_due)

    states = aside(lambda: list(SsoGrant.objects.values_list("logout", "logout_error")))
    assert states == [("done", "")], apache.log()
    page.goto(apache.url + "/who")
    assert page.url.startswith(f"{live_server.url}/sign-in"), "Apache asks to sign in again"


def test_apache_may_end_it_all(apache, live_server, page):
    page.goto(apache.url + "/who")
    sign_in(page)
    page.wait_for_url(apache.url + "/who*")

    page.goto(f"{apache.url}/callback?logout={apache.url}/bye")
    page.wait_for_url(f"{apache.url}/bye*")
    page.goto(f"{live_server.url}/account")
    assert page.url.startswith(f"{live_server.url}/sign-in"), "the portal's session has ended too"
