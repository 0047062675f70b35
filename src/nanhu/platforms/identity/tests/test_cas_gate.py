"""/cas/login and the gate: who may not pass, what is still owed, and that nothing leaks on the way."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.platforms.identity import gate
from nanhu.platforms.identity.models import ServiceTicket, SsoSession
from nanhu.platforms.identity.services import access
from nanhu.platforms.identity.tests.conftest import PASSWORD, sign_in
from nanhu.platforms.identity.tests.test_cas import SERVICE, failure_code, office, ticket_from, validate

__all__ = ["office"]
pytestmark = [pytest.mark.django_db, pytest.mark.capability("A046.4")]
LOGIN = f"/cas/login?service={SERVICE}"


@pytest.fixture
def signed_in(browser, teacher, office):
    sign_in(browser, "T00123")
    return browser


@pytest.fixture
def closed(monkeypatch):
    """The application is not for these people."""
    decision = access.Decision(is_allowed=False, reason=_("这个应用只给教务处使用。"), remedy=_("请找教务处开通。"))
    monkeypatch.setattr(access, "decide", lambda **_facts: decision)


@pytest.mark.capability("A046.3")
def test_who_may_not_use_it_reads_why_and_gets_no_ticket(signed_in, closed):
    page = signed_in.get("/cas/login", {"service": SERVICE})

    assert page.status_code == 403
    assert "这个应用只给教务处使用。" in page.content.decode()
    assert not ServiceTicket.objects.exists()


def test_who_signs_in_at_cas_itself_is_judged_as_well(browser, teacher, office, closed):
    page = browser.post(LOGIN, {"username": "T00123", "password": PASSWORD})

    assert page.status_code == 403
    assert not ServiceTicket.objects.exists()


@pytest.fixture
def demanding(office):
    office.demands_second_factor = True
    office.save()
    return office


def test_a_second_factor_is_asked_where_the_application_demands_it(signed_in, demanding):
    answer = signed_in.get("/cas/login", {"service": SERVICE})

    where = urlsplit(answer.headers["Location"])
    assert (answer.status_code, where.path) == (302, "/sign-in/second")
    assert parse_qs(where.query)["next"][0].startswith("/cas/login?service=")
    SsoSession.objects.update(second_factor_at=now())
    assert ticket_from(signed_in.get("/cas/login", {"service": SERVICE})).startswith("ST-")


def test_who_renews_and_owes_a_second_factor_is_asked_for_the_password_once(signed_in, demanding):
    address = f"{LOGIN}&renew=true"
    assert "密码" in signed_in.get(address).content.decode()
    answer = signed_in.post(address, {"username": "T00123", "password": PASSWORD})
    assert urlsplit(answer.headers["Location"]).path == "/sign-in/second"
    SsoSession.objects.update(second_factor_at=now())
    ticket = ticket_from(signed_in.get(address))
    assert b"authenticationSuccess" in validate(ticket, renew="true").content
    assert signed_in.get(address).status_code == 200, "each time anew"


def test_a_proof_that_waited_too_long_for_its_second_factor_is_asked_for_again(signed_in, demanding):
    address = f"{LOGIN}&renew=true"
    signed_in.get(address)
    signed_in.post(address, {"username": "T00123", "password": PASSWORD})
    SsoSession.objects.update(second_factor_at=now())
    with time_machine.travel(now() + timedelta(minutes=11)):
        assert signed_in.get(address).status_code == 200
        assert not ServiceTicket.objects.exists()


@pytest.mark.parametrize("owed", ["sign_in", "second_factor", "right"])
def test_at_a_gateway_nothing_is_shown_whatever_is_owed(owed, browser, teacher, office, request):
    if owed != "sign_in":
        sign_in(browser, "T00123")
        request.getfixturevalue("demanding" if owed == "second_factor" else "closed")

    answer = browser.get("/cas/login", {"service": SERVICE, "gateway": "true"})

    assert (answer.status_code, answer.headers["Location"]) == (302, SERVICE)
    assert not ServiceTicket.objects.exists()


def test_renew_is_asked_once_for_each_request_and_not_met_by_what_went_before(signed_in):
    renewing = LOGIN + "&renew=true"
    for _visit in range(2):
        assert signed_in.get(renewing).status_code == 200
    fresh = ticket_from(signed_in.post(renewing, {"username": "T00123", "password": PASSWORD}))
    assert b"authenticationSuccess" in validate(fresh, renew="true").content
    assert signed_in.get(renewing).status_code == 200, "the password of a moment ago served that request only"


def test_renew_by_another_page_makes_a_ticket_of_a_fresh_sign_in(signed_in):
    """A passkey, a second step: they come back to the same address, signed in anew."""
    renewing = LOGIN + "&renew=true"
    assert signed_in.get(renewing).status_code == 200
    with time_machine.travel(now() + timedelta(seconds=5)):
        SsoSession.objects.update(authenticated_at=now())
        ticket = ticket_from(signed_in.get(renewing))
        assert b"authenticationSuccess" in validate(ticket, renew="true").content
        assert signed_in.get(renewing).status_code == 200


def test_a_second_factor_owed_after_the_password_leads_back_to_the_application(browser, teacher, demanding):
    answer = browser.post(LOGIN, {"username": "T00123", "password": PASSWORD})

    assert answer.status_code == 302
    assert urlsplit(answer.headers["Location"]).path.startswith("/sign-in/second")
    assert not ServiceTicket.objects.exists()


@pytest.mark.capability("A046.3")
def test_a_switched_off_application_is_refused_at_validation_too(signed_in, office):
    ticket = ticket_from(signed_in.get("/cas/login", {"service": SERVICE}))
    office.is_enabled = False
    office.save()
    assert failure_code(validate(ticket)) == "INVALID_SERVICE"


def test_a_wrong_password_shows_the_form_again_with_a_word(browser, teacher, office):
    page = browser.post(LOGIN, {"username": "T00123", "password": "wrong"})
    assert page.status_code == 200
    assert "账号或密码不正确。" in page.content.decode()


def test_a_password_never_goes_on_to_the_application(browser, teacher, office):
    """302 or 303: 307 and 308 would post the password again, to the application."""
    answer = browser.post(LOGIN, {"username": "T00123", "password": PASSWORD})
    assert answer.status_code in {302, 303}
    assert PASSWORD not in answer.headers["Location"]


def test_the_page_with_the_ticket_tells_no_other_site_where_it_was(signed_in):
    for more in ({}, {"method": "POST"}):
        answer = signed_in.get("/cas/login", {"service": SERVICE, **more})
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in answer.headers["Cache-Control"]


def test_a_stranger_cannot_bring_a_browser_in_by_a_form_of_his(teacher, office):
    """Login CSRF: another site's form carries no token of ours."""
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post(LOGIN, {"username": "T00123", "password": PASSWORD})
    assert answer.status_code == 403
    assert not SsoSession.objects.exists()


def test_the_note_of_renewal_does_not_grow_without_end(signed_in):
    for number in range(gate.RENEWALS_AT_MOST + 5):
        signed_in.get(f"{LOGIN}%3Fn={number}&renew=true")
    assert len(signed_in.session[gate.RENEWALS]) <= gate.RENEWALS_AT_MOST + 1


def test_no_log_line_carries_a_ticket_or_a_password(browser, teacher, office, caplog, capfd):
    with caplog.at_level("DEBUG"):
        browser.post(LOGIN, {"username": "T00123", "password": "Wrong-Boat-1995"})
        ticket = ticket_from(browser.post(LOGIN, {"username": "T00123", "password": PASSWORD}))
        validate(ticket)
        validate(ticket)
        validate(ticket, "https://oa.example.edu.cn/other", pgtUrl="https://oa.example.edu.cn/pgt")
    said = caplog.text + "".join(capfd.readouterr())
    for secret in (ticket, PASSWORD, "Wrong-Boat-1995"):
        assert secret not in said
