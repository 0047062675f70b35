"""/oidc/token: who may ask, with what, how often."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.identity.protocols.oidc import addresses
from nanhu.platforms.identity.protocols.oidc.models import TokenFamily
from nanhu.platforms.identity.protocols.oidc.services import clients
from nanhu.platforms.identity.protocols.oidc.tests.conftest import BACK, basic, bearer, make_app, userinfo
from nanhu.platforms.identity.tests.conftest import TEST

pytestmark = pytest.mark.capability("A002.3", "A046.4")

CORS = "Access-Control-Allow-Origin"


def form_of(app, code: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": app.verifier,
    }


class TestWhoAsks:
    def test_a_secret_comes_in_the_header_or_in_the_form(self, library, signed_in, client):
        in_header = client.post(
            "/oidc/token", form_of(library, library.code(signed_in)), headers=basic(library.client_id, library.secret)
        )
        assert in_header.status_code == 200
        named = {"client_id": library.client_id, "client_secret": library.secret}
        assert client.post("/oidc/token", {**form_of(library, library.code(signed_in)), **named}).status_code == 200

    def test_a_wrong_secret_in_the_header_is_answered_by_a_challenge(self, library, signed_in, client):
        answer = client.post(
            "/oidc/token", form_of(library, library.code(signed_in)), headers=basic(library.client_id, "wrong")
        )
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer["WWW-Authenticate"].startswith("Basic ")
        assert answer["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("name", ["library", "", "nobody", "a\0b", "客户"])
    def test_an_unknown_client_is_answered_like_a_wrong_secret(self, library, client, name):
        answer = client.post(
            "/oidc/token", {"grant_type": "authorization_code", "code": "x", "client_id": name, "client_secret": "x"}
        )
        assert answer.status_code in {400, 401}
        assert answer.json()["error"] in {"invalid_client", "invalid_request"}

    def test_a_client_with_a_secret_may_not_leave_it_out(self, library, signed_in, client):
        named = {"client_id": library.client_id}
        answer = client.post("/oidc/token", {**form_of(library, library.code(signed_in)), **named})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")

    def test_a_public_client_may_not_bring_a_secret(self, phone_app, client):
        answer = client.post(
            "/oidc/token",
            {"grant_type": "refresh_token", "refresh_token": "x"},
            headers=basic(phone_app.client_id, "x"),
        )
        assert answer.json()["error"] == "invalid_client"

    def test_two_ways_at_once_are_refused(self, library, signed_in, client):
        both = {"client_id": library.client_id, "client_secret": library.secret}
        answer = client.post(
            "/oidc/token",
            {**form_of(library, library.code(signed_in)), **both},
            headers=basic(library.client_id, library.secret),
        )
        assert answer.json()["error"] == "invalid_request"

    def test_nothing_is_read_from_the_address(self, library, signed_in, client):
        code = library.code(signed_in)
        query = f"client_id={library.client_id}&client_secret={library.secret}"
        assert client.post(f"/oidc/token?{query}", form_of(library, code)).json()["error"] == "invalid_client"

    def test_it_is_asked_by_post(self, library, client):
        assert client.get("/oidc/token").status_code == 405

    def test_the_old_secret_lives_on_for_the_overlap(self, library, client):
        fresh = clients.rotate_secret(by=TEST, client=library.client)
        form = {"grant_type": "refresh_token", "refresh_token": "x"}

        def error_with(secret):
            return client.post("/oidc/token", form, headers=basic(library.client_id, secret)).json()["error"]

        assert error_with(fresh) == error_with(library.secret) == "invalid_grant"
        with time_machine.travel(now() + clients.SECRET_OVERLAP + timedelta(seconds=1), tick=True):
            assert error_with(fresh) == "invalid_grant"
            assert error_with(library.secret) == "invalid_client"

    def test_secrets_are_kept_as_hashes(self, library):
        kept = bytes(library.client.secrets.get().secret_hash)
        assert library.secret.encode() not in kept
        assert len(kept) == 32

    def test_every_hash_is_compared_whoever_asks(self, library, monkeypatch):
        """No early way out for an unknown client, a wrong secret or a right one."""
        compared = []

        def spy(one, two):
            compared.append(len(one) == len(two) == 32)
            return one == two

        monkeypatch.setattr(clients, "compare_digest", spy)
        clients.rotate_secret(by=TEST, client=library.client)
        known = clients.client_with(library.client_id)
        for client, secret in ((None, "x"), (known, "x"), (known, library.secret)):
            clients.secret_fits(client, secret)
        assert compared == [True] * 5

    def test_guessing_is_throttled_and_locks_out_nobody_else(self, library, client):
        form = {"grant_type": "refresh_token", "refresh_token": "x"}
        with time_machine.travel(now(), tick=False):
            answers = [
                client.post("/oidc/token", form, headers=basic(library.client_id, f"guess-{n}")).status_code
                for n in range(24)
            ]
        assert answers[0] == 401
        assert answers[-1] == 429
        right = client.post("/oidc/token", form, headers=basic(library.client_id, library.secret))
        assert right.json()["error"] == "invalid_grant", "the client itself is not locked out"

    def test_a_script_may_call_from_a_registered_origin_only(self, db, client):
        app = make_app(kind="browser", web_origins=["https://app.example.edu.cn"], redirect_uris=[BACK])
        for origin, allowed in (
            ("https://app.example.edu.cn", True),
            ("https://evil.example.com", False),
            ("null", False),
            ("http://[half", False),
        ):
            for address in ("/oidc/token", "/oidc/userinfo"):
                preflight = client.options(address, headers={"Origin": origin})
                assert (preflight.status_code, preflight.get(CORS) == origin) == (204, allowed)
            answer = client.post(
                "/oidc/token", {"client_id": app.client_id, "grant_type": "x"}, headers={"Origin": origin}
            )
            assert answer.get(CORS) == (origin if allowed else None)
            assert "Access-Control-Allow-Credentials" not in answer.headers


class TestAssertions:
    @pytest.fixture
    def key(self):
        return RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)

    @pytest.fixture
    def app(self, db, key):
        return make_app(auth_method="private_key_jwt", jwks={"keys": [key.as_dict(private=False)]})

    def assertion(self, app, key, header=None, **changes):
        claims = {
            "iss": app.client_id,
            "sub": app.client_id,
            "aud": addresses.endpoint("oidc_token"),
            "jti": str(uuid4()),
            "exp": int(now().timestamp()) + 60,
            **changes,
        }
        return jwt.encode(header or {"alg": "RS256", "kid": key.kid}, claims, key)

    def error(self, client, assertion, **more):
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        form = {
            "grant_type": "refresh_token",
            "refresh_token": "x",
            "client_assertion": assertion,
            "client_assertion_type": kind,
            **more,
        }
        return client.post("/oidc/token", form).json()["error"]

    def test_a_signed_assertion_proves_the_client_once(self, app, key, client):
        made = self.assertion(app, key)
        assert self.error(client, made) == "invalid_grant"
        assert self.error(client, made) == "invalid_client", "its jti was seen"
        assert self.error(client, self.assertion(app, key, aud=addresses.issuer())) == "invalid_grant"

    @pytest.mark.parametrize(
        "changes",
        [
            {"aud": "https://elsewhere.example.com"},
            {"iss": "somebody"},
            {"exp": 1},
            {"exp": 9_999_999_999},
            {"jti": None},
            {"exp": "soon"},
            {"aud": None},
        ],
    )
    def test_one_that_is_not_meant_for_us_now_does_not(self, app, key, client, changes):
        assert self.error(client, self.assertion(app, key, **changes)) == "invalid_client"

    def test_nor_does_one_of_another_key_or_algorithm(self, app, key, client):
        assert self.error(client, self.assertion(app, RSAKey.generate_key(2048), {"alg": "RS256"})) == "invalid_client"
        secret = OctKey.import_key(json.dumps(key.as_dict(private=False)))
        assert self.error(client, self.assertion(app, secret, {"alg": "HS256"})) == "invalid_client"
        assert self.error(client, "e30.e30.") == "invalid_client"

    def test_a_private_key_is_not_taken_for_a_public_one(self, db, key):
        with pytest.raises(clients.UnsafeClientError, match="私钥"):
            make_app(auth_method="private_key_jwt", jwks={"keys": [key.as_dict(private=True)]})


class TestCodes:
    def test_a_code_is_worth_tokens_once_and_its_second_use_kills_them(self, library, signed_in):
        code = library.code(signed_in)
        body = library.token(code).json()
        assert userinfo(body["access_token"]).status_code == 200

        again = library.token(code)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
        assert userinfo(body["access_token"]).status_code == 401
        assert library.refresh(body["refresh_token"]).json()["error"] == "invalid_grant"
        assert TokenFamily.objects.get().revoked_why == "code_reused"
        assert AuditEntry.objects.filter(action="identity.oidc_revoke_tokens").count() == 1

    def test_also_after_more_than_thirty_seconds_and_after_its_life(self, library, signed_in):
        for wait in (31, 90):
            code = library.code(signed_in)
            body = library.token(code).json()
            with time_machine.travel(now() + timedelta(seconds=wait), tick=True):
                assert library.token(code).json()["error"] == "invalid_grant"
                assert userinfo(body["access_token"]).status_code == 401

    def test_it_lives_a_minute(self, library, signed_in):
        code = library.code(signed_in)
        with time_machine.travel(now() + timedelta(seconds=61), tick=True):
            assert library.token(code).json()["error"] == "invalid_grant"

    def test_another_client_gets_nothing_for_it_and_cannot_kill_what_it_brought(self, library, signed_in):
        thief = make_app("thief")
        code = library.code(signed_in)
        body = library.token(code).json()
        thief.verifier = library.verifier
        assert thief.token(code).json()["error"] == "invalid_grant"
        assert userinfo(body["access_token"]).status_code == 200

    def test_a_code_in_strange_hands_is_spent(self, library, signed_in):
        thief = make_app("thief")
        code = library.code(signed_in)
        thief.verifier = library.verifier
        assert thief.token(code).json()["error"] == "invalid_grant"
        assert library.token(code).json()["error"] == "invalid_grant"

    @pytest.mark.parametrize("address", ["", "https://evil.example.com/", f"{BACK}/"])
    def test_the_address_must_be_the_one_it_was_asked_for(self, library, signed_in, address):
        answer = library.token(library.code(signed_in), redirect_uri=address)
        assert answer.json()["error"] == "invalid_grant"

    @pytest.mark.parametrize("code", ["x", "x" * 5000, "中"])
    def test_an_unknown_code_is_an_invalid_grant(self, library, code):
        assert library.token(code).json()["error"] == "invalid_grant"

    def test_what_is_missing_or_doubled_is_said(self, library, client):
        headers = basic(library.client_id, library.secret)
        assert client.post("/oidc/token", {}, headers=headers).json()["error"] == "invalid_request"
        only = {"grant_type": "authorization_code"}
        assert client.post("/oidc/token", only, headers=headers).json()["error"] == "invalid_request"
        doubled = {**only, "code": ["a", "b"]}
        assert client.post("/oidc/token", doubled, headers=headers).json()["error"] == "invalid_request"
        for odd in ("password", "implicit", "urn:x"):
            answer = client.post("/oidc/token", {"grant_type": odd}, headers=headers)
            assert answer.json()["error"] == "unsupported_grant_type"

    def test_a_session_that_ended_meanwhile_gives_no_tokens(self, library, signed_in):
        code = library.code(signed_in)
        signed_in.post("/sign-out")
        assert library.token(code).json()["error"] == "invalid_grant"


class TestRefresh:
    def test_each_use_gives_a_new_one(self, library, signed_in):
        body = library.tokens(signed_in)
        second = library.refresh(body["refresh_token"]).json()
        third = library.refresh(second["refresh_token"]).json()
        assert len({body["refresh_token"], second["refresh_token"], third["refresh_token"]}) == 3
        assert userinfo(third["access_token"]).json()["sub"] == userinfo(body["access_token"]).json()["sub"]

    def test_the_new_id_token_tells_the_same_person_and_the_same_sign_in(self, library, signed_in):
        from nanhu.platforms.identity.protocols.oidc.tests.test_basic_op import claims_in

        body = library.tokens(signed_in)
        first, second = (
            claims_in(body["id_token"]),
            claims_in(library.refresh(body["refresh_token"]).json()["id_token"]),
        )
        for name in ("iss", "sub", "aud", "auth_time", "sid"):
            assert first[name] == second[name]
        assert "nonce" not in second

    def test_a_used_one_that_comes_back_ends_the_whole_family(self, library, signed_in):
        body = library.tokens(signed_in)
        second = library.refresh(body["refresh_token"]).json()
        stolen = library.refresh(body["refresh_token"])
        assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
        assert library.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"
        assert userinfo(second["access_token"]).status_code == 401
        assert TokenFamily.objects.get().revoked_why == "refresh_reused"

    def test_within_the_grace_a_school_may_set_it_may_come_twice(self, library, signed_in, monkeypatch):
        from nanhu.platforms.identity.protocols.oidc.services import families

        monkeypatch.setattr(families, "grace", lambda: timedelta(seconds=20))
        body = library.tokens(signed_in)
        assert library.refresh(body["refresh_token"]).status_code == 200
        assert library.refresh(body["refresh_token"]).status_code == 200
        with time_machine.travel(now() + timedelta(seconds=21), tick=True):
            assert library.refresh(body["refresh_token"]).json()["error"] == "invalid_grant"

    def test_scopes_may_shrink_and_never_grow(self, library, signed_in):
        body = library.tokens(signed_in, scope="openid profile")
        more = library.refresh(body["refresh_token"], scope="openid email")
        assert more.json()["error"] == "invalid_scope"
        less = library.refresh(body["refresh_token"], scope="openid").json()
        assert less["scope"] == "openid"
        assert "name" not in userinfo(less["access_token"]).json()

    def test_another_client_cannot_use_it(self, library, signed_in):
        body = library.tokens(signed_in)
        thief = make_app("thief")
        assert thief.refresh(body["refresh_token"]).json()["error"] == "invalid_grant"
        assert library.refresh(body["refresh_token"]).status_code == 200

    def test_who_was_not_registered_for_it_gets_none(self, db, signed_in):
        app = make_app(may_refresh=False)
        assert "refresh_token" not in app.tokens(signed_in)
        assert app.refresh("x").json()["error"] == "unauthorized_client"

    def test_who_may_no_longer_use_the_application_gets_no_new_tokens(self, library, signed_in, monkeypatch):
        from nanhu.platforms.identity.services import access

        body = library.tokens(signed_in)
        monkeypatch.setattr(access, "decide", lambda **_: access.Decision(is_allowed=False))
        assert library.refresh(body["refresh_token"]).json()["error"] == "invalid_grant"


class TestMachines:
    @pytest.fixture
    def robot(self, db):
        return make_app("robot", kind="machine", redirect_uris=[], scopes=["grades.read", "openid", "rooms.write"])

    def test_a_program_gets_a_token_for_itself_and_nothing_about_people(self, robot):
        body = robot.post("/oidc/token", grant_type="client_credentials", scope="grades.read").json()
        assert (body["scope"], body["expires_in"] <= 3600) == ("grades.read", True)
        assert "refresh_token" not in body
        assert "id_token" not in body
        assert userinfo(body["access_token"]).status_code == 403
        told = robot.post("/oidc/introspect", token=body["access_token"]).json()
        assert (told["active"], told["sub"], told["scope"]) == (True, robot.client_id, "grades.read")

    def test_it_gets_no_scope_it_was_not_registered_for_and_none_of_people(self, robot):
        for scope in ("admin", "openid", "grades.read admin"):
            answer = robot.post("/oidc/token", grant_type="client_credentials", scope=scope)
            assert answer.json()["error"] == "invalid_scope"
        assert robot.post("/oidc/token", grant_type="client_credentials").json()["scope"] == "grades.read rooms.write"

    def test_applications_for_people_may_not_act_alone(self, library, phone_app):
        for app in (library, phone_app):
            answer = app.post("/oidc/token", grant_type="client_credentials")
            assert answer.json()["error"] == "unauthorized_client"

    def test_a_program_gets_no_code(self, robot, signed_in):
        page = signed_in.get("/oidc/authorize", {"client_id": robot.client_id, "response_type": "code"})
        assert page.status_code == 400


class TestUserinfoRefusals:
    def test_without_a_token_it_says_how_to_come(self, client, db):
        answer = client.get("/oidc/userinfo")
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")

    @pytest.mark.parametrize("token", ["", "x", "nat_" + "x" * 43, "x" * 5000])
    def test_a_wrong_token_is_invalid(self, client, db, token):
        answer = client.get("/oidc/userinfo", headers=bearer(token))
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer["WWW-Authenticate"]

    def test_a_token_in_the_address_or_in_two_places_is_not_taken(self, library, signed_in, client):
        token = library.tokens(signed_in)["access_token"]
        assert client.get("/oidc/userinfo", {"access_token": token}).status_code == 401
        both = client.post("/oidc/userinfo", {"access_token": token}, headers=bearer(token))
        assert (both.status_code, both.json()["error"]) == (400, "invalid_request")

    def test_a_refresh_token_opens_nothing(self, library, signed_in):
        assert userinfo(library.tokens(signed_in)["refresh_token"]).status_code == 401

    def test_it_dies_of_old_age(self, library, signed_in):
        token = library.tokens(signed_in)["access_token"]
        with time_machine.travel(now() + timedelta(minutes=16), tick=True):
            assert userinfo(token).status_code == 401

    def test_the_browsers_session_counts_for_nothing(self, signed_in):
        assert signed_in.get("/oidc/userinfo").status_code == 401


def test_the_hot_doors_cost_few_queries(library, signed_in, django_assert_max_num_queries):
    code = library.code(signed_in)
    library.tokens(signed_in)
    with django_assert_max_num_queries(12):
        body = library.token(code).json()
    with django_assert_max_num_queries(12):
        assert userinfo(body["access_token"]).status_code == 200
    with django_assert_max_num_queries(14):
        assert library.refresh(body["refresh_token"]).status_code == 200


def test_no_secret_of_theirs_is_kept_readable(library, signed_in):
    """Codes, access and refresh tokens stand in the database as hashes only."""
    from nanhu.platforms.identity.protocols.oidc.models import AccessToken, AuthorizationCode, RefreshToken

    code = library.code(signed_in)
    body = library.token(code).json()
    kept = [
        repr(row)
        for model in (AccessToken, AuthorizationCode, RefreshToken, TokenFamily)
        for row in model.objects.values_list()
    ]
    for secret in (code, body["access_token"], body["refresh_token"]):
        assert not any(secret in line for line in kept)


def test_a_client_without_csrf_token_is_a_program(library):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/oidc/token", {"grant_type": "x"}, headers=basic(library.client_id, library.secret))
    assert answer.json()["error"] == "unsupported_grant_type"
