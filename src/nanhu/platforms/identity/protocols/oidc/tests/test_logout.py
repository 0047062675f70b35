"""The end: asked for by an application, told to all of them."""

import re
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
import time_machine
from django.test import Client
from joserfc import jwt
from joserfc.jwk import KeySet

from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import SsoGrant, SsoSession
from nanhu.platforms.identity.protocols.oidc import jwts
from nanhu.platforms.identity.protocols.oidc.logout import logout_call
from nanhu.platforms.identity.protocols.oidc.models import OidcClient
from nanhu.platforms.identity.protocols.oidc.services import keys
from nanhu.platforms.identity.protocols.oidc.tests.conftest import AFTER, ISSUER, make_app
from nanhu.platforms.identity.services.single_logout import logout_calls
from nanhu.platforms.identity.tests.conftest import TEST, sign_in

pytestmark = pytest.mark.capability("A002.4")

CALL = "https://library.example.edu.cn/backchannel"
KEPT = re.compile(r'name="kept" value="([^"]+)"')


def leave(browser: Client, **params: str):
    return browser.get("/oidc/end-session", params)


def is_signed_in(browser: Client) -> bool:
    return browser.get("/account").status_code == 200


class TestAsked:
    @pytest.mark.capability("A002.2", "A002.4")
    def test_with_the_hint_of_this_session_it_ends_at_once(self, library, signed_in):
        hint = library.tokens(signed_in)["id_token"]
        answer = leave(signed_in, id_token_hint=hint, post_logout_redirect_uri=AFTER, state="s 1")
        assert (answer.status_code, answer["Location"]) == (302, f"{AFTER}?state=s+1")
        assert not is_signed_in(signed_in)
        assert SsoSession.objects.get().ended_how == "signed_out"

    def test_also_when_the_hint_has_expired_and_its_key_was_retired(self, library, signed_in):
        hint = library.tokens(signed_in)["id_token"]
        keys.rotate(by=TEST, reason="test")
        with time_machine.travel(now() + timedelta(minutes=60), tick=True):
            assert leave(signed_in, id_token_hint=hint)["Location"] == "/signed-out"
            assert not is_signed_in(signed_in)

    def test_it_may_be_asked_by_post(self, library, signed_in):
        hint = library.tokens(signed_in)["id_token"]
        sent = signed_in.post("/oidc/end-session", {"id_token_hint": hint, "post_logout_redirect_uri": AFTER})
        assert is_signed_in(signed_in), "a form of another site ends nothing by itself"
        assert signed_in.get(sent["Location"])["Location"] == AFTER

    @pytest.mark.parametrize("with_client", [True, False])
    def test_without_a_hint_the_person_is_asked(self, library, signed_in, with_client):
        params = (
            {"client_id": library.client_id, "post_logout_redirect_uri": AFTER, "state": "x"} if with_client else {}
        )
        page = leave(signed_in, **params)
        assert page.status_code == 200
        assert "要退出登录吗" in page.content.decode()
        assert is_signed_in(signed_in)
        kept = KEPT.search(page.content.decode())[1]
        sent = signed_in.post("/oidc/end-session/confirmed", {"kept": kept})
        assert sent["Location"] == (f"{AFTER}?state=x" if with_client else "/signed-out")
        assert not is_signed_in(signed_in)

    def test_the_confirmation_is_a_form_of_ours(self, signed_in):
        kept = KEPT.search(leave(signed_in).content.decode())[1]
        signed_in.handler.enforce_csrf_checks = True
        assert signed_in.post("/oidc/end-session/confirmed", {"kept": kept}).status_code == 403
        signed_in.handler.enforce_csrf_checks = False
        for forged in ("", "x", kept[:-3] + "abc"):
            assert signed_in.post("/oidc/end-session/confirmed", {"kept": forged}).status_code == 400
        assert is_signed_in(signed_in)

    def test_the_hint_of_another_session_asks_first(self, library, signed_in, teacher):
        hint = library.tokens(signed_in)["id_token"]
        elsewhere = Client()
        sign_in(elsewhere, "T00123")
        assert leave(elsewhere, id_token_hint=hint).status_code == 200
        assert is_signed_in(elsewhere)

    @pytest.mark.parametrize(
        "address", [f"{AFTER}/", "https://evil.example.com/", f"{AFTER}?x=1", "javascript:alert(1)"]
    )
    def test_an_unregistered_address_gets_a_page_and_ends_nothing(self, library, signed_in, address):
        hint = library.tokens(signed_in)["id_token"]
        page = leave(signed_in, id_token_hint=hint, post_logout_redirect_uri=address)
        assert page.status_code == 400
        assert "Location" not in page.headers
        assert is_signed_in(signed_in)

    def test_an_address_of_nobody_is_refused(self, library, signed_in):
        assert leave(signed_in, post_logout_redirect_uri=AFTER).status_code == 400

    def test_a_client_id_that_is_not_the_hints_is_refused(self, library, signed_in):
        other = make_app("other")
        hint = library.tokens(signed_in)["id_token"]
        assert leave(signed_in, id_token_hint=hint, client_id=other.client_id).status_code == 400
        assert is_signed_in(signed_in)

    def test_who_is_signed_out_already_is_sent_on(self, library, signed_in):
        hint = library.tokens(signed_in)["id_token"]
        answer = leave(Client(), id_token_hint=hint, post_logout_redirect_uri=AFTER, state="y")
        assert answer["Location"] == f"{AFTER}?state=y"

    def test_a_prefetch_by_head_ends_nothing(self, library, signed_in):
        hint = library.tokens(signed_in)["id_token"]
        signed_in.head("/oidc/end-session", {"id_token_hint": hint})
        assert is_signed_in(signed_in)


