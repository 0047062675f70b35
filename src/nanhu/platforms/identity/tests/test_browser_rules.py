"""What browsers are told: names of cookies, where forms may lead, and that no link of another site signs anybody out."""

import runpy
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

import nanhu
from nanhu.kernel import configuration as house
from nanhu.kernel import cookies
from nanhu.platforms.identity import devices, form_targets
from nanhu.platforms.identity.factors.services import remembered
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.tests.conftest import sign_in
from nanhu.platforms.identity.tests.test_cas import SERVICE, office
from nanhu.platforms.identity.views import sign_out

__all__ = ["office"]
pytestmark = pytest.mark.django_db
FOREIGN = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}


def form_action(response) -> list[str]:
    policy = dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))
    return policy["form-action"].split()


def test_over_https_every_cookie_is_bound_to_this_host(monkeypatch):
    https = replace(house.configuration(), public_url="https://campus.example.edu.cn")
    monkeypatch.setattr(house, "configuration", lambda: https)
    monkeypatch.setattr(cookies, "configuration", lambda: https)
    found = runpy.run_path(str(Path(nanhu.__file__).parent / "project" / "settings.py"))
    assert (found["SESSION_COOKIE_NAME"], found["CSRF_COOKIE_NAME"]) == ("__Host-nanhu_session", "__Host-csrftoken")
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    named = {
        runpy.run_path(str(Path(one.__file__)))[name]
        for one, name in ((devices, "COOKIE"), (devices, "SEEN_COOKIE"), (remembered, "COOKIE"), (sign_out, "COOKIE"))
    }
    assert named == {"__Host-nanhu_device", "__Host-nanhu_seen", "__Host-nanhu_remembered", "__Secure-nanhu_signed_out"}


@pytest.mark.capability("A032.2")
def test_what_the_names_of_cookies_promise_is_in_each_of_them(settings, teacher):
    """A browser drops a `__Host-` cookie that is not secure, names a domain or another path."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    browser = Client()
    browser.get("/sign-in")
    assert sign_in(browser, "T00123", remember="on").status_code == 302
    named = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, devices.COOKIE, devices.SEEN_COOKIE}
    assert named <= set(browser.cookies)
    held = [browser.cookies[name] for name in named]
    assert {(one["secure"], one["domain"], one["path"]) for one in held} == {(True, "", "/")}
    assert {one["samesite"] for one in held} == {"Lax"}
    assert all(browser.cookies[name]["httponly"] for name in named - {settings.CSRF_COOKIE_NAME})
    left = browser.post("/sign-out").cookies[sign_out.COOKIE]
    assert (left["secure"], left["domain"], left["httponly"]) == (True, "", True)


def test_forms_lead_to_ourselves_alone(browser, teacher, office, settings):
    """Though an application is registered: only the pages of signing in and out lead to it."""
    sign_in(browser, "T00123")
    assert form_action(browser.get("/")) == ["'self'"]
    assert settings.SECURE_CSP["form-action"] == ["'self'"]


def test_the_form_of_the_sign_in_may_also_lead_to_who_is_registered(browser, office):
    for page in ("/sign-in", f"/cas/login?service={SERVICE}"):
        assert form_action(browser.get(page)) == ["'self'", "https://oa.example.edu.cn"]


def test_a_school_with_very_many_applications_gets_no_header_that_servers_refuse(office, monkeypatch):
    assert form_targets.sources() == ["https://oa.example.edu.cn"]
    monkeypatch.setattr(form_targets, "LONGEST", 20)
    assert form_targets.sources() == ["https:"]


def test_no_form_leads_to_an_application_that_is_switched_off(browser, office):
    office.is_enabled = False
    office.save()
    assert form_action(browser.get("/sign-in")) == ["'self'"]


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("https://oa.example.edu.cn:8443/a?b=c", "https://oa.example.edu.cn:8443"),
        ("http://127.0.0.1/callback", "http://127.0.0.1:*"),
        ("cn.edu.example.app:/callback", "cn.edu.example.app:"),
    ],
)
def test_how_an_address_is_written_there(address, source):
    assert form_targets.source_of(address) == source


@pytest.mark.parametrize("address", ["/cas/logout", f"/cas/logout?service={SERVICE}"])
def test_a_link_of_another_site_signs_nobody_out_without_a_click(browser, teacher, office, address):
    sign_in(browser, "T00123")
    page = browser.get(address, headers=FOREIGN)
    assert page.status_code == 200
    assert "要退出登录吗" in page.content.decode()
    assert SsoSession.objects.filter(ended_at=None).exists()

    browser.post(address, headers={"Sec-Fetch-Site": "same-origin"})
    assert not SsoSession.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize("site", ["same-origin", "same-site", "none"])
def test_the_schools_own_applications_sign_out_at_once(browser, teacher, office, site):
    sign_in(browser, "T00123")
    answer = browser.get(f"/cas/logout?service={SERVICE}", headers={"Sec-Fetch-Site": site})
    assert (answer.status_code, answer.headers["Location"]) == (302, SERVICE)
    assert not SsoSession.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize("value", ["", "true", "false"])
def test_a_parameter_that_is_set_counts_whatever_its_value(browser, teacher, office, value):
    sign_in(browser, "T00123")
    page = browser.get(f"/cas/login?service={SERVICE}&renew={value}")
    assert page.status_code == 200
    assert 'type="password"' in page.content.decode()


@pytest.mark.parametrize("address", ["/account", "/account/sessions", "/account/tokens", "/account/contacts", "/"])
def test_no_page_of_whoever_is_signed_in_is_kept_by_a_browser(browser, student, address):
    """No view says so of itself: the middleware does, also where a page is refused or leads on."""
    sign_in(browser, student.numbers[0])
    assert {"no-store", "private"} <= set(browser.get(address).headers["Cache-Control"].replace(" ", "").split(","))
