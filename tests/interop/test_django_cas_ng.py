"""django-cas-ng in a process of its own: sign-in, attributes, proxy tickets through its call-back, single logout."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from defusedxml.ElementTree import fromstring

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import SsoGrant
from nanhu.platforms.identity.protocols.cas import snippets
from nanhu.platforms.identity.services import logout_engine
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, make_member
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_ports
from tests.conftest import open_folder

pytestmark = pytest.mark.django_db(transaction=True)
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
CAS = "{http://www.yale.edu/tp/cas}"
MAIL = "https://mail.example.edu.cn/inbox"


@pytest.fixture
def teacher() -> None:
    member = make_member("欧阳修文", "430602198001011119", "13973054321", staff="T00123", student="20250999")
    open_accounts(by=TEST, person_ids=[member.person_id])
    identity_sample.set_password_for_sample(by=TEST, campus_no="T00123", password=PASSWORD)


@pytest.fixture
def site(live_server, teacher, monkeypatch) -> Iterator[str]:
    port = free_ports(1)[0]
    address = f"http://127.0.0.1:{port}"
    register_application(
        by=TEST, key="mail", name="邮箱", owner="信息中心", service_prefix="https://mail.example.edu.cn/"
    )
    application = register_application(
        by=TEST,
        key="site",
        name="选课站",
        owner="教务处",
        service_prefix=f"{address}/",
        attributes=["displayName", "eduPersonAffiliation"],
        proxy_prefixes=[f"{address}/accounts/callback"],
        proxy_targets=["mail"],
    )
    here = replace(configuration(), public_url=live_server.url)
    monkeypatch.setattr(snippets, "configuration", lambda: here)
    [printed] = [one.text for one in snippets.snippets_for(application) if one.client == "django-cas-ng"]
    with open_folder() as folder, (folder / "site.log").open("wb") as log:
        (folder / "snippet.py").write_text(printed)
        process = subprocess.Popen(
            dying_with_parent(
                [
                    sys.executable,
                    str(Path(__file__).parent / "cas_ng_site.py"),
                    str(folder),
                    str(port),
                    f"{live_server.url}/cas/",
                ]
            ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            wait_until_open(address, process, folder)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)


def wait_until_open(address: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            requests.get(address, timeout=PATIENCE_SECONDS)
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    pytest.fail((folder / "site.log").read_text(errors="replace"))


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def walk_in(browser: requests.Session, site: str) -> None:
    page = browser.get(f"{site}/accounts/login?next=/")
    token = CSRF.search(page.text)
    assert token, page.text
    form = {"username": "T00123", "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    home = browser.post(page.url, form, headers={"Referer": page.url})
    assert home.url == f"{site}/", home.text


def test_it_signs_in_and_learns_who_it_is(site, browser):
    walk_in(browser, site)
    known = browser.get(f"{site}/").json()
    assert known["user"] == "T00123"
    assert known["attributes"]["displayName"] == "欧阳修文"
    assert set(known["attributes"]["eduPersonAffiliation"]) == {"staff", "employee", "member", "student"}


def test_it_asks_another_application_in_the_persons_name(site, browser):
    """The proxy-granting ticket came by its call-back while it was asking for the validation."""
    walk_in(browser, site)
    told = fromstring(browser.get(f"{site}/far", params={"target": MAIL}).text)

    success = told.find(f"{CAS}authenticationSuccess")
    assert success.find(f"{CAS}user").text == "T00123"
    assert [one.text for one in success.findall(f"{CAS}proxies/{CAS}proxy")] == [f"{site}/accounts/callback"]
    refused = browser.get(f"{site}/far", params={"target": "https://evil.example.com/"})
    assert refused.status_code == 502


def test_single_logout_ends_its_session_and_its_right_to_ask(site, browser, live_server):
    walk_in(browser, site)
    assert "T00123" in browser.get(f"{site}/far", params={"target": MAIL}).text
    page = browser.get(f"{live_server.url}/me/")
    token = CSRF.search(page.text)
    browser.post(f"{live_server.url}/sign-out", {"csrfmiddlewaretoken": token[1]}, headers={"Referer": page.url})
    assert browser.get(f"{site}/").json()["user"] == "T00123", "not told yet"
    logout_engine.notify_due()

    assert SsoGrant.objects.get(application__key="site").logout == "notified"
    assert browser.get(f"{site}/").json() == {"user": "", "attributes": {}}


def test_signing_out_at_the_site_signs_out_everywhere(site, browser, live_server):
    walk_in(browser, site)
    out = browser.get(f"{site}/accounts/logout?next=/")
    assert out.url == f"{site}/", "the university sends the browser back to a registered address"
    asked = browser.get(f"{site}/accounts/login?next=/")
    assert asked.url.startswith(f"{live_server.url}/cas/login")
