"""Sessions end by the clock, by their owner and with the account; viewer and roles are true at each request."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory

from nanhu.kernel.clock import now
from nanhu.platforms.identity import api
from nanhu.platforms.identity.jobs import sweep
from nanhu.platforms.identity.lifecycle import accounts
from nanhu.platforms.identity.middleware import IdentityMiddleware
from nanhu.platforms.identity.models import Account, RoleGrant, SsoSession
from nanhu.platforms.identity.services import roles, sessions
from nanhu.platforms.identity.tests.conftest import TEST, sign_in
from nanhu.platforms.people.models import Affiliation

pytestmark = pytest.mark.django_db


def viewer_of(client):
    return client.get("/account").wsgi_request.viewer


def test_an_unused_session_ends(browser, student):
    sign_in(browser, student.numbers[0])
    with time_machine.travel(now() + timedelta(minutes=119), tick=False):
        assert browser.get("/account").status_code == 200
    with time_machine.travel(now() + timedelta(minutes=119 + 121), tick=False):
        assert browser.get("/account").status_code == 302
    assert SsoSession.objects.get().ended_how == "idle"


def test_a_session_has_a_longest_life_however_busy(browser, student):
    sign_in(browser, student.numbers[0])
    start = now()
    for hour in range(1, 12):
        with time_machine.travel(start + timedelta(hours=hour), tick=False):
            assert browser.get("/account").status_code == 200
    with time_machine.travel(start + timedelta(hours=12, minutes=1), tick=False):
        assert browser.get("/account").status_code == 302


def test_the_sweep_ends_sessions_of_closed_browsers(browser, student):
    sign_in(browser, student.numbers[0])
    with time_machine.travel(now() + timedelta(minutes=121), tick=False):
        sweep()
    assert SsoSession.objects.get().ended_how == "idle"


@pytest.mark.capability("A002.4")
def test_signing_in_as_somebody_else_ends_the_former_session(browser, student, teacher):
    sign_in(browser, student.numbers[0])
    sign_in(browser, "T00123")
    assert viewer_of(browser).name == "欧阳修文"
    assert SsoSession.objects.get(account=student.account).ended_how == "replaced"


@pytest.mark.capability("A008.2")
def test_a_closed_account_is_out_at_once(browser, student):
    sign_in(browser, student.numbers[0])
    accounts.move(by=TEST, account=student.account, state="suspended")
    assert browser.get("/account").status_code == 302
    assert SsoSession.objects.get().ended_how == "account_closed"


@pytest.mark.capability("A039.2")
def test_one_person_can_look_with_either_face(browser, teacher):
    sign_in(browser, "T00123")
    assert (viewer_of(browser).face, viewer_of(browser).campus_no) == ("staff", "T00123")
    request = browser.get("/account").wsgi_request
    api.choose_face(request, "student")
    assert (request.viewer.face, request.viewer.campus_no) == ("student", "20250999")
    api.choose_face(request, "rector")
    assert request.viewer.face == "student"
    request.session.save()
    assert viewer_of(browser).face == "student"


@pytest.mark.capability("A039.2")
def test_faces_follow_live_affiliations(browser, teacher):
    sign_in(browser, "T00123")
    Affiliation.objects.filter(campus_no="20250999").update(state="ended", ends_on="2026-10-01")
    assert viewer_of(browser).faces == {"staff"}


def test_a_request_costs_few_queries(browser, student, django_assert_num_queries):
    """The session store, the session with its account and roles, and the person with the affiliations."""
    sign_in(browser, student.numbers[0])
    request = RequestFactory().get("/")
    request.COOKIES = {name: morsel.value for name, morsel in browser.cookies.items()}
    stack = SessionMiddleware(AuthenticationMiddleware(IdentityMiddleware(lambda _request: HttpResponse())))
    with django_assert_num_queries(3):
        stack(request)
    assert request.viewer.name == student.name


def test_an_account_that_comes_with_its_session_is_judged_as_any_other(browser, student):
    """Suspended, or with another password since: out, though the session itself still lives."""
    sign_in(browser, student.numbers[0])
    before = Account.objects.get(pk=student.account.pk)
    assert viewer_of(browser).account_id == before.pk
    Account.objects.filter(pk=before.pk).update(state=Account.State.SUSPENDED)
    assert viewer_of(browser) is None
    Account.objects.filter(pk=before.pk).update(state=before.state)
    assert viewer_of(browser).account_id == before.pk
    Account.objects.filter(pk=before.pk).update(password="another")
    assert viewer_of(browser) is None


def test_a_session_of_somebody_else_brings_nobodys_account(browser, student, teacher):
    """Each cookie names an account and a session of it; one that names another's session is nobody's."""
    sign_in(browser, student.numbers[0])
    own = browser.session[sessions.SESSION_ID]
    other = Client()
    sign_in(other, "T00123")
    crossed = other.session
    crossed[sessions.SESSION_ID] = own
    crossed.save()
    assert viewer_of(other) is None
    assert viewer_of(browser).name == student.name


def test_roles_are_granted_once_and_seen_at_the_next_request(browser, student):
    sign_in(browser, student.numbers[0])
    assert viewer_of(browser).roles == frozenset()

    for _twice in range(2):
        roles.grant(by=TEST, account_id=student.account.pk, role="messages.editor")
    assert RoleGrant.objects.count() == 1
    assert api.has_role(viewer_of(browser), "messages.editor")

    roles.revoke(by=TEST, account_id=student.account.pk, role="messages.editor")
    assert not api.has_role(viewer_of(browser), "messages.editor")
    assert RoleGrant.objects.count() == 1, "history stays"


def test_a_role_no_room_declares_is_refused(student):
    with pytest.raises(api.UnknownRoleError):
        roles.grant(by=TEST, account_id=student.account.pk, role="card.emperor")


def test_a_stranger_to_the_role_sees_no_page(browser, student):
    sign_in(browser, student.numbers[0])
    request = RequestFactory().get("/secret")
    request.viewer = viewer_of(browser)
    page = api.role_required("messages.editor")(lambda _request: HttpResponse("secret"))
    with pytest.raises(Http404):
        page(request)
    roles.grant(by=TEST, account_id=student.account.pk, role="messages.editor")
    request.viewer = viewer_of(browser)
    assert page(request).content == b"secret"


def test_a_stolen_session_row_of_another_account_is_no_way_in(student, teacher):
    """The session's row must belong to the account of the cookie."""
    one, other = Client(), Client()
    sign_in(one, student.numbers[0])
    sign_in(other, "T00123")
    session = one.session
    session["identity.session"] = SsoSession.objects.get(account=teacher.account).pk
    session.save()
    assert one.get("/account").status_code == 302


def test_a_browser_that_is_closed_keeps_nobody_signed_in(browser, student):
    """The cookie lives in the browser's window, not on the disk of the laboratory's computer."""
    sign_in(browser, student.numbers[0])

    cookie = browser.cookies["nanhu_session"]
    assert not cookie["max-age"]
    assert not cookie["expires"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
