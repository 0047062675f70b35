"""The cast: a teacher who studies, an application that is their partner, a browser."""

import pytest
from django.test import Client

from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import Account, Application, SsoSession
from nanhu.platforms.identity.protocols.saml.services import fetching, partners
from nanhu.platforms.identity.protocols.saml.tests.partner import Partner
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, make_member

EVERYTHING = (
    "eduPersonScopedAffiliation",
    "eduPersonTargetedID",
    "eduPersonPrincipalName",
    "pairwise-id",
    "displayName",
    "mail",
)


@pytest.fixture(autouse=True)
def own_folder(monkeypatch, tmp_path) -> None:
    """Tests that run side by side lay their feeds into folders of their own."""
    monkeypatch.setattr(fetching, "folder", lambda: tmp_path)


@pytest.fixture
def teacher(db) -> Account:
    member = make_member("欧阳修文", "430602198001011119", "13973054321", staff="T00123", student="20250999")
    open_accounts(by=TEST, person_ids=[member.person_id])
    identity_sample.set_password_for_sample(by=TEST, campus_no="T00123", password=PASSWORD)
    return member.account


@pytest.fixture
def application(db) -> Application:
    return register_application(by=TEST, key="books", name="图书商", owner="图书馆", attributes=EVERYTHING)


@pytest.fixture
def sp(application) -> Partner:
    return registered(Partner(), application)


@pytest.fixture
def browser() -> Client:
    return Client()


@pytest.fixture
def inside(browser, teacher) -> Client:
    """A browser whose owner is signed in."""
    sign_in(browser)
    return browser


def registered(partner: Partner, application: Application) -> Partner:
    partners.paste(by=TEST, application=application, text=partner.metadata())
    return partner


def sign_in(browser: Client, after: str = "/") -> None:
    answer = browser.post("/sign-in", {"username": "T00123", "password": PASSWORD, "next": after})
    assert answer.status_code == 302, answer.content.decode()[:2000]


def live_session() -> SsoSession:
    return SsoSession.objects.get(ended_at=None)
