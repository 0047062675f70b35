"""What ends tokens: revocation, the session's end, the account's end, withdrawal; and who may know of it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from nanhu.kernel.clock import now
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.identity.events import AccountClosed, PasswordChanged
from nanhu.platforms.identity.lifecycle import counter
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.protocols.oidc import subscribers
from nanhu.platforms.identity.protocols.oidc.jobs import sweep
from nanhu.platforms.identity.protocols.oidc.models import (
    AccessToken,
    AuthorizationCode,
    Consent,
    PendingRequest,
    TokenFamily,
)
from nanhu.platforms.identity.protocols.oidc.services import clients, consents
from nanhu.platforms.identity.protocols.oidc.services.consents import ConsentRequest
from nanhu.platforms.identity.protocols.oidc.tests.conftest import make_app, userinfo
from nanhu.platforms.identity.tests.conftest import TEST

pytestmark = pytest.mark.capability("A002.3", "A046.4")

OFFLINE = "openid profile offline_access"


@pytest.fixture
def offline(library, signed_in, teacher) -> dict:
    """Tokens that live without a session, by the person's consent."""
    consents.grant(
        by=TEST,
        account=teacher.account,
        client=library.client,
        consent_request=ConsentRequest(scopes=OFFLINE.split(), claims=[]),
    )
    return library.tokens(signed_in, scope=OFFLINE)


def is_alive(app, body) -> bool:
    return app.post("/oidc/introspect", token=body["access_token"]).json()["active"]


def test_tokens_end_with_the_session(library, signed_in):
    body = library.tokens(signed_in)
    assert is_alive(library, body)
    signed_in.post("/sign-out")
    assert userinfo(body["access_token"]).status_code == 401
    assert library.refresh(body["refresh_token"]).json()["error"] == "invalid_grant"
    assert library.post("/oidc/introspect", token=body["refresh_token"]).json() == {"active": False}


def test_and_with_its_idleness(library, signed_in):
    body = library.tokens(signed_in)
    with time_machine.travel(now() + timedelta(minutes=121), tick=True):
        assert library.refresh(body["refresh_token"]).json()["error"] == "invalid_grant"


def test_offline_tokens_outlive_the_session_and_not_their_term(library, signed_in, offline):
    signed_in.post("/sign-out")
    fresh = library.refresh(offline["refresh_token"])
    assert fresh.status_code == 200
    with time_machine.travel(now() + timedelta(days=91), tick=True):
        assert library.refresh(fresh.json()["refresh_token"]).json()["error"] == "invalid_grant"


def test_offline_tokens_end_with_the_account_also_when_it_opens_again(library, offline, teacher):
    account = teacher.account
    Account.objects.filter(pk=account.pk).update(state="suspended")
    assert userinfo(offline["access_token"]).status_code == 401
    assert library.refresh(offline["refresh_token"]).json()["error"] == "invalid_grant"
    subscribers.end_with_account([AccountClosed(account_id=account.pk, person_id=account.person_id, state="suspended")])
    Account.objects.filter(pk=account.pk).update(state="active")
    assert library.refresh(offline["refresh_token"]).json()["error"] == "invalid_grant"
    assert TokenFamily.objects.get().revoked_why == "account_closed"


def test_a_changed_password_ends_what_acts_offline(library, offline, teacher):
    account = teacher.account
    for _twice in range(2):
        subscribers.end_with_password([PasswordChanged(account_id=account.pk, person_id=account.person_id)])
    assert library.refresh(offline["refresh_token"]).json()["error"] == "invalid_grant"
    assert TokenFamily.objects.get().revoked_why == "password_changed"


