"""What the certification of a Basic OpenID Provider, a Form Post one and its discovery try, item by item."""

import html
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from joserfc import jwt
from joserfc.jwk import KeySet

from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.protocols.oidc.tests.conftest import (
    BACK,
    ISSUER,
    answer_of,
    bearer,
    make_app,
    userinfo,
)
from nanhu.platforms.identity.protocols.oidc.views import discovery
from nanhu.platforms.identity.tests.conftest import PASSWORD, sign_in

pytestmark = pytest.mark.capability("A002.3", "A046.4")


def claims_in(id_token: str) -> dict:
    keys = KeySet.import_key_set(Client().get("/oidc/jwks").json())
    return jwt.decode(id_token, keys, algorithms=["RS256"]).claims


def back_again(browser: Client, response, **form: str):
    """The person types the password on the page this response leads to, and comes back to the request."""
    assert response.status_code == 302, response.content
    page = response["Location"]
    wanted = parse_qs(urlsplit(page).query)["next"][0]
    typed = {"username": "T00123", "password": PASSWORD, "next": wanted, **form}
    sent = browser.post(page, typed)
    assert (sent.status_code, sent["Location"]) == (302, wanted), sent.content.decode()[:2000]
    return browser.get(wanted)


def test_discovery_says_what_there_is_and_what_there_is_not(client, db):
    found = client.get("/.well-known/openid-configuration").json()

    discovery.check(found)
    assert found["issuer"] == ISSUER
    assert found["authorization_endpoint"] == f"{ISSUER}/oidc/authorize"
    assert found["jwks_uri"] == f"{ISSUER}/oidc/jwks"
    assert found["response_types_supported"] == ["code"]
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert "RS256" in found["id_token_signing_alg_values_supported"]
    assert found["request_uri_parameter_supported"] is False
    assert found["request_parameter_supported"] is False
    assert found["claims_parameter_supported"] is True
    assert found["backchannel_logout_session_supported"] is True
    assert found["authorization_response_iss_parameter_supported"] is True
    assert client.get("/.well-known/oauth-authorization-server").json() == found


def test_the_keys_are_public_halves_with_names(client, db):
    shown = client.get("/oidc/jwks")
    assert shown["Access-Control-Allow-Origin"] == "*"
    keys = shown.json()["keys"]
    assert len(keys) == 2, "the one that signs and the one to come"
    for key in keys:
        assert set(key) == {"kty", "use", "alg", "kid", "n", "e"}
        assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")


def test_a_missing_response_type_is_told_at_the_registered_address(library, signed_in):
    answer = answer_of(library.authorize(signed_in, response_type=None))
    assert (answer["error"], answer["state"]) == ("invalid_request", "st-1")


@pytest.mark.parametrize("kind", ["token", "id_token", "code id_token", "id_token token", "none", "CODE"])
def test_other_response_types_are_not_supported(library, signed_in, kind):
    assert answer_of(library.authorize(signed_in, response_type=kind))["error"] == "unsupported_response_type"


@pytest.mark.capability("A002.3", "A046.4")
def test_the_code_flow_works_without_a_nonce_and_without_a_state(library, signed_in):
    answer = answer_of(library.authorize(signed_in, nonce=None, state=None))
    assert "state" not in answer
    assert "nonce" not in claims_in(library.token(answer["code"]).json()["id_token"])


@pytest.mark.capability("A002.3", "A046.4")
def test_the_nonce_is_echoed_and_the_token_names_its_time_and_level(library, signed_in):
    body = library.tokens(signed_in, nonce="n-0S6_WzA2Mj", max_age="10000")
    claims = claims_in(body["id_token"])
    assert claims["nonce"] == "n-0S6_WzA2Mj"
    assert claims["auth_time"] == int(SsoSession.objects.get().authenticated_at.timestamp())
    assert claims["amr"] == ["pwd"]
    assert claims["acr"].endswith("PasswordProtectedTransport")


@pytest.mark.capability("A002.3", "A046.4")
@pytest.mark.parametrize(
    ("scope", "there", "not_there"),
    [
        ("openid", {"sub"}, {"name", "email", "campus_no"}),
        ("openid profile", {"name", "preferred_username"}, {"email", "campus_no"}),
        ("openid email", {"email", "email_verified"}, {"name"}),
        ("openid campus", {"campus_no", "affiliation", "department"}, {"name", "email"}),
        ("openid address phone strange", {"sub"}, {"name", "address", "phone_number"}),
        ("openid profile email campus address phone", {"name", "email", "campus_no"}, {"address"}),
    ],
)
def test_scopes_decide_what_userinfo_tells(library, signed_in, scope, there, not_there):
    about = userinfo(library.tokens(signed_in, scope=scope)["access_token"]).json()
    assert there <= set(about)
    assert not not_there & set(about)