class TestTold:
    @pytest.fixture
    def app(self, db):
        return make_app(backchannel_logout_uri=CALL)

    @pytest.mark.capability("A002.2", "A002.4")
    def test_the_logout_token_is_as_the_specification_wants_it(self, app, signed_in, client):
        body = app.tokens(signed_in)
        claims = jwts.read_hint(body["id_token"])
        grant = SsoGrant.objects.get(protocol="oidc")

        call = logout_calls["oidc"](grant)

        assert (call.address, call.content_type) == (CALL, "application/x-www-form-urlencoded")
        form = parse_qs(call.body.decode())
        assert set(form) == {"logout_token"}
        shown = KeySet.import_key_set(client.get("/oidc/jwks").json())
        token = jwt.decode(form["logout_token"][0], shown, algorithms=["RS256"])
        assert token.header["typ"] == "logout+jwt"
        told = token.claims
        assert (told["iss"], told["aud"], told["sub"], told["sid"]) == (
            ISSUER,
            app.client_id,
            claims["sub"],
            claims["sid"],
        )
        assert told["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
        assert told["exp"] - told["iat"] <= 120
        assert told["jti"]
        assert "nonce" not in told
        again = jwts.signed  # each attempt is signed anew
        assert parse_qs(logout_calls["oidc"](grant).body.decode())["logout_token"] != form["logout_token"]
        assert again

    @pytest.mark.capability("A002.4")
    def test_one_session_at_one_application_is_told_once(self, app, signed_in):
        for _visit in range(3):
            app.tokens(signed_in)
        assert SsoGrant.objects.filter(protocol="oidc").count() == 1
        grant = SsoGrant.objects.get()
        assert (grant.logout, grant.user_name) == ("open", "T00123")
        signed_in.post("/sign-out")
        grant.refresh_from_db()
        assert grant.logout != "open"

    def test_an_application_that_takes_no_notice_is_not_told(self, library, signed_in):
        library.tokens(signed_in)
        assert logout_call(SsoGrant.objects.get()) is None

    def test_one_that_was_switched_off_meanwhile_is_told_all_the_same(self, app, signed_in):
        app.tokens(signed_in)
        OidcClient.objects.update(is_enabled=False)
        assert logout_call(SsoGrant.objects.get()).address == CALL

    @pytest.mark.capability("A002.4")
    def test_a_new_session_is_a_new_sid(self, app, signed_in, teacher):
        first = jwts.read_hint(app.tokens(signed_in)["id_token"])["sid"]
        other = Client()
        sign_in(other, "T00123")
        assert jwts.read_hint(app.tokens(other)["id_token"])["sid"] != first
