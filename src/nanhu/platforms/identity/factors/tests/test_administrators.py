"""Administrators: without a second factor nothing opens, and their rights rest in a session that has none."""

import pytest
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory

from nanhu.kernel.models import SmsMessage
from nanhu.platforms.identity import policies
from nanhu.platforms.identity.factors.models import RememberedBrowser, TotpFactor
from nanhu.platforms.identity.factors.tests.conftest import (
    TEST,
    add_passkey,
    code_now,
    first_step,
    give_phone,
    second_step,
    sign_in,
)
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.services import roles

pytestmark = pytest.mark.django_db


def test_an_app_set_up_at_sign_in_opens_the_session_and_gives_recovery_codes(administrator):
    client = first_step(administrator, next="/account")
    client.get("/account/factors/add/totp")
    secret = str(TotpFactor.objects.get().secret)
    assert client.post("/account/factors/add/totp", {"code": "000000"}).status_code == 200
    assert not SsoSession.objects.exists()

    page = client.post("/account/factors/add/totp", {"code": code_now(secret=secret)})

    assert "记下恢复码" in page.content.decode()
    assert 'href="/account"' in page.content.decode()
    session = SsoSession.objects.get()
    assert session.methods == ["pwd", "otp", "mfa"]
    assert client.get("/account").status_code == 200


def test_a_passkey_set_up_at_sign_in_opens_the_session(administrator):
    client = first_step(administrator)
    add_passkey(client)
    assert SsoSession.objects.get().methods == ["pwd", "hwk", "mfa"]


def test_a_code_by_message_is_no_factor_of_theirs(administrator):
    give_phone(administrator)
    client = first_step(administrator)
    assert "短信" not in client.get("/sign-in/second").content.decode()
    client.post("/sign-in/second/send")
    assert not SmsMessage.objects.exists()


def test_a_secret_shown_to_one_browser_is_not_confirmed_by_another(administrator):
    """Somebody with the password who looked at a waiting secret does not know what the owner sets up later."""
    thief, owner = first_step(administrator), first_step(administrator)
    thief.get("/account/factors/add/totp")
    seen = str(TotpFactor.objects.get().secret)
    owner.get("/account/factors/add/totp")
    assert str(TotpFactor.objects.get().secret) != seen
    assert thief.post("/account/factors/add/totp", {"code": code_now(secret=seen)}).status_code == 200
    assert not TotpFactor.objects.filter(confirmed_at__isnull=False).exists()


def test_they_are_asked_also_on_a_device_that_was_remembered_before(careful):
    client = first_step(careful)
    second_step(client, code_now(-1), remember="on")
    client.post("/sign-out")
    assert sign_in(client, careful.numbers[0]).headers["Location"] == "/"
    client.post("/sign-out")

    roles.grant(by=TEST, account_id=careful.account.pk, role="campus.admin")

    first_step(careful, client)
    assert 'name="remember"' not in client.get("/sign-in/second").content.decode()
    second_step(client, remember="on")
    assert RememberedBrowser.objects.count() == 1, "no further one"


def test_a_role_given_meanwhile_rests_until_the_second_step(careful):
    client = signed_in_once(careful)
    SsoSession.objects.update(second_factor_at=None)
    roles.grant(by=TEST, account_id=careful.account.pk, role="campus.admin")
    request = asking(client)
    assert request.viewer.roles == frozenset()

    page = policies.role_required("campus.admin")(lambda _request: HttpResponse("secret"))
    led = page(request)

    assert led.status_code == 302
    assert led["Location"] == "/sign-in/second?next=%2Fsecret%3Fpage%3D2"
    with pytest.raises(Http404):
        policies.role_required("identity.auditor")(lambda _request: HttpResponse("secret"))(request)


def test_the_second_step_wakes_the_role_and_leads_back(careful):
    client = signed_in_once(careful)
    SsoSession.objects.update(second_factor_at=None, methods=["pwd"])
    roles.grant(by=TEST, account_id=careful.account.pk, role="campus.admin")
    before, authenticated = client.cookies["nanhu_session"].value, SsoSession.objects.get().authenticated_at

    answer = second_step(client, code_now(1), next="/account/sessions")

    assert answer.headers["Location"] == "/account/sessions"
    session = SsoSession.objects.get()
    assert session.methods == ["pwd", "otp", "mfa"]
    assert session.authenticated_at == authenticated, "the password is as old as it was"
    assert client.cookies["nanhu_session"].value != before
    assert asking(client).viewer.roles == frozenset({"campus.admin"})


def test_the_way_back_leads_to_no_stranger(careful):
    client = signed_in_once(careful)
    SsoSession.objects.update(second_factor_at=None)
    roles.grant(by=TEST, account_id=careful.account.pk, role="campus.admin")
    for target in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        page = client.get("/sign-in/second", {"next": target}).content.decode()
        assert '<input type="hidden" name="next" value="/">' in page
        assert 'href="https://evil' not in page
    assert second_step(client, code_now(1), next="//evil.example").headers["Location"] == "/"


def test_a_passkey_alone_signs_an_administrator_in(administrator):
    """The device verified its user: possession and knowledge, two factors in one."""
    key = add_passkey(first_step(administrator))
    other = Client()
    options = other.post("/sign-in/passkey/options").json()
    assert other.post("/sign-in/passkey", {"credential": key.get(options)}).status_code == 302
    assert SsoSession.objects.latest("pk").methods == ["hwk", "mfa"]


def signed_in_once(member):
    client = first_step(member)
    second_step(client)
    return client


def asking(client):
    answer = client.get("/account")
    request = RequestFactory().get("/secret?page=2")
    request.viewer, request.sso_session = answer.wsgi_request.viewer, answer.wsgi_request.sso_session
    return request
