"""Where answers go: only to registered addresses, character by character."""

import pytest
from django.test import Client

from nanhu.platforms.identity.protocols.oidc.errors import UnsafeClientError
from nanhu.platforms.identity.protocols.oidc.rules import redirect_matches
from nanhu.platforms.identity.protocols.oidc.tests.conftest import BACK, answer_of, challenge_of, make_app
from nanhu.platforms.identity.services import applications

pytestmark = pytest.mark.capability("A002.3", "A046.4")

TRICKS = [
    "",
    "https://evil.example.com/callback",
    f"{BACK}/",
    f"{BACK}?x=1",
    f"{BACK}#x",
    f"{BACK}/../evil",
    BACK.upper(),
    "https://library.example.edu.cn:443/callback",
    "http://library.example.edu.cn/callback",
    "https://library.example.edu.cn/callback%2f",
    "https://library.example.edu.cn@evil.example.com/callback",
    "https://library.example.edu.cn.evil.example.com/callback",
    "https://evil.example.com\\@library.example.edu.cn/callback",
    "//library.example.edu.cn/callback",
    "javascript:alert(1)",
    f"{BACK}\n",
    f" {BACK}",
    "https://library.example.edu.cn",
    "https://user@library.example.edu.cn/callback",
    f"{BACK}\0",
]


@pytest.mark.parametrize("address", TRICKS)
def test_an_address_that_is_not_the_registered_one_gets_a_page_and_no_redirect(library, signed_in, address):
    for browser in (signed_in, Client()):
        page = library.authorize(browser, redirect_uri=address)
        assert page.status_code == 400
        assert "Location" not in page.headers
        assert "返回地址" in page.content.decode()


def test_so_does_none_and_two(library, signed_in):
    assert library.authorize(signed_in, redirect_uri=None).status_code == 400
    doubled = signed_in.get(
        "/oidc/authorize", {**library.request(), "redirect_uri": [BACK, "https://evil.example.com/"]}
    )
    assert doubled.status_code == 400
    clients = signed_in.get("/oidc/authorize", {**library.request(), "client_id": [library.client_id, "other"]})
    assert clients.status_code == 400


@pytest.mark.parametrize("name", ["", "nobody", "a\0b", "'", "x" * 200])
def test_a_client_nobody_registered_gets_a_page(library, signed_in, name):
    page = library.authorize(signed_in, client_id=name)
    assert page.status_code == 400
    assert "没有在学校登记" in page.content.decode()


def test_a_client_of_a_closed_application_gets_a_page(library, signed_in):
    applications.change_application(
        by=applications.Actor.system("test"), application=library.client.application, is_enabled=False
    )
    assert library.authorize(signed_in).status_code == 400


def test_a_repeated_parameter_is_refused(library, signed_in):
    answer = answer_of(signed_in.get("/oidc/authorize", {**library.request(), "scope": ["openid", "email"]}))
    assert answer["error"] == "invalid_request"
    state = answer_of(signed_in.get("/oidc/authorize", {**library.request(), "state": ["one", "two"]}))
    assert state["error"] == "invalid_request"
    assert "state" not in state


def test_the_query_of_a_registered_address_stays(db, signed_in):
    app = make_app(redirect_uris=["https://app.example.edu.cn/cb?tenant=7"])
    assert app.authorize(signed_in)["Location"].startswith("https://app.example.edu.cn/cb?tenant=7&code=")


def test_state_comes_back_as_it_was(library, signed_in):
    odd = 'a b&c=d%20e#f"<script>中文'
    assert answer_of(library.authorize(signed_in, state=odd))["state"] == odd
    page = library.authorize(signed_in, state=odd, response_mode="form_post").content.decode()
    assert "<script>中文" not in page


