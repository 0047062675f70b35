"""pysaml2's own service provider as a second client: another reader of our messages, by every binding we offer."""

import base64
import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, BINDING_SOAP
from saml2.client import Saml2Client
from saml2.config import SPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAMEID_FORMAT_PERSISTENT

from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import SsoGrant, SsoSession
from nanhu.platforms.identity.protocols.saml import addresses
from nanhu.platforms.identity.protocols.saml.services import partners
from nanhu.platforms.identity.protocols.saml.services.keys import BITS, pair_of
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, make_member
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the client's own making
]
SP = "http://127.0.0.1:9/pysaml2"
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
FORM = re.compile(r'<form action="([^"]*)" method="post" data-submit-at-once>')
FIELD = re.compile(r'<input type="hidden" name="(SAML\w+|RelayState)" value="([^"]*)"')
ATTRIBUTES = ("eduPersonScopedAffiliation", "eduPersonPrincipalName", "eduPersonTargetedID", "displayName", "mail")


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
def client(idp, teacher, tmp_path: Path) -> Saml2Client:
    pair = pair_of(rsa.generate_private_key(public_exponent=65537, key_size=BITS))
    key, certificate = tmp_path / "sp.key", tmp_path / "sp.crt"
    key.write_text(pair.key)
    certificate.write_text(pair.certificate)
    config = SPConfig().load(
        {
            "entityid": SP,
            "key_file": str(key),
            "cert_file": str(certificate),
            "encryption_keypairs": [{"key_file": str(key), "cert_file": str(certificate)}],
            "xmlsec_binary": "/usr/bin/xmlsec1",
            "metadata": {"inline": [requests.get(idp, timeout=PATIENCE_SECONDS).text]},
            "service": {
                "sp": {
                    "endpoints": {
                        "assertion_consumer_service": [(f"{SP}/acs", BINDING_HTTP_POST)],
                        "single_logout_service": [
                            (f"{SP}/slo", BINDING_HTTP_REDIRECT),
                            (f"{SP}/slo", BINDING_HTTP_POST),
                        ],
                    },
                    "authn_requests_signed": True,
                    "logout_requests_signed": True,
                    "want_response_signed": True,
                    "want_assertions_signed": True,
                    "allow_unsolicited": True,
                    "name_id_format": [NAMEID_FORMAT_PERSISTENT],
                }
            },
        }
    )
    application = register_application(by=TEST, key="py", name="数据平台", owner="信息中心", attributes=ATTRIBUTES)
    partners.paste(by=TEST, application=application, text=str(entity_descriptor(config)))
    return Saml2Client(config=config)


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def ask(client: Saml2Client, idp: str, binding: str) -> tuple[str, dict]:
    return client.prepare_for_authenticate(
        entityid=idp, binding=binding, relay_state="shelf", nameid_format=NAMEID_FORMAT_PERSISTENT
    )


def send(browser: requests.Session, how: dict) -> requests.Response:
    """What a browser does with what the client hands out: follow the address, or send the form."""
    if how["method"] == "GET":
        return browser.get(dict(how["headers"])["Location"])
    text = how["data"]
    fields = dict(re.findall(r'name="(SAML\w+|RelayState)" value="([^"]*)"', text))
    return browser.post(how["url"], {name: html.unescape(value) for name, value in fields.items()})


def signed_in(browser: requests.Session, page: requests.Response) -> requests.Response:
    """Through the sign-in page, to the page that sends itself."""
    token = CSRF.search(page.text)
    assert token, page.text[:2000]
    after = re.search(r'name="next" value="([^"]*)"', page.text)
    form = {
        "username": "T00123",
        "password": PASSWORD,
        "csrfmiddlewaretoken": token[1],
        "next": html.unescape(after[1]),
    }
    return browser.post(page.url, form, headers={"Referer": page.url})


def handed(page: requests.Response) -> tuple[str, dict[str, str]]:
    form = FORM.search(page.text)
    assert form, page.text[:2000]
    return html.unescape(form[1]), {name: html.unescape(value) for name, value in FIELD.findall(page.text)}


def session_of(client: Saml2Client, page: requests.Response, request_id: str = ""):
    address, fields = handed(page)
    assert address == f"{SP}/acs"
    known = {request_id: "/"} if request_id else {}
    return client.parse_authn_request_response(fields["SAMLResponse"], BINDING_HTTP_POST, known)


@pytest.mark.capability("A002.3", "A046.4")
@pytest.mark.parametrize("binding", [BINDING_HTTP_REDIRECT, BINDING_HTTP_POST])
def test_it_reads_what_we_say(client, idp, browser, binding):
    request_id, how = ask(client, idp, binding)
    page = signed_in(browser, send(browser, how))
    answer = session_of(client, page, request_id)

    said = answer.session_info()
    assert said["ava"]["displayName"] == ["欧阳修文"]
    assert "student@hnist.edu.cn" in said["ava"]["eduPersonScopedAffiliation"]
    assert said["name_id"].format == NAMEID_FORMAT_PERSISTENT
    assert said["issuer"] == idp
    assert answer.assertion.signature is not None
    assert answer.response.signature is not None
    assert b":EncryptedAssertion" in base64.b64decode(handed(page)[1]["SAMLResponse"])


def test_it_takes_an_unsolicited_answer(client, idp, browser, live_server):
    page = signed_in(browser, browser.get(f"{live_server.url}/saml/start", params={"entity": SP}))
    assert session_of(client, page).session_info()["ava"]["mail"] == ["someone@example.edu.cn"]


@pytest.mark.parametrize("binding", [BINDING_HTTP_REDIRECT, BINDING_HTTP_POST, BINDING_SOAP])
def test_its_logout_ends_our_session_and_it_reads_our_answer(client, idp, browser, binding):
    request_id, how = ask(client, idp, BINDING_HTTP_REDIRECT)
    said = session_of(client, signed_in(browser, send(browser, how)), request_id).session_info()
    assert SsoSession.objects.filter(ended_at=None).exists()

    calls = client.do_logout(said["name_id"], [idp], reason="", expire=None, sign=True, expected_binding=binding)

    if binding == BINDING_SOAP:
        answer = calls[idp][1] if isinstance(calls[idp], tuple) else calls[idp]
        assert answer.status_ok() if hasattr(answer, "status_ok") else answer
    else:
        page = send_logout(browser, calls[idp][1])
        answer = client.parse_logout_request_response(page, binding)
        assert answer.response.status.status_code.value.endswith(":Success")
    assert not SsoSession.objects.filter(ended_at=None).exists()
    assert SsoGrant.objects.get().logout == "done"


def send_logout(browser: requests.Session, how: dict) -> str:
    """The answer as it comes back to the client: in an address, or in a form."""
    if how["method"] == "GET":
        page = browser.get(dict(how["headers"])["Location"], allow_redirects=False)
        assert page.status_code == 302, page.text[:2000]
        query = requests.utils.urlparse(page.headers["Location"]).query
        return requests.utils.unquote(dict(part.split("=", 1) for part in query.split("&"))["SAMLResponse"])
    return handed(send(browser, how))[1]["SAMLResponse"]
