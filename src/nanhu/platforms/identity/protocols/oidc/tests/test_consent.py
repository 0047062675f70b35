"""Consent: asked of a third party, with what and why, remembered, taken back."""

import re

import pytest
import time_machine
from django.test import Client

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.identity.protocols.oidc.models import Consent, TokenFamily
from nanhu.platforms.identity.protocols.oidc.tests.conftest import answer_of, make_app, userinfo
from nanhu.platforms.identity.tests.conftest import PASSWORD, sign_in
from nanhu.testing import merging

WAITING = re.compile(r'name="waiting" value="([^"]+)"')


def answered(browser: Client, page, answer: str):
    """The person presses a button of the page; for yes, come back to the request."""
    waiting = WAITING.search(page.content.decode())[1]
    sent = browser.post("/oidc/consent", {"waiting": waiting, "answer": answer})
    return browser.get(sent["Location"]) if sent["Location"].startswith("/oidc/") else sent


def test_a_third_party_is_asked_about_and_remembered(stranger_app, signed_in):
    page = stranger_app.authorize(signed_in)
    text = page.content.decode()
    assert page.status_code == 200
    for shown in ("允许图书馆使用您的信息", "欧阳修文", "显示登录的是谁", "T00123", "发送到期通知", "无法据此认出您"):
        assert shown in text, shown
    assert "DENY" in page["X-Frame-Options"]

    code = answer_of(answered(signed_in, page, "yes"))["code"]
    assert userinfo(stranger_app.token(code).json()["access_token"]).json()["name"] == "欧阳修文"
    assert "code" in answer_of(stranger_app.authorize(signed_in, prompt="none"))
    assert AuditEntry.objects.filter(action="identity.oidc_consent").count() == 1


def test_a_no_goes_back_as_a_no(stranger_app, signed_in):
    answer = answer_of(answered(signed_in, stranger_app.authorize(signed_in), "no"))
    assert (answer["error"], answer["state"]) == ("access_denied", "st-1")
    assert answer["iss"]
    assert not Consent.objects.exists()


def test_in_silence_a_missing_consent_is_named_and_nothing_else(stranger_app, signed_in):
    answer = answer_of(stranger_app.authorize(signed_in, prompt="none"))
    assert answer == {"error": "consent_required", "state": "st-1", "iss": answer["iss"]}


def test_in_silence_a_stranger_and_a_signed_in_stranger_learn_nothing_of_each_other(stranger_app, db):
    assert answer_of(stranger_app.authorize(Client(), prompt="none"))["error"] == "login_required"


def test_what_was_agreed_to_while_two_were_one_is_asked_anew_and_what_was_before_is_not(
    stranger_app, teacher, student, signed_in
):
    older = make_app("older", redirect_uris=["https://older.example.com/cb"], asking="once", subject="pairwise")
    answered(signed_in, older.authorize(signed_in), "yes")
    merge = merging.merge(kept_id=teacher.person_id, gone_id=student.person_id)
    answered(signed_in, stranger_app.authorize(signed_in), "yes")
    merging.part(merge)
    again = Client()
    assert sign_in(again, "T00123", PASSWORD).status_code == 302
    assert "code" in answer_of(older.authorize(again, prompt="none"))
    assert answer_of(stranger_app.authorize(again, prompt="none"))["error"] == "consent_required"


def test_a_consent_taken_back_while_two_were_one_is_taken_back_of_both(stranger_app, teacher, student, signed_in):
    """Whoever of them it was, also where the other had one of his own from before, which no page showed meanwhile."""
    older = make_app("older", redirect_uris=["https://older.example.com/cb"], asking="once", subject="pairwise")
    other = Client()
    sign_in(other, student.numbers[0])
    for app in (older, stranger_app):
        for browser in (signed_in, other):
            answered(browser, app.authorize(browser), "yes")
    merge = merging.merge(kept_id=teacher.person_id, gone_id=student.person_id)
    given = Consent.objects.get(account=teacher.account, client=stranger_app.client)
    assert signed_in.post(f"/oidc/consents/{given.pk}/withdraw").status_code == 302
    merging.part(merge)
    for number, password in (("T00123", PASSWORD), (student.numbers[0], PASSWORD)):
        again = Client()
        assert sign_in(again, number, password).status_code == 302
        assert "code" in answer_of(older.authorize(again, prompt="none"))
        assert answer_of(stranger_app.authorize(again, prompt="none"))["error"] == "consent_required", number


