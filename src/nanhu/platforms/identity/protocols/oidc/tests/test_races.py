"""Two at once: of two that bring the same code or refresh token, one wins and both lose what was won."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from nanhu.platforms.identity.models import SsoGrant
from nanhu.platforms.identity.protocols.oidc.models import (
    AuthorizationCode,
    Consent,
    RefreshToken,
    SigningKey,
    TokenFamily,
)
from nanhu.platforms.identity.protocols.oidc.services import consents, keys
from nanhu.platforms.identity.protocols.oidc.tests.conftest import answer_of, userinfo
from nanhu.platforms.identity.protocols.oidc.tests.test_consent import answered
from nanhu.platforms.identity.tests.conftest import TEST
from nanhu.testing.races import amid

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(times: int, work):
    gate = threading.Barrier(times)

    def run(_number):
        try:
            gate.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_a_code_brought_by_four_at_once_serves_one_and_its_tokens_are_void(library, signed_in):
    code = library.code(signed_in)
    answers = at_once(4, lambda: library.token(code))
    won = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert {answer.json().get("error") for answer in answers if answer.status_code != 200} == {"invalid_grant"}
    assert userinfo(won[0]["access_token"]).status_code == 401
    family = TokenFamily.objects.get()
    assert family.revoked_why == "code_reused"
    assert SsoGrant.objects.count() == 1


def test_a_refresh_token_brought_twice_at_once_serves_one_and_ends_the_family(library, signed_in):
    body = library.tokens(signed_in)
    answers = at_once(3, lambda: library.refresh(body["refresh_token"]))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400]
    assert TokenFamily.objects.get().revoked_why == "refresh_reused"
    assert RefreshToken.objects.filter(used_at=None).count() == 1


def test_keys_made_or_rotated_at_once_stay_one_of_each(db):
    at_once(3, keys.ensure_keys)
    assert SigningKey.objects.filter(state="current").count() == SigningKey.objects.filter(state="next").count() == 1
    at_once(3, lambda: keys.rotate(by=TEST, reason="race"))
    assert SigningKey.objects.filter(state="current").count() == SigningKey.objects.filter(state="next").count() == 1
    assert SigningKey.objects.filter(state="retired").count() == 3


def test_tokens_asked_for_while_the_session_ends_are_told_of_or_not_given(library, signed_in):
    """Whichever comes first: there is no grant left open behind an ended session."""
    code = library.code(signed_in)

    def sign_out():
        return signed_in.post("/sign-out")

    work = iter([lambda: library.token(code), sign_out])
    lock = threading.Lock()

    def one():
        with lock:
            mine = next(work)
        return mine()

    at_once(2, one)
    assert not SsoGrant.objects.filter(logout="open").exists()


def test_a_consent_withdrawn_while_a_code_is_made_gives_none(stranger_app, signed_in):
    answered(signed_in, stranger_app.authorize(signed_in), "yes")
    given = Consent.objects.get()

    def withdraw():
        return consents.withdraw(by=TEST, account=given.account, consent_id=given.pk)

    _withdrawn, page = amid(withdraw, lambda: stranger_app.authorize(signed_in))
    assert (page.status_code, "允许图书馆使用您的信息" in page.content.decode()) == (200, True), "it asks again"
    assert not AuthorizationCode.objects.filter(used_at=None).exists()
    assert "code" in answer_of(answered(signed_in, page, "yes"))


def test_in_silence_a_consent_withdrawn_meanwhile_is_named(stranger_app, signed_in):
    answered(signed_in, stranger_app.authorize(signed_in), "yes")
    given = Consent.objects.get()

    def withdraw():
        return consents.withdraw(by=TEST, account=given.account, consent_id=given.pk)

    _withdrawn, answer = amid(withdraw, lambda: stranger_app.authorize(signed_in, prompt="none"))
    assert answer_of(answer)["error"] == "consent_required"
