"""Requests that wait for somebody to sign in: strangers who never come back leave nothing behind."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from nanhu.kernel.clock import now
from nanhu.platforms.identity.protocols.oidc.models import PendingRequest
from nanhu.platforms.identity.protocols.oidc.services import pending
from nanhu.platforms.identity.protocols.oidc.tests.conftest import answer_of
from nanhu.platforms.identity.tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
LONG = "x" * 3000


def waiting_address(answer) -> str:
    assert urlsplit(answer["Location"]).path == "/sign-in"
    return parse_qs(urlsplit(answer["Location"]).query)["next"][0]


def test_a_stranger_writes_no_row_and_comes_back_to_the_very_request(library, teacher):
    browser = Client()
    back = waiting_address(library.authorize(browser, state="s" * 200, nonce="n" * 100))
    assert not PendingRequest.objects.exists()
    signed_in = browser.post("/sign-in", {"username": "T00123", "password": PASSWORD, "next": back})
    found = answer_of(browser.get(signed_in["Location"]))
    assert found["state"] == "s" * 200
    assert library.token(found["code"]).status_code == 200


@pytest.mark.usefixtures("clock_stands")
def test_what_does_not_fit_is_stored_so_many_times_for_a_network(library, monkeypatch):
    monkeypatch.setattr(pending, "LONG_ONES", pending.throttle.Limit("t", free=3, cap=60, memory=timedelta(minutes=1)))
    answers = [library.authorize(Client(), state=random_text(number)) for number in range(6)]
    assert PendingRequest.objects.count() < 6
    assert {one.status_code for one in answers} == {302, 429}
    assert library.authorize(Client()).status_code == 302, "an ordinary request is none of that"


@pytest.mark.usefixtures("clock_stands")
def test_who_is_signed_in_is_not_held_up_by_long_requests_of_neighbours(library, signed_in, monkeypatch):
    monkeypatch.setattr(pending, "LONG_ONES", pending.throttle.Limit("t", free=1, cap=60, memory=timedelta(minutes=1)))
    strangers = [library.authorize(Client(), state=random_text(number)).status_code for number in range(4)]
    assert strangers[-1] == 429
    assert library.authorize(signed_in, state=random_text(9)).status_code in {200, 302}
    again = library.authorize(signed_in, state=random_text(10), prompt="login")
    assert (again.status_code, "/sign-in" in again["Location"]) == (302, True), "asked for the password, and kept"


def random_text(number: int) -> str:
    """Nothing that could be packed smaller."""
    return "".join(pending.tokens.token() for _ in range(50)) + str(number)


def test_a_waiting_request_cannot_be_made_up_changed_or_kept(library, signed_in):
    kept = pending.keep_for_stranger("client_id=x", address="10.0.0.1").token
    assert pending.find(kept).query == "client_id=x"
    assert pending.find(kept[:-1] + ("A" if kept[-1] != "A" else "B")) is None
    assert signed_in.get("/oidc/authorize", {"resume": "a:b:c"}).status_code == 400
    with time_machine.travel(now() + timedelta(minutes=61)):
        assert pending.find(kept) is None


def test_an_account_can_be_chosen_for_it(library, signed_in):
    """Made while nobody was signed in, answered by somebody who was signed in before: in another window, say."""
    with time_machine.travel(now() + timedelta(minutes=1)):
        back = waiting_address(library.authorize(Client(), prompt="select_account"))
        token = parse_qs(urlsplit(back).query)["resume"][0]
        assert signed_in.get(back).status_code == 200
        chosen = signed_in.post("/oidc/account", {"waiting": token, "answer": "this"})
        assert "code" in answer_of(signed_in.get(chosen["Location"]))