def test_more_scopes_are_asked_about_anew(stranger_app, signed_in):
    answered(signed_in, stranger_app.authorize(signed_in, scope="openid profile"), "yes")
    assert "code" in answer_of(stranger_app.authorize(signed_in, scope="openid"))
    assert stranger_app.authorize(signed_in, scope="openid profile email").status_code == 200


def test_single_claims_are_asked_about_too(stranger_app, signed_in):
    answered(signed_in, stranger_app.authorize(signed_in, scope="openid"), "yes")
    page = stranger_app.authorize(signed_in, scope="openid", claims='{"userinfo": {"email": null}}')
    assert "someone@example.edu.cn" in page.content.decode()


def test_prompt_consent_asks_although_it_is_remembered_and_once(stranger_app, library, signed_in):
    answered(signed_in, stranger_app.authorize(signed_in), "yes")
    for app in (stranger_app, library):
        page = app.authorize(signed_in, prompt="consent")
        assert page.status_code == 200
        assert "code" in answer_of(answered(signed_in, page, "yes"))


def test_who_wants_to_be_asked_each_time_is(db, signed_in):
    app = make_app(asking="always")
    for _visit in range(2):
        page = app.authorize(signed_in)
        assert page.status_code == 200
        assert "code" in answer_of(answered(signed_in, page, "yes"))
    assert answer_of(app.authorize(signed_in, prompt="none"))["error"] == "consent_required"


def test_acting_offline_is_asked_about_also_for_our_own_applications(library, signed_in):
    scope = "openid profile offline_access"
    assert answer_of(library.authorize(signed_in, scope=scope, prompt="none"))["error"] == "consent_required"
    page = library.authorize(signed_in, scope=scope)
    assert "您不在时也能使用" in page.content.decode()
    code = answer_of(answered(signed_in, page, "yes"))["code"]
    library.token(code)
    assert TokenFamily.objects.get().is_offline is True


def test_only_what_the_record_releases_is_shown_and_told(db, signed_in):
    app = make_app(asking="once", attributes={"displayName": "显示姓名"})
    text = app.authorize(signed_in).content.decode()
    assert "显示姓名" in text
    assert "someone@example.edu.cn" not in text
    assert "计算机学院" not in text


@pytest.mark.capability("A002.3", "A046.4")
def test_a_sensitive_thing_is_named_and_not_opened_for_the_asking(db, signed_in):
    from nanhu.platforms.identity.models import AttributeRelease

    app = make_app(asking="once", scopes=["openid", "phone"], attributes={"displayName": "显示"})
    AttributeRelease.objects.create(
        application=app.client.application,
        name="phone",
        reason="送货",
        is_sensitive=True,
        state="granted",
        requested_by="a",
        decided_by="b",
        decided_at=now(),
    )
    page = app.authorize(signed_in, scope="openid phone")
    text = page.content.decode()
    assert "手机号" in text
    assert "13973054321" not in text
    assert not AuditEntry.objects.filter(action__contains="phone").exists()
    code = answer_of(answered(signed_in, page, "yes"))["code"]
    about = userinfo(app.token(code).json()["access_token"]).json()
    assert about["phone_number"].endswith("13973054321")
    assert about["phone_number_verified"] is False


def test_consent_cannot_be_given_by_a_form_another_site_made(stranger_app, signed_in):
    page = stranger_app.authorize(signed_in)
    waiting = WAITING.search(page.content.decode())[1]
    signed_in.handler.enforce_csrf_checks = True
    assert signed_in.post("/oidc/consent", {"waiting": waiting, "answer": "yes"}).status_code == 403
    assert not Consent.objects.exists()