@pytest.mark.capability("A046.4")
def test_userinfo_is_asked_in_three_ways(library, signed_in, client):
    body = library.tokens(signed_in)
    token, sub = body["access_token"], claims_in(body["id_token"])["sub"]
    for answer in (
        client.get("/oidc/userinfo", headers=bearer(token)),
        client.post("/oidc/userinfo", headers=bearer(token)),
        client.post("/oidc/userinfo", {"access_token": token}),
    ):
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/json"
        assert answer.json()["sub"] == sub


@pytest.mark.parametrize(
    "more",
    [
        {"display": "page"},
        {"display": "popup"},
        {"ui_locales": "zh-CN en"},
        {"ui_locales": "se"},
        {"claims_locales": "se"},
        {"acr_values": "1 2"},
        {"extra": "foobar"},
        {"login_hint": "buffy@example.com"},
        {"prompt": "create"},
        {"max_age": "10000"},
        {"resource": "https://api.example.com"},
    ],
)
def test_what_is_not_needed_breaks_nothing(library, signed_in, more):
    assert "code" in answer_of(library.authorize(signed_in, **more))


def test_prompt_login_asks_again_and_the_sign_in_is_newer(library, signed_in):
    first = claims_in(library.tokens(signed_in)["id_token"])
    with time_machine.travel(now() + timedelta(seconds=5), tick=True):
        asked = library.authorize(signed_in, prompt="login")
        code = answer_of(back_again(signed_in, asked))["code"]
        second = claims_in(library.token(code).json()["id_token"])
    assert second["auth_time"] > first["auth_time"]
    assert second["sub"] == first["sub"]


def test_prompt_login_of_a_stranger_asks_once(library, teacher):
    browser = Client()
    code = answer_of(back_again(browser, library.authorize(browser, prompt="login")))["code"]
    assert library.token(code).status_code == 200


def test_an_old_request_for_a_fresh_sign_in_does_not_serve_a_second_one(library, signed_in):
    asked = library.authorize(signed_in, prompt="login")
    assert "code" in answer_of(back_again(signed_in, asked))
    resume = parse_qs(urlsplit(asked["Location"]).query)["next"][0]

    assert signed_in.get(resume).status_code == 400
    again = library.authorize(signed_in, prompt="login")
    assert again["Location"].startswith("/sign-in/again")


def test_prompt_none_of_a_stranger_is_answered_without_a_page(library, db):
    answer = answer_of(library.authorize(Client(), prompt="none"))
    assert answer["error"] == "login_required"
    assert answer["state"] == "st-1"
    assert answer["iss"] == ISSUER


def test_prompt_none_signed_in_gives_a_code_in_silence(library, signed_in):
    assert "code" in answer_of(library.authorize(signed_in, prompt="none"))


@pytest.mark.parametrize("other", ["none login", "none consent", "select_account none"])
def test_prompt_none_stands_alone(library, signed_in, other):
    assert answer_of(library.authorize(signed_in, prompt=other))["error"] == "invalid_request"


def test_max_age_of_one_second_asks_again_and_ends(library, signed_in):
    """Also when typing the password takes longer than that."""
    with time_machine.travel(now() + timedelta(seconds=2), tick=True):
        asked = library.authorize(signed_in, max_age="1")
        assert asked["Location"].startswith("/sign-in/again")
    with time_machine.travel(now() + timedelta(seconds=3), tick=False):
        page = asked["Location"]
        wanted = parse_qs(urlsplit(page).query)["next"][0]
        signed_in.post(page, {"username": "T00123", "password": PASSWORD, "next": wanted})
    with time_machine.travel(now() + timedelta(seconds=20), tick=True):
        code = answer_of(signed_in.get(wanted))["code"]
        assert claims_in_with(library.token(code).json())["auth_time"]


def claims_in_with(body: dict) -> dict:
    return claims_in(body["id_token"])


@pytest.mark.parametrize("age", ["-1", "1.5", "soon", "１"])
def test_max_age_is_a_number(library, signed_in, age):
    assert answer_of(library.authorize(signed_in, max_age=age))["error"] == "invalid_request"


def test_max_age_zero_is_a_fresh_sign_in_and_no_endless_circle(library, signed_in):
    asked = library.authorize(signed_in, max_age="0")
    assert "code" in answer_of(back_again(signed_in, asked))