def test_a_native_client_may_listen_on_any_port_of_its_own_machine(phone_app, signed_in):
    for address in ("http://127.0.0.1:51004/cb", "http://127.0.0.1/cb"):
        answer = phone_app.authorize(signed_in, redirect_uri=address)
        code = answer_of(answer)["code"]
        assert answer["Location"].startswith(f"{address}?code=")
        assert phone_app.token(code, redirect_uri=address).status_code == 200
    for address in (
        "http://127.0.0.1:51004/other",
        "http://localhost:51004/cb",
        "http://127.0.0.1.evil.com:80/cb",
        "https://127.0.0.1:51004/cb",
        "http://127.0.0.1:51004@evil.com/cb",
        "http://127.0.0.1:x/cb",
    ):
        assert phone_app.authorize(signed_in, redirect_uri=address).status_code == 400, address


def test_a_native_client_may_have_a_scheme_of_its_own(phone_app, signed_in):
    answer = phone_app.authorize(signed_in, redirect_uri="cn.edu.example.app:/cb")
    assert answer.status_code == 302
    assert answer["Location"].startswith("cn.edu.example.app:/cb?code=")


def test_a_web_client_may_not_use_any_port(db):
    assert not redirect_matches(requested="http://127.0.0.1:9/cb", registered="http://127.0.0.1/cb", is_native=False)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://x.example.com/",
        "https://*.example.com/cb",
        "https://u@e.example.com/",
        "https://e.example.com/cb#f",
        "https://e.example.com/a b",
        "file:///etc/passwd",
        "app:/cb",
        "https:///cb",
        "/cb",
        "",
    ],
)
def test_an_address_that_could_mean_anything_cannot_be_registered(db, address):
    with pytest.raises(UnsafeClientError):
        make_app(redirect_uris=[address], kind="native")
    with pytest.raises(UnsafeClientError):
        make_app(redirect_uris=[BACK], post_logout_redirect_uris=[address or "x"])


def test_a_private_scheme_is_for_native_clients_only(db):
    with pytest.raises(UnsafeClientError):
        make_app(redirect_uris=["cn.edu.example.app:/cb"], kind="browser")


class TestPkce:
    def test_a_public_client_must_bring_it(self, phone_app, signed_in):
        answer = answer_of(phone_app.authorize(signed_in, code_challenge=None, code_challenge_method=None))
        assert answer["error"] == "invalid_request"

    def test_plain_is_refused_for_everybody(self, library, phone_app, signed_in):
        for app in (library, phone_app):
            for method in ("plain", None, "s256", "S512"):
                answer = answer_of(app.authorize(signed_in, code_challenge="x" * 43, code_challenge_method=method))
                assert answer["error"] == "invalid_request", method

    @pytest.mark.parametrize("challenge", ["", "short", "x" * 44, "x" * 42 + "+", "x" * 42 + "\n", "x" * 129])
    def test_a_challenge_has_a_shape(self, library, signed_in, challenge):
        answer = answer_of(library.authorize(signed_in, code_challenge=challenge, code_challenge_method="S256"))
        assert answer["error"] == "invalid_request"

    def test_the_worked_example_of_the_rfc(self):
        verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    @pytest.mark.parametrize("verifier", ["", "x" * 43, "x", "y" * 200])
    def test_the_verifier_must_fit(self, library, signed_in, verifier):
        answer = library.token(library.code(signed_in), code_verifier=verifier)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")

    def test_a_verifier_without_a_challenge_is_a_downgrade(self, library, signed_in):
        code = library.code(signed_in, code_challenge=None, code_challenge_method=None)
        assert library.token(code).json()["error"] == "invalid_grant"

    def test_a_confidential_client_may_do_without(self, library, signed_in):
        code = library.code(signed_in, code_challenge=None, code_challenge_method=None)
        assert library.token(code, code_verifier=None).status_code == 200

    def test_unless_it_was_registered_to_use_it(self, db, signed_in):
        app = make_app(requires_pkce=True)
        answer = answer_of(app.authorize(signed_in, code_challenge=None, code_challenge_method=None))
        assert answer["error"] == "invalid_request"
