"""The page after sign-out: which applications are out, for the browser that signed out and nobody else."""

from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.utils import translation

from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import SsoGrant, SsoSession
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.services.logout_ledger import lines_of
from nanhu.platforms.identity.tests.conftest import TEST, sign_in
from nanhu.platforms.identity.tests.test_cas import SERVICE, fresh_ticket, office, validate
from nanhu.platforms.identity.views import sign_out

__all__ = ["office"]
pytestmark = [pytest.mark.django_db, pytest.mark.capability("A002.4")]


@pytest.fixture
def library(db):
    return register_application(
        by=TEST, key="lib", name="图书馆", owner="图书馆", service_prefix="https://lib.example.edu.cn/"
    )


@pytest.fixture
def in_two(browser, teacher, office, library):
    """Signed in, and in two applications, one of them twice."""
    sign_in(browser, "T00123")
    for service in (SERVICE, SERVICE, "https://lib.example.edu.cn/"):
        validate(fresh_ticket(browser, service=service), service)
    return browser


def settle(key: str, **facts) -> None:
    SsoGrant.objects.filter(application__key=key).update(**facts)


def text_of(page) -> str:
    return " ".join(page.content.decode().split())


@pytest.mark.capability("A002.4")
def test_it_names_each_application_once_and_what_became_of_it(in_two):
    page = in_two.post("/sign-out", follow=True)
    assert page.request["PATH_INFO"] == "/signed-out"
    assert text_of(page).count("OA 办公系统") == 1
    assert "正在通知退出" in text_of(page)
    assert 'hx-trigger="every 1s"' in text_of(page)

    settle("oa", logout="done", logout_due_at=None)
    settle("lib", logout_error="ConnectionRefusedError: [Errno 111]")
    page = in_two.get("/signed-out")
    assert "已退出" in text_of(page)
    assert "联系不上，正在重试" in text_of(page)
    assert "Errno" not in text_of(page)
    assert 'hx-trigger="every 5s"' in text_of(page)

    settle("oa", logout="notified")
    page = in_two.get("/signed-out")
    assert "已通知" in text_of(page)
    assert "不回答是否真的退出" in text_of(page)
    assert "已退出</span>" not in page.content.decode(), "nobody said that its session is over"

    settle("lib", logout="unreachable", logout_due_at=None)
    page = in_two.get("/signed-out")
    assert "一直联系不上" in text_of(page)
    assert "hx-trigger" not in text_of(page)


@pytest.mark.capability("A002.4")
def test_an_application_entered_twice_is_out_when_both_are(in_two):
    in_two.post("/sign-out")
    first = SsoGrant.objects.filter(application__key="oa").first()
    SsoGrant.objects.filter(pk=first.pk).update(logout="done", logout_due_at=None)
    found = lines_of([first.session_id])[first.session_id]
    assert [(line.application, line.is_notified) for line in found] == [("OA 办公系统", False), ("图书馆", False)]


def test_nobody_else_sees_it(in_two):
    in_two.post("/sign-out")
    assert "OA 办公系统" in text_of(in_two.get("/signed-out"))
    assert "OA 办公系统" not in text_of(Client().get("/signed-out"))


def test_it_says_nothing_about_the_person(in_two):
    page = text_of(in_two.post("/sign-out", follow=True))
    for secret in ("欧阳", "T00123", "20250999"):
        assert secret not in page


@pytest.mark.parametrize("value", ["", "x", "1", "{id}", "{id}:abc:def"])
def test_its_key_cannot_be_made_up(in_two, value):
    in_two.post("/sign-out")
    forged = Client()
    forged.cookies[sign_out.COOKIE] = value.format(id=SsoSession.objects.get().public_id)
    assert "OA 办公系统" not in text_of(forged.get("/signed-out"))


def test_its_key_opens_no_live_session(in_two):
    forged = Client()
    live = SsoSession.objects.get().public_id
    forged.cookies[sign_out.COOKIE] = signing.TimestampSigner(salt=sign_out.SALT).sign(str(live))
    assert "OA 办公系统" not in text_of(forged.get("/signed-out"))


def test_it_is_gone_after_a_quarter_of_an_hour(in_two):
    in_two.post("/sign-out")
    with time_machine.travel(now() + timedelta(minutes=16)):
        assert "OA 办公系统" not in text_of(in_two.get("/signed-out"))


def test_the_key_is_out_of_reach_of_scripts_and_other_pages(in_two):
    key = in_two.post("/sign-out").cookies[sign_out.COOKIE]
    assert (key["httponly"], key["samesite"], key["path"]) == (True, "Lax", "/signed-out")


def test_cas_logout_shows_it_and_sends_on_only_to_registered_places(in_two):
    page = in_two.get("/cas/logout", {"url": SERVICE})
    assert page.status_code == 200
    assert "图书馆" in text_of(page)
    assert f'href="{SERVICE}"' in text_of(page)


def test_cas_logout_with_a_service_sends_on_and_keeps_the_ledger(in_two):
    answer = in_two.get("/cas/logout", {"service": SERVICE})
    assert answer.headers["Location"] == SERVICE
    assert "图书馆" in text_of(in_two.get("/signed-out"))


@pytest.mark.parametrize("name", ["service", "url"])
@pytest.mark.parametrize("address", ["https://evil.example.com/", "javascript:alert(1)", "//evil.example.com"])
def test_logout_is_no_open_redirect(in_two, name, address):
    answer = in_two.get("/cas/logout", {name: address})
    assert answer.status_code == 200
    assert address not in text_of(answer)
    assert SsoSession.objects.get().ended_at is not None


def test_head_signs_nobody_out(in_two):
    assert in_two.head("/cas/logout").status_code == 200
    assert SsoSession.objects.get().ended_at is None


def test_a_page_of_sessions_takes_one_query(in_two, django_assert_num_queries):
    session = SsoSession.objects.get()
    with django_assert_num_queries(1):
        assert len(lines_of([session.pk, session.pk + 1])[session.pk]) == 2


def test_it_reads_in_english(in_two):
    in_two.post("/sign-out")
    settle("oa", logout="done", logout_due_at=None)
    with translation.override("en"):
        assert str(lines_of([SsoSession.objects.get().pk]).popitem()[1][0].text) == "Signed out"
