"""CAS in the registry: what is saved, what is pasted, what the trial shows, and that it leaves nothing behind."""

import re
from pathlib import Path

import pytest
from django.test import RequestFactory

from nanhu.kernel.tests import outside
from nanhu.platforms.identity import panels
from nanhu.platforms.identity.models import ServiceTicket, SsoGrant, SsoSession
from nanhu.platforms.identity.protocols.cas import snippets
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import TEST

pytestmark = pytest.mark.django_db
PANEL = panels.panels["cas"]


@pytest.fixture
def office(db):
    return register_application(by=TEST, key="oa", name="OA", owner="校办", attributes=["displayName"])


@pytest.fixture
def request_of_admin(teacher):
    request = RequestFactory().get("/")
    request.sso_session = SsoSession.objects.create(account=teacher.account, campus_no="T00123")
    return request


def filled(**more):
    return PANEL.form(
        {
            "addresses": "https://oa.example.edu.cn/\nhttps://oa2.example.edu.cn/app",
            "logout_url": "",
            "user_name": "staff_first",
            "has_attributes_in_cas2": "on",
            "proxy_prefixes": "",
            **more,
        }
    )


def test_it_saves_what_was_filled_in_and_shows_it_again(office):
    form = filled(proxy_prefixes="https://oa.example.edu.cn/pgt")
    assert form.is_valid(), form.errors
    assert not PANEL.speaks(office)
    PANEL.save(TEST, office, form.cleaned_data)

    office.refresh_from_db()
    assert PANEL.speaks(office)
    assert PANEL.initial(office) == {
        "addresses": ["https://oa.example.edu.cn/", "https://oa2.example.edu.cn/app"],
        "logout_url": "",
        "user_name": "staff_first",
        "has_attributes_in_cas2": True,
        "proxy_prefixes": ["https://oa.example.edu.cn/pgt"],
        "proxy_targets": [],
    }
    shown = str(PANEL.form(initial=PANEL.initial(office))["addresses"])
    assert "https://oa.example.edu.cn/\nhttps://oa2.example.edu.cn/app" in shown
    PANEL.forget(TEST, office)
    assert not PANEL.speaks(office)


@pytest.mark.parametrize(
    "addresses",
    ["", "oa.example.edu.cn", "https://*.example.edu.cn/", "https://a@b.cn/", "https://oa.example.edu.cn/a/../b"],
)
def test_it_takes_no_address_that_could_mean_another(addresses):
    assert "addresses" in filled(addresses=addresses).errors


def test_the_snippets_carry_the_real_addresses(office):
    PANEL.save(TEST, office, filled_data())
    texts = {one.client: one.text for one in PANEL.snippets(office, {})}
    assert "CASValidateURL http://localhost:8000/cas/p3/serviceValidate" in texts["Apache mod_auth_cas"]
    assert "phpCAS::client(CAS_VERSION_3_0, 'localhost', 8000, '/cas', 'https://oa.example.edu.cn')" in texts["phpCAS"]
    assert 'CAS_SERVER_URL = "http://localhost:8000/cas/"' in texts["django-cas-ng"]
    assert not [client for client, text in texts.items() if re.search(r"\{[a-z_]+\}|\{\{|\}\}", text)]
    assert "handleLogoutRequests(false)" in texts["phpCAS"]
    assert "SingleSignOutHttpSessionListener" in texts["Java (Apereo java-cas-client)"]
    assert 'ignoringRequestMatchers("/login/cas")' in texts["Spring Security"]


def test_it_says_which_snippets_were_run_and_which_were_only_read_up(office):
    PANEL.save(TEST, office, filled_data())
    proofs = {one.client: one.is_proved for one in PANEL.snippets(office, {})}
    assert {client for client, proof in proofs.items() if proof} == set(snippets.PROVED_BY)
    assert {client for client, proof in proofs.items() if proof is False} == snippets.BY_DOCUMENTATION
    interop = Path(__file__).parents[5] / "tests" / "interop"
    assert all((interop / name).exists() for name in snippets.PROVED_BY.values())


def filled_data(**more):
    form = filled(**more)
    assert form.is_valid(), form.errors
    return form.cleaned_data


def test_the_trial_walks_the_way_of_a_ticket_and_leaves_nothing(office, request_of_admin):
    with outside.application() as there:
        PANEL.save(TEST, office, filled_data(addresses=there.address))
        steps = PANEL.trial(request_of_admin, office)

    assert all(step.is_good for step in steps), steps
    assert any("<cas:user>T00123</cas:user>" in step.detail for step in steps)
    assert len(there.logouts) == 1
    assert not ServiceTicket.objects.exists()
    assert not SsoGrant.objects.exists()


def test_the_trial_says_what_is_wrong(office, request_of_admin):
    assert [step.is_good for step in PANEL.trial(request_of_admin, office)] == [False]
    PANEL.save(TEST, office, filled_data(addresses="http://oa.example.edu.cn/", logout_url=outside.refusing()))
    found = PANEL.trial(request_of_admin, office)
    assert [step.is_good for step in found] == [False, True, True, True, False]
    assert "ConnectionRefusedError" in found[-1].detail