def test_the_yes_of_one_person_is_not_that_of_another(stranger_app, signed_in, student):
    """Whoever is signed in where the button is pressed consents for himself alone."""
    page = stranger_app.authorize(signed_in)
    other = Client()
    sign_in(other, student.numbers[0])
    back = answered(other, page, "yes")
    assert Consent.objects.get().account == student.account
    assert "code" in answer_of(back)
    assert answer_of(stranger_app.authorize(signed_in, prompt="none"))["error"] == "consent_required"


@pytest.mark.parametrize("token", ["", "x", "x" * 500, "a\0b"])
def test_a_request_nobody_made_cannot_be_answered(signed_in, token):
    for address in ("/oidc/consent", "/oidc/account"):
        assert signed_in.post(address, {"waiting": token, "answer": "yes"}).status_code == 400
    assert signed_in.get("/oidc/authorize", {"resume": token}).status_code == 400


def test_one_sees_and_withdraws_what_one_allowed(stranger_app, signed_in, client):
    code = answer_of(answered(signed_in, stranger_app.authorize(signed_in), "yes"))["code"]
    body = stranger_app.token(code).json()
    page = signed_in.get("/oidc/consents").content.decode()
    assert "图书馆" in page
    assert "邮箱" in page
    assert "授权过的应用" in signed_in.get("/account").content.decode()

    number = Consent.objects.get().pk
    under_way = stranger_app.code(signed_in)
    assert signed_in.post(f"/oidc/consents/{number}/withdraw").status_code == 302
    assert stranger_app.token(under_way).json()["error"] == "invalid_grant"
    assert signed_in.post(f"/oidc/consents/{number}/withdraw").status_code == 404
    assert userinfo(body["access_token"]).status_code == 401
    assert stranger_app.refresh(body["refresh_token"]).json()["error"] == "invalid_grant"
    assert stranger_app.authorize(signed_in).status_code == 200, "it asks again"
    assert "还没有授权过应用" in signed_in.get("/oidc/consents").content.decode()


def test_nobody_withdraws_for_somebody_else(stranger_app, signed_in, student):
    answered(signed_in, stranger_app.authorize(signed_in), "yes")
    other = Client()
    sign_in(other, student.numbers[0])
    assert other.post(f"/oidc/consents/{Consent.objects.get().pk}/withdraw").status_code == 404


class TestChoosing:
    def test_the_person_says_as_whom(self, library, signed_in):
        page = library.authorize(signed_in, prompt="select_account")
        assert "欧阳修文" in page.content.decode()
        waiting = WAITING.search(page.content.decode())[1]
        sent = signed_in.post("/oidc/account", {"waiting": waiting, "answer": "this"})
        assert "code" in answer_of(signed_in.get(sent["Location"]))

    def test_or_signs_out_and_comes_back_as_another(self, library, signed_in, student):
        page = library.authorize(signed_in, prompt="select_account")
        waiting = WAITING.search(page.content.decode())[1]
        sent = signed_in.post("/oidc/account", {"waiting": waiting, "answer": "other"})
        assert sent["Location"].startswith("/sign-in?next=")
        wanted = f"/oidc/authorize?resume={waiting}"
        sign_in(signed_in, student.numbers[0], next=wanted)
        code = answer_of(signed_in.get(wanted))["code"]
        about = userinfo(library.token(code).json()["access_token"]).json()
        assert about["name"] == "曾小南"


def test_the_page_speaks_the_language_the_application_asked_for(stranger_app, signed_in):
    assert "Allow" in stranger_app.authorize(signed_in, ui_locales="en").content.decode()


def test_a_request_waits_an_hour(stranger_app, signed_in):
    page = stranger_app.authorize(signed_in)
    waiting = WAITING.search(page.content.decode())[1]
    with time_machine.travel(now().timestamp() + 3601, tick=True):
        assert signed_in.post("/oidc/consent", {"waiting": waiting, "answer": "yes"}).status_code == 400