def test_max_age_large_asks_nobody(library, signed_in):
    with time_machine.travel(now() + timedelta(minutes=10), tick=True):
        assert "code" in answer_of(library.authorize(signed_in, max_age="10000"))
        assert answer_of(library.authorize(signed_in, max_age="60", prompt="none"))["error"] == "login_required"


def test_a_hint_of_the_same_person_goes_with_prompt_none(library, signed_in):
    hint = library.tokens(signed_in)["id_token"]
    assert "code" in answer_of(library.authorize(signed_in, prompt="none", id_token_hint=hint))


def test_a_hint_of_somebody_else_is_refused_in_silence_and_asked_about_aloud(library, signed_in, student):
    hint = library.tokens(signed_in)["id_token"]
    other = Client()
    sign_in(other, student.numbers[0])
    answer = answer_of(library.authorize(other, prompt="none", id_token_hint=hint))
    assert answer["error"] == "login_required"
    page = library.authorize(other, id_token_hint=hint)
    assert page.status_code == 200
    assert "不是这里登录的人" in page.content.decode()


def test_claims_asked_by_name_are_told_where_they_were_asked_for(library, signed_in):
    wish = '{"userinfo": {"name": {"essential": true}, "sex": null}, "id_token": {"email": null, "auth_time": null}}'
    body = library.tokens(signed_in, scope="openid", claims=wish)
    assert claims_in(body["id_token"])["email"] == "someone@example.edu.cn"
    about = userinfo(body["access_token"]).json()
    assert about["name"] == "欧阳修文"
    assert "email" not in about


@pytest.mark.parametrize("wish", ["{", "[]", '{"userinfo": []}', '{"id_token": "x"}', "[" * 100_0])
def test_a_claims_parameter_that_is_none_is_refused(library, signed_in, wish):
    assert answer_of(library.authorize(signed_in, claims=wish))["error"] == "invalid_request"


def test_a_subject_asked_for_by_value_must_be_the_one_signed_in(library, signed_in):
    sub = claims_in(library.tokens(signed_in)["id_token"])["sub"]
    right, wrong = (f'{{"id_token": {{"sub": {{"value": "{one}"}}}}}}' for one in (sub, "somebody"))
    assert "code" in answer_of(library.authorize(signed_in, prompt="none", claims=right))
    assert answer_of(library.authorize(signed_in, prompt="none", claims=wrong))["error"] == "login_required"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ],
)
def test_request_objects_are_refused_by_their_names(library, signed_in, name, error):
    assert answer_of(library.authorize(signed_in, **{name: "https://app.example.com/x"}))["error"] == error


def test_a_request_may_come_by_post(library, signed_in):
    """A form of another site has no cookie of ours: it is sent round by GET."""
    sent = signed_in.post("/oidc/authorize", library.request())
    assert sent.status_code == 302
    assert "code" in answer_of(signed_in.get(sent["Location"]))


def test_form_post_carries_everything_in_a_form(library, signed_in):
    page = library.authorize(signed_in, response_mode="form_post")
    assert page.status_code == 200
    text = page.content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">', text))
    assert f'action="{BACK}"' in text
    assert (html.unescape(fields["state"]), html.unescape(fields["iss"])) == ("st-1", ISSUER)
    assert library.token(fields["code"]).status_code == 200
    allowed = page["Content-Security-Policy"].partition("form-action ")[2].partition(";")[0].split()
    assert allowed == ["'self'", "https://library.example.edu.cn"], "a form to the application must be allowed to leave"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


def test_form_post_carries_errors_too(library, db):
    text = library.authorize(Client(), response_mode="form_post", prompt="none").content.decode()
    assert 'name="error" value="login_required"' in text


def test_other_response_modes_are_refused(library, signed_in):
    for mode in ("fragment", "jwt", "web_message"):
        assert answer_of(library.authorize(signed_in, response_mode=mode))["error"] == "invalid_request"


def test_two_clients_stand_side_by_side(library, signed_in):
    other = make_app("lab", redirect_uris=["https://lab.example.edu.cn/cb"])
    one, two = claims_in(library.tokens(signed_in)["id_token"]), claims_in(other.tokens(signed_in)["id_token"])
    assert one["sub"] == two["sub"]
    assert one["aud"] != two["aud"]
    assert one["sid"] != two["sid"], "two applications cannot tell by it that they serve the same browser"


def test_without_openid_it_is_plain_oauth(library, signed_in):
    body = library.tokens(signed_in, scope="profile")
    assert "id_token" not in body
    assert userinfo(body["access_token"]).status_code == 403
