"""Apache with mod_auth_cas, driven by Chromium: attributes in Chinese, CAS 3.0 and SAML 1.1, and a logout that is one."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from playwright.sync_api import Page

from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import SsoGrant
from nanhu.platforms.identity.services import logout_engine
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, make_member
from nanhu.testing.browsers import open_browser
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_ports
from tests.conftest import open_folder
from tests.interop import apache_cas

pytestmark = pytest.mark.django_db(transaction=True)
ATTRIBUTES = ("displayName", "department", "eduPersonAffiliation")


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
def teacher() -> None:
    member = make_member("欧阳修文", "430602198001011119", "13973054321", staff="T00123", student="20250999")
    open_accounts(by=TEST, person_ids=[member.person_id])
    identity_sample.set_password_for_sample(by=TEST, campus_no="T00123", password=PASSWORD)


@pytest.fixture
def apache(live_server, teacher) -> Iterator[apache_cas.ApacheWithCas]:
    with open_folder() as folder:
        running = apache_cas.start(folder, cas=f"{live_server.url}/cas", ports=free_ports(2))
        for key, address in (("apache", running.url), ("saml", running.saml_url)):
            register_application(
                by=TEST, key=key, name=key, owner="信息中心", service_prefix=f"{address}/", attributes=ATTRIBUTES
            )
        try:
            yield running
        finally:
            running.stop()


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


def test_a_browser_signs_in_and_apache_knows_who_it_is(apache, live_server, page):
    page.goto(apache.url + "/who?x=1&y=%E5%8D%97%E6%B9%96")
    assert page.url.startswith(f"{live_server.url}/cas/login")
    sign_in(page)
    page.wait_for_url(apache.url + "/who*")

    known = who(page)
    assert known["REMOTE_USER"] == "T00123"
    assert known["HTTP_CAS_DISPLAYNAME"] == "欧阳修文"
    assert known["HTTP_CAS_DEPARTMENT"] == "计算机学院"
    assert set(known["HTTP_CAS_EDUPERSONAFFILIATION"].split(",")) == {"staff", "employee", "member", "student"}
    assert "ticket=" not in page.url, "mod_auth_cas takes the ticket out of the address"

    with page.expect_request(lambda request: request.url.startswith(f"{apache.saml_url}/who?ticket=")):
        page.goto(apache.saml_url + "/who")
    known = who(page)
    assert known["REMOTE_USER"] == "T00123", "SAML 1.1, without a second sign-in"
    assert known["HTTP_CAS_DISPLAYNAME"] == "欧阳修文"
    assert set(known["HTTP_CAS_EDUPERSONAFFILIATION"].split(",")) == {"staff", "employee", "member", "student"}


def test_single_logout_ends_the_session_that_apache_keeps(apache, live_server, page):
    page.goto(apache.url + "/who")
    sign_in(page)
    page.wait_for_url(apache.url + "/who*")
    page.goto(apache.saml_url + "/who")
    assert apache.sessions() > 0

    page.goto(f"{live_server.url}/me/")
    page.locator("main form[action='/sign-out'] button").click()
    page.wait_for_url(f"{live_server.url}/signed-out")
    aside(logout_engine.notify_due)

    states = aside(lambda: list(SsoGrant.objects.values_list("logout", "logout_error")))
    assert states == [("notified", ""), ("notified", "")], apache.log()
    for address in (apache.url, apache.saml_url):
        page.goto(address + "/who")
        assert page.url.startswith(f"{live_server.url}/cas/login"), "Apache asks to sign in again"
