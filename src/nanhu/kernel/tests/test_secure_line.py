"""http → https, where a proxy says that the visitor came without TLS."""

import os
import subprocess
import sys
from ast import literal_eval
from dataclasses import replace

import pytest
from django.test import Client

from nanhu.kernel import proxies, secure_line
from nanhu.kernel.configuration import configuration

pytestmark = pytest.mark.django_db
OPEN_LINE = {"X-Forwarded-Proto": "http"}


@pytest.fixture
def secure(monkeypatch):
    ours = replace(configuration(), public_url="https://portal.example.edu.cn", trusted_proxies="127.0.0.1")
    for module in (proxies, secure_line):
        monkeypatch.setattr(module, "configuration", lambda: ours)


@pytest.mark.capability("A032.3", "A024.1")
def test_the_address_typed_without_tls_leads_to_the_same_page_with_it(secure):
    answer = Client().get("/notices/?page=2", headers=OPEN_LINE)
    assert answer.status_code == 301
    assert answer.headers["Location"] == "https://portal.example.edu.cn/notices/?page=2"


@pytest.mark.capability("A032.3")
@pytest.mark.parametrize("path", ["//evil.example.com/", "/%2f%2fevil.example.com", "/\\evil.example.com"])
def test_it_never_leads_to_another_host(secure, path):
    location = Client().get(path, headers=OPEN_LINE).headers["Location"]
    assert location.startswith("https://portal.example.edu.cn/")


@pytest.mark.capability("A032.3")
def test_a_password_sent_in_the_open_is_not_taken(secure):
    answer = Client().post("/sign-in", {"username": "1", "password": "2"}, headers=OPEN_LINE)
    assert answer.status_code == 403


@pytest.mark.capability("A032.3")
def test_who_came_by_tls_stays_with_it_and_no_cookie_goes_into_the_open(settings):
    """What the settings of a campus with an https address come to, as browsers are told it."""
    names = ("SECURE_HSTS_SECONDS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")
    program = f"from django.conf import settings; print(*(getattr(settings, name) for name in {names}))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "NANHU_PUBLIC_URL": "https://portal.example.edu.cn"},
        capture_output=True,
        text=True,
        check=True,
    )
    for name, value in zip(names, done.stdout.split(), strict=True):
        setattr(settings, name, literal_eval(value))
    answer = Client().get("/sign-in", secure=True)
    assert int(answer.headers["Strict-Transport-Security"].removeprefix("max-age=")) >= 365 * 86_400
    assert answer.cookies
    assert all(one["secure"] for one in answer.cookies.values())
    assert Client().get("/sign-in").cookies.keys() == answer.cookies.keys()


def test_who_is_no_proxy_of_ours_says_nothing(secure):
    assert Client(REMOTE_ADDR="203.0.113.5").get("/sign-in", headers=OPEN_LINE).status_code == 200


def test_a_line_with_tls_and_a_machine_beside_us_pass(secure):
    assert Client().get("/sign-in", headers={"X-Forwarded-Proto": "https"}).status_code == 200
    assert Client().get("/sign-in").status_code == 200


def test_a_campus_without_tls_is_left_alone():
    assert Client().get("/sign-in", headers=OPEN_LINE).status_code == 200
