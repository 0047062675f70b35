"""The cast of OpenID Connect: applications of every kind, and a person signed in."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from nanhu.platforms.identity.protocols.oidc import addresses
from nanhu.platforms.identity.protocols.oidc.models import OidcClient
from nanhu.platforms.identity.protocols.oidc.services import clients, keys
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import *  # noqa: F403  the cast of identity plays here too
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, Member, sign_in

BACK = "https://library.example.edu.cn/callback"
AFTER = "https://library.example.edu.cn/bye"
ATTRIBUTES = {
    "displayName": "显示登录的是谁",
    "campusNo": "应用内的账号",
    "department": "按单位归类",
    "mail": "发送到期通知",
    "eduPersonAffiliation": "区分学生和教职工",
}


@pytest.fixture(autouse=True)
def fresh_signer():
    keys.forget_signer()
    yield
    keys.forget_signer()


@dataclass
class App:
    """An application under test: its record, its secret, and how it asks."""

    client: OidcClient
    secret: str = ""
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def client_id(self) -> str:
        return self.client.client_id

    def request(self, **changes: str | None) -> dict[str, str]:
        wanted = {
            "client_id": self.client_id,
            "redirect_uri": self.client.redirect_uris[0],
            "response_type": "code",
            "scope": "openid profile email campus",
            "state": "st-1",
            "nonce": "no-1",
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in wanted.items() if value is not None}

    def authorize(self, browser: Client, **changes: str | None):
        return browser.get("/oidc/authorize", self.request(**changes))

    def code(self, browser: Client, **changes: str | None) -> str:
        return answer_of(self.authorize(browser, **changes))["code"]

    def token(self, code: str, **changes: str | None):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect_uris[0],
            "code_verifier": self.verifier,
            **changes,
        }
        return self.post("/oidc/token", **form)

    def refresh(self, refresh_token: str, **more: str):
        return self.post("/oidc/token", grant_type="refresh_token", refresh_token=refresh_token, **more)

    def post(self, address: str, **form: str | None):
        kept = {name: value for name, value in form.items() if value is not None}
        if self.client.is_public:
            return Client().post(address, {"client_id": self.client_id, **kept})
        return Client().post(address, kept, headers=basic(self.client_id, self.secret))

    def tokens(self, browser: Client, **changes: str | None) -> dict:
        answer = self.token(self.code(browser, **changes))
        assert answer.status_code == 200, answer.content
        return answer.json()


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def userinfo(token: str):
    return Client().get("/oidc/userinfo", headers=bearer(token))


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def answer_of(response) -> dict[str, str]:
    """The parameters an application is sent back with."""
    assert response.status_code == 302, response.content.decode()
    return {name: values[0] for name, values in parse_qs(urlsplit(response["Location"]).query).items()}


def make_app(key: str = "library", *, attributes=None, application=None, **facts) -> App:
    record = register_application(
        by=TEST, key=key, name="图书馆", owner="图书馆", attributes=attributes or ATTRIBUTES, **(application or {})
    )
    facts.setdefault("redirect_uris", [BACK])
    facts.setdefault("post_logout_redirect_uris", [AFTER])
    facts.setdefault("scopes", ["openid", "profile", "email", "campus", "offline_access"])
    facts.setdefault("may_refresh", True)
    client, secret = clients.register(by=TEST, application=record, registration=clients.Registration(**facts))
    return App(client, secret)


@pytest.fixture
def library(db) -> App:
    """A first-party web application with a secret: nobody is asked for consent."""
    return make_app()


@pytest.fixture
def stranger_app(db) -> App:
    """A third party, which asks for consent."""
    return make_app("printshop", redirect_uris=["https://print.example.com/cb"], asking="once", subject="pairwise")


@pytest.fixture
def phone_app(db) -> App:
    return make_app("phone", kind="native", redirect_uris=["http://127.0.0.1/cb", "cn.edu.example.app:/cb"])


@pytest.fixture
def signed_in(teacher: Member) -> Client:
    browser = Client()
    assert sign_in(browser, "T00123", PASSWORD).status_code == 302
    return browser


ISSUER = addresses.issuer()