def test_a_reset_at_the_counter_ends_what_acts_offline(library, offline, teacher):
    counter.reset_account(by=TEST, account_id=teacher.account.pk, reason="忘记密码")
    deliver_pending()
    assert TokenFamily.objects.get().revoked_why == "password_changed"
    assert library.refresh(offline["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_refresh_token_revoked_takes_everything_along(library, signed_in):
    body = library.tokens(signed_in)
    answer = library.post("/oidc/revoke", token=body["refresh_token"], token_type_hint="refresh_token")
    assert answer.status_code == 200
    assert userinfo(body["access_token"]).status_code == 401
    assert library.refresh(body["refresh_token"]).json()["error"] == "invalid_grant"


def test_an_access_token_revoked_goes_alone(library, signed_in):
    body = library.tokens(signed_in)
    assert library.post("/oidc/revoke", token=body["access_token"], token_type_hint="strange").status_code == 200
    assert userinfo(body["access_token"]).status_code == 401
    assert library.refresh(body["refresh_token"]).status_code == 200


def test_revoking_what_is_unknown_is_no_error(library):
    assert library.post("/oidc/revoke", token="x").status_code == 200
    assert library.post("/oidc/revoke").json()["error"] == "invalid_request"


def test_nobody_revokes_anothers_token_or_without_proof(library, signed_in, client):
    body = library.tokens(signed_in)
    thief = make_app("thief")
    assert thief.post("/oidc/revoke", token=body["access_token"]).json()["error"] == "invalid_grant"
    assert client.post("/oidc/revoke", {"token": body["access_token"]}).status_code == 401
    assert userinfo(body["access_token"]).status_code == 200


def test_introspection_tells_the_owner_and_a_resource_and_nobody_else(library, signed_in, client):
    body = library.tokens(signed_in)
    told = library.post("/oidc/introspect", token=body["access_token"]).json()
    assert (told["active"], told["client_id"], told["token_type"]) == (True, library.client_id, "Bearer")
    assert told["exp"] - told["iat"] <= 3600
    thief = make_app("thief")
    assert thief.post("/oidc/introspect", token=body["access_token"]).json() == {"active": False}
    resource = make_app("grades", may_introspect_all=True)
    assert resource.post("/oidc/introspect", token=body["access_token"]).json()["active"] is True
    phone = make_app("phone", kind="native", redirect_uris=["http://127.0.0.1/cb"])
    assert phone.post("/oidc/introspect", token=body["access_token"]).status_code == 401
    assert client.post("/oidc/introspect", {"token": body["access_token"]}).status_code == 401
    assert resource.post("/oidc/introspect", token="x").json() == {"active": False}


def test_a_client_that_was_closed_has_no_live_tokens(library, signed_in):
    body = library.tokens(signed_in)
    clients.forget(by=TEST, application=library.client.application)
    assert userinfo(body["access_token"]).status_code == 401
    assert library.refresh(body["refresh_token"]).status_code == 401


def test_the_sweep_takes_what_is_over_and_keeps_what_betrays_a_thief(library, signed_in):
    code = library.code(signed_in)
    body = library.token(code).json()
    library.authorize(signed_in, prompt="login")
    assert PendingRequest.objects.exists()
    with time_machine.travel(now() + timedelta(hours=2), tick=True):
        sweep()
        assert not PendingRequest.objects.exists()
        assert not AccessToken.objects.exists()
        assert AuthorizationCode.objects.count() == 1
        assert library.token(code).json()["error"] == "invalid_grant"
    assert TokenFamily.objects.get().revoked_why == "code_reused"
    assert body["refresh_token"]
    with time_machine.travel(now() + timedelta(days=60), tick=True):
        sweep()
        assert not AuthorizationCode.objects.exists()
        assert not TokenFamily.objects.exists()
    assert not Consent.objects.exists()


def test_what_lives_for_minutes_costs_no_flush_and_what_must_last_does(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relpersistence FROM pg_class WHERE relname LIKE 'identity_oidc_%' AND relkind = 'r'"
        )
        found = {name.removeprefix("identity_oidc_"): kind for name, kind in cursor.fetchall()}
    assert {name for name, kind in found.items() if kind == "u"} == {"pending", "code", "access_token"}
    assert {"family", "refresh_token", "consent", "signing_key", "pairwise_subject", "seen_assertion"} <= set(found)
