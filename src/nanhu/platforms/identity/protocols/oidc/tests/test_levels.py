"""Levels of assurance: a second factor where the application asks for it, or its record does."""

from datetime import timedelta

import pytest

from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import Application, SsoSession
from nanhu.platforms.identity.protocols.oidc import jwts
from nanhu.platforms.identity.protocols.oidc.rules import MFA_ACR, PASSWORD_ACR
from nanhu.platforms.identity.protocols.oidc.tests.conftest import answer_of


def proved_twice() -> None:
    SsoSession.objects.update(second_factor_at=now() + timedelta(seconds=1), methods=["pwd", "otp", "mfa"])


def test_the_level_asked_for_leads_to_the_second_step_and_is_told(library, signed_in):
    asked = library.authorize(signed_in, acr_values=MFA_ACR)
    assert asked["Location"].startswith("/sign-in/second?next=")
    assert answer_of(library.authorize(signed_in, acr_values=MFA_ACR, prompt="none"))["error"] == "interaction_required"

    proved_twice()
    claims = jwts.read_hint(library.tokens(signed_in, acr_values=MFA_ACR)["id_token"])
    assert (claims["acr"], claims["amr"]) == (MFA_ACR, ["pwd", "otp", "mfa"])


def test_it_may_be_asked_for_in_the_claims_parameter(library, signed_in):
    wish = f'{{"id_token": {{"acr": {{"essential": true, "values": ["{MFA_ACR}"]}}}}}}'
    assert library.authorize(signed_in, claims=wish)["Location"].startswith("/sign-in/second")


def test_who_would_be_content_with_a_password_first_gets_one(library, signed_in):
    claims = jwts.read_hint(library.tokens(signed_in, acr_values=f"{PASSWORD_ACR} {MFA_ACR}")["id_token"])
    assert claims["acr"] == PASSWORD_ACR
    unknown_first = library.authorize(signed_in, acr_values=f"urn:x {MFA_ACR}")
    assert unknown_first["Location"].startswith("/sign-in/second")


def test_the_record_of_the_application_may_demand_it(library, signed_in):
    Application.objects.update(demands_second_factor=True)
    assert library.authorize(signed_in)["Location"].startswith("/sign-in/second")


def test_who_may_not_use_the_application_reads_why_and_the_application_is_told_in_silence(
    library, signed_in, monkeypatch
):
    from nanhu.platforms.identity.services import access

    monkeypatch.setattr(access, "decide", lambda **_: access.Decision(is_allowed=False, reason="只对学生开放。"))
    page = library.authorize(signed_in)
    assert page.status_code == 403
    assert "只对学生开放" in page.content.decode()
    assert answer_of(library.authorize(signed_in, prompt="none"))["error"] == "access_denied"


@pytest.mark.capability("A040.1")
def test_who_is_still_setting_up_does_that_first(library, signed_in, teacher):
    teacher.account.__class__.objects.filter(pk=teacher.account.pk).update(state="must_complete")
    assert library.authorize(signed_in)["Location"].endswith("/setup")
    assert answer_of(library.authorize(signed_in, prompt="none"))["error"] == "interaction_required"
