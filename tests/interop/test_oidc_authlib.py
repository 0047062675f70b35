"""Authlib's own client, over real HTTP: discovery, PKCE, refresh rotation, pseudonyms, key rotation, form_post."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urljoin

import pytest
import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import SsoGrant
from nanhu.platforms.identity.protocols.oidc import addresses
from nanhu.platforms.identity.protocols.oidc.services import clients, keys
from nanhu.platforms.identity.services import logout_engine
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, Member, make_member
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(code|state|iss)" value="([^"]*)">')
BACK = "https://app.example.edu.cn/callback"
VERIFIER = "a-verifier-of-more-than-forty-three-characters-0123456789"


@pytest.fixture(autouse=True)
def issuer(live_server, monkeypatch) -> str:
    monkeypatch.setattr(addresses, "issuer", lambda: live_server.url)
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    keys.forget_signer()
    return live_server.url


@pytest.fixture
def teacher() -> Member:
    member = make_member("欧阳修文", "430602198001011119", "13973054321", staff="T00123", student="20250999")
    open_accounts(by=TEST, person_ids=[member.person_id])
    identity_sample.set_password_for_sample(by=TEST, campus_no="T00123", password=PASSWORD)
    return member


def register(key: str = "app", **facts):
    record = register_application(by=TEST, key=key, name=key, owner="信息中心", attributes=["displayName", "campusNo"])
    facts.setdefault("redirect_uris", [BACK])
    return clients.register(by=TEST, application=record, registration=clients.Registration(may_refresh=True, **facts))


def session_for(issuer: str, client, secret: str, **options) -> OAuth2Session:
    found = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=PATIENCE_SECONDS).json()
    options = {"scope": "openid profile campus", "redirect_uri": BACK, **options}
    return OAuth2Session(
        client.client_id,
        secret or None,
        code_challenge_method="S256",
        token_endpoint=found["token_endpoint"],
        **options,
    )


def walk(browser: requests.Session, address: str) -> requests.Response:
    """Go to the address, sign in where asked, and stop where the application is reached."""
    answer = browser.get(address, allow_redirects=False)
    for _step in range(10):
        where = urljoin(answer.url, answer.headers.get("Location", ""))
        if "/callback?" in where or answer.status_code != 302:
            return answer
        answer = browser.get(where, allow_redirects=False)
        if answer.status_code == 200 and 'name="password"' in answer.text:
            form = {"username": "T00123", "password": PASSWORD, "csrfmiddlewaretoken": CSRF.search(answer.text)[1]}
            answer = browser.post(answer.url, form, headers={"Referer": answer.url}, allow_redirects=False)
    raise AssertionError("no end to it")


def tokens_for(issuer: str, app: OAuth2Session, browser: requests.Session, **more) -> dict:
    where, state = app.create_authorization_url(f"{issuer}/oidc/authorize", code_verifier=VERIFIER, nonce="n1", **more)
    answer = walk(browser, where)
    return app.fetch_token(authorization_response=answer.headers["Location"], state=state, code_verifier=VERIFIER)


def checked(issuer: str, id_token: str, client, **expected) -> CodeIDToken:
    shown = KeySet.import_key_set(requests.get(f"{issuer}/oidc/jwks", timeout=PATIENCE_SECONDS).json())
    token = jwt.decode(id_token, shown, algorithms=["RS256"])
    options = {"iss": {"value": issuer}, "aud": {"value": client.client_id}}
    claims = CodeIDToken(token.claims, token.header, options, {"client_id": client.client_id, **expected})
    claims.validate()
    return claims


@pytest.mark.capability("A002.3", "A046.4")
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_it_signs_in_and_everything_verifies(issuer, teacher, method):
    client, secret = register()
    app = session_for(issuer, client, secret, token_endpoint_auth_method=method)
    with requests.Session() as browser:
        tokens = tokens_for(issuer, app, browser)
    claims = checked(issuer, tokens["id_token"], client, nonce="n1", access_token=tokens["access_token"])
    about = app.get(f"{issuer}/oidc/userinfo").json()
    assert about["sub"] == claims["sub"]
    assert (about["name"], about["campus_no"]) == ("欧阳修文", "T00123")


def test_a_public_client_signs_in_by_pkce_alone(issuer, teacher):
    client, secret = register(kind="browser")
    assert secret == ""
    app = session_for(issuer, client, "", token_endpoint_auth_method="none")
    with requests.Session() as browser:
        assert checked(issuer, tokens_for(issuer, app, browser)["id_token"], client, nonce="n1")


def test_a_client_signs_its_own_assertions(issuer, teacher):
    pair = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
    client, _none = register(auth_method="private_key_jwt", jwks={"keys": [pair.as_dict(private=False)]})
    app = session_for(issuer, client, pair.as_pem(private=True).decode(), token_endpoint_auth_method="private_key_jwt")
    app.register_client_auth_method(PrivateKeyJWT(f"{issuer}/oidc/token", headers={"kid": pair.kid}))
    with requests.Session() as browser:
        assert tokens_for(issuer, app, browser)["access_token"]


def test_refresh_tokens_rotate_and_a_stolen_one_ends_the_family(issuer, teacher):
    client, secret = register()
    app = session_for(issuer, client, secret)
    with requests.Session() as browser:
        first = tokens_for(issuer, app, browser)
    second = app.refresh_token(refresh_token=first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    with pytest.raises(OAuthError, match="invalid_grant"):
        app.refresh_token(refresh_token=first["refresh_token"])
    with pytest.raises(OAuthError, match="invalid_grant"):
        app.refresh_token(refresh_token=second["refresh_token"])
    assert (
        app.get(
            f"{issuer}/oidc/userinfo",
            withhold_token=True,
            headers={"Authorization": f"Bearer {second['access_token']}"},
        ).status_code
        == 401
    )


def test_two_third_parties_cannot_tell_that_they_know_the_same_person(issuer, teacher):
    subjects = []
    with requests.Session() as browser:
        for key in ("one", "two"):
            back = f"https://{key}.example.com/callback"
            client, secret = register(key, subject="pairwise", redirect_uris=[back])
            app = session_for(issuer, client, secret, redirect_uri=back)
            first, again = (tokens_for(issuer, app, browser)["id_token"] for _visit in range(2))
            claims = checked(issuer, first, client, nonce="n1")
            assert checked(issuer, again, client, nonce="n1")["sub"] == claims["sub"]
            subjects.append((claims["sub"], claims["sid"]))
    assert len({sub for sub, _sid in subjects}) == len({sid for _sub, sid in subjects}) == 2


def test_tokens_verify_across_a_rotation_of_the_keys(issuer, teacher):
    client, secret = register()
    app = session_for(issuer, client, secret)
    with requests.Session() as browser:
        before = tokens_for(issuer, app, browser)
        keys.rotate(by=TEST, reason="test")
        after = tokens_for(issuer, app, browser)
    old, new = (checked(issuer, one["id_token"], client, nonce="n1") for one in (before, after))
    assert old.header["kid"] != new.header["kid"]
    assert old["sub"] == new["sub"]


def test_form_post_brings_a_code_that_is_good(issuer, teacher):
    client, secret = register()
    app = session_for(issuer, client, secret)
    where, state = app.create_authorization_url(
        f"{issuer}/oidc/authorize", code_verifier=VERIFIER, nonce="n1", response_mode="form_post"
    )
    with requests.Session() as browser:
        page = walk(browser, where)
    fields = dict(HIDDEN.findall(page.text))
    assert (fields["state"], fields["iss"]) == (state, issuer)
    tokens = app.fetch_token(code=fields["code"], code_verifier=VERIFIER)
    assert checked(issuer, tokens["id_token"], client, nonce="n1")


def test_a_program_gets_its_own_token_and_a_resource_reads_it(issuer, db):
    robot, secret = register("robot", kind="machine", redirect_uris=[], scopes=["grades.read"])
    resource, its_secret = register("grades", may_introspect_all=True)
    app = session_for(issuer, robot, secret, scope="grades.read")
    token = app.fetch_token(grant_type="client_credentials")
    reader = session_for(issuer, resource, its_secret)
    told = reader.introspect_token(f"{issuer}/oidc/introspect", token=token["access_token"]).json()
    assert (told["active"], told["scope"], told["client_id"]) == (True, "grades.read", robot.client_id)
    app.revoke_token(f"{issuer}/oidc/revoke", token=token["access_token"])
    assert reader.introspect_token(f"{issuer}/oidc/introspect", token=token["access_token"]).json() == {"active": False}


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """The back channel of an application: keeps the logout tokens it is sent."""
    heard: list[str] = []

    class Channel(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            heard.append(parse_qs(body)["logout_token"][0])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """The test's output stays readable."""

    server = HTTPServer(("127.0.0.1", 0), Channel)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/logout", heard
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_back_channel_brings_a_token_that_verifies(issuer, teacher, listener):
    address, heard = listener
    client, secret = register(backchannel_logout_uri=address)
    app = session_for(issuer, client, secret)
    with requests.Session() as browser:
        claims = checked(issuer, tokens_for(issuer, app, browser)["id_token"], client, nonce="n1")
        page = browser.get(f"{issuer}/account/sessions")
        token = CSRF.search(page.text)[1]
        browser.post(f"{issuer}/sign-out", {"csrfmiddlewaretoken": token}, headers={"Referer": page.url})
    logout_engine.notify_due()

    assert SsoGrant.objects.get().logout == "done"
    shown = KeySet.import_key_set(requests.get(f"{issuer}/oidc/jwks", timeout=PATIENCE_SECONDS).json())
    told = jwt.decode(heard[0], shown, algorithms=["RS256"])
    assert told.header["typ"] == "logout+jwt"
    assert (told.claims["sid"], told.claims["sub"]) == (claims["sid"], claims["sub"])
    assert "nonce" not in told.claims
