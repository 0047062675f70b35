"""The python-cas client, and an application built on it, against our CAS server over real HTTP."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
import requests
import time_machine
from cas import CASClient

from nanhu.emulators.office.app import OfficeApplication
from nanhu.kernel.clock import now
from nanhu.kernel.tests import outside
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.api import register_application
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import Application, SsoGrant
from nanhu.platforms.identity.services import logout_engine
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, Member, make_member
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """The test's output stays readable."""


@pytest.fixture
def teacher() -> Member:
    member = make_member("欧阳修文", "430602198001011119", "13973054321", staff="T00123", student="20250999")
    open_accounts(by=TEST, person_ids=[member.person_id])
    identity_sample.set_password_for_sample(by=TEST, campus_no="T00123", password=PASSWORD)
    return member


@pytest.fixture
def office(live_server) -> Iterator[str]:
    """The OA application on a port of its own, registered with the university."""
    server = make_server("127.0.0.1", 0, lambda *_: [], server_class=WSGIServer, handler_class=Quiet)
    address = f"http://127.0.0.1:{server.server_port}"
    server.set_app(OfficeApplication(cas_url=f"{live_server.url}/cas/", public_url=address))
    register_application(
        by=TEST,
        key="office",
        name="OA 办公系统",
        owner="学校办公室",
        service_prefix=f"{address}/",
        attributes=["displayName", "campusNo", "department", "eduPersonAffiliation"],
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def client(live_server, office) -> CASClient:
    return client_for(live_server, f"{office}/login")


def client_for(live_server, service: str, **options: object) -> CASClient:
    return CASClient(version=3, service_url=service, server_url=f"{live_server.url}/cas/", **options)


def walk_in(browser: requests.Session, address: str, *, name: str = "T00123") -> requests.Response:
    """Follow `address` to the sign-in form and send it; the answer where the redirects end, not followed off it."""
    page = browser.get(address)
    token = CSRF.search(page.text)
    assert token, page.text
    form = {"username": name, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    return browser.post(page.url, form, headers={"Referer": page.url}, allow_redirects=False)


def ticket_in(response: requests.Response) -> str:
    assert response.status_code == 302, response.text
    return parse_qs(urlsplit(response.headers["Location"]).query)["ticket"][0]


def next_ticket(browser: requests.Session, client: CASClient) -> str:
    return ticket_in(browser.get(client.get_login_url(), allow_redirects=False))


def test_a_ticket_is_issued_validated_once_and_refused_again(client, teacher):
    with requests.Session() as browser:
        ticket = ticket_in(walk_in(browser, client.get_login_url()))

    user, attributes, _pgtiou = client.verify_ticket(ticket)
    assert user == "T00123"
    assert attributes["displayName"] == "欧阳修文"
    assert attributes["department"] == "计算机学院"
    assert set(attributes["eduPersonAffiliation"]) == {"staff", "employee", "member", "student"}
    assert attributes["isFromNewLogin"] == "true"
    assert client.verify_ticket(ticket)[0] is None


@pytest.mark.capability("A002.3", "A046.4")
@pytest.mark.parametrize(
    ("version", "has_attributes"), [(1, False), (2, True), (3, True), ("CAS_2_SAML_1_0", True)], ids=str
)
def test_every_version_of_the_protocol_signs_in(live_server, office, teacher, version, has_attributes):
    client = CASClient(version=version, service_url=f"{office}/login", server_url=f"{live_server.url}/cas/")
    with requests.Session() as browser:
        ticket = ticket_in(walk_in(browser, client.get_login_url()))
    user, attributes, _pgtiou = client.verify_ticket(ticket)
    assert user == "T00123"
    assert bool(attributes) == has_attributes
    if has_attributes:
        assert attributes["displayName"] == "欧阳修文"
        assert set(attributes["eduPersonAffiliation"]) == {"staff", "employee", "member", "student"}
    assert client.verify_ticket(ticket)[0] is None


@pytest.mark.parametrize("version", [2, 3])
def test_a_proxy_ticket_is_asked_for_and_validated(live_server, office, teacher, version):
    """python-cas as the proxying application and as the one behind it."""
    register_application(
        by=TEST, key="mail", name="邮箱", owner="信息中心", service_prefix="https://mail.example.edu.cn/"
    )
    with outside.application() as call_back:
        Application.objects.filter(key="office").update(proxy_prefixes=[call_back.address], proxy_targets=["mail"])
        client = CASClient(
            version=version,
            service_url=f"{office}/login",
            server_url=f"{live_server.url}/cas/",
            proxy_callback=call_back.address + "pgt",
        )
        with requests.Session() as browser:
            ticket = ticket_in(walk_in(browser, client.get_login_url()))
        user, _attributes, iou = client.verify_ticket(ticket)
        brought = call_back.queries()[0]
    assert (user, [iou]) == ("T00123", brought["pgtIou"])

    mail = CASClient(version=version, service_url="https://mail.example.edu.cn/", server_url=f"{live_server.url}/cas/")
    proxied = mail.get_proxy_ticket(brought["pgtId"][0])
    assert mail.verify_ticket(proxied)[0] is None, "a proxy ticket is none of serviceValidate"
    mail.url_suffix = "proxyValidate" if version == 2 else "p3/proxyValidate"
    assert mail.verify_ticket(mail.get_proxy_ticket(brought["pgtId"][0]))[0] == "T00123"


def test_a_ticket_for_one_service_is_worth_nothing_at_another(live_server, client, office, teacher):
    with requests.Session() as browser:
        ticket = ticket_in(walk_in(browser, client.get_login_url()))
    assert client_for(live_server, f"{office}/elsewhere").verify_ticket(ticket)[0] is None
    assert client.verify_ticket(ticket)[0] is None


def test_an_expired_ticket_is_refused(client, teacher):
    with requests.Session() as browser:
        ticket = ticket_in(walk_in(browser, client.get_login_url()))
    with time_machine.travel(now() + timedelta(seconds=11), tick=True):
        assert client.verify_ticket(ticket)[0] is None


def test_a_service_nobody_registered_gets_no_redirect(live_server, office, teacher):
    answer = requests.get(
        client_for(live_server, "https://evil.example.com/").get_login_url(),
        allow_redirects=False,
        timeout=PATIENCE_SECONDS,
    )
    assert answer.status_code == 403
    assert "Location" not in answer.headers


def test_single_sign_on_asks_for_no_second_password_and_renew_does(live_server, client, office, teacher):
    strict = client_for(live_server, f"{office}/login", renew=True)
    with requests.Session() as browser:
        walk_in(browser, client.get_login_url())
        ticket = next_ticket(browser, client)
        _user, attributes, _pgtiou = client.verify_ticket(ticket)
        assert attributes["isFromNewLogin"] == "false"

        assert browser.get(strict.get_login_url(), allow_redirects=False).status_code == 200
        again = ticket_in(walk_in(browser, strict.get_login_url()))
        assert strict.verify_ticket(again)[1]["isFromNewLogin"] == "true"


def test_gateway_asks_without_showing_a_page(live_server, office, teacher):
    gateway = client_for(live_server, f"{office}/login", extra_login_params={"gateway": "true"})
    with requests.Session() as browser:
        silent = browser.get(gateway.get_login_url(), allow_redirects=False)
        assert (silent.status_code, silent.headers["Location"]) == (302, f"{office}/login")
        walk_in(browser, gateway.get_login_url().replace("&gateway=true", ""))
        assert next_ticket(browser, gateway).startswith("ST-")


def test_logout_ends_single_sign_on(client, teacher, office):
    with requests.Session() as browser:
        walk_in(browser, client.get_login_url())
        out = browser.get(client.get_logout_url(redirect_url=f"{office}/"), allow_redirects=False)
        assert (out.status_code, out.headers["Location"]) == (302, f"{office}/")
        assert browser.get(client.get_login_url(), allow_redirects=False).status_code == 200


@pytest.mark.capability("A046.1")
def test_the_office_application_opens_by_one_click_and_closes_with_the_portal(live_server, office, teacher):
    with requests.Session() as browser:
        walk_in(browser, f"{live_server.url}/sign-in?next=/account")

        home = browser.get(f"{office}/")
        assert home.url == f"{office}/"
        assert "您好，欧阳修文" in home.text
        assert "计算机学院" in home.text
        assert "待办公文" in home.text

        page = browser.get(f"{live_server.url}/account/sessions")
        token = CSRF.search(page.text)
        headers = {"Referer": page.url}
        browser.post(f"{live_server.url}/sign-out", {"csrfmiddlewaretoken": token[1]}, headers=headers)
        grant = SsoGrant.objects.get()
        assert grant.logout == "waiting"
        logout_engine.notify_due()

        grant.refresh_from_db()
        assert (grant.logout, grant.logout_error) == ("notified", "")
        asked = browser.get(f"{office}/")
        assert asked.url.startswith(f"{live_server.url}/cas/login"), "the office asks to sign in again"


def test_an_application_that_is_down_is_told_again_and_shown_as_unreachable(live_server, office, teacher):
    with requests.Session() as browser:
        walk_in(browser, f"{live_server.url}/sign-in?next=/account")
        browser.get(f"{office}/")
    Application.objects.update(logout_url="http://127.0.0.1:9/login")
    asked = now()
    SsoGrant.objects.update(logout="waiting", logout_requested_at=asked, logout_due_at=asked)
    logout_engine.notify_due()

    grant = SsoGrant.objects.get()
    assert (grant.logout, grant.logout_attempts) == ("waiting", 1)
    assert "refused" in grant.logout_error
    with time_machine.travel(asked + timedelta(hours=23), tick=True):
        logout_engine.notify_due()
        grant.refresh_from_db()
        assert (grant.logout, grant.logout_attempts) == ("waiting", 2)
    with time_machine.travel(asked + timedelta(hours=24, minutes=20), tick=True):
        logout_engine.notify_due()
    grant.refresh_from_db()
    assert grant.logout == "unreachable"


def test_the_office_refuses_a_ticket_that_is_none_of_its(live_server, office, teacher):
    answer = requests.get(f"{office}/login?ticket=ST-forged", timeout=PATIENCE_SECONDS)
    assert answer.status_code == 403
    assert "票据无效" in answer.text
