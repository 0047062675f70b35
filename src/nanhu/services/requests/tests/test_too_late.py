"""A form that comes too late (the session ended meanwhile, somebody signed in anew): nothing is done, and nothing that was typed is lost."""

import re

import pytest
from django.conf import settings
from django.test import Client

from nanhu.services.requests.models import Request

pytestmark = pytest.mark.django_db
FORM = "/requests/complaint/"
OURS = {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_SEC_FETCH_MODE": "navigate"}
ELSEWHERE = {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_SEC_FETCH_MODE": "navigate"}
WORDS = "第一行：等了两个小时\n第二行：<b>没有人来</b>"


def said_on(page: str) -> dict[str, str]:
    """What its form to be sent again holds."""
    form = page[page.index('<form method="post" action="/requests/') :]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    text = re.search(r'name="words" rows="4" readonly>\n(.*?)</textarea>', form, re.DOTALL)
    assert text is not None
    return hidden | {"words": text[1].replace("&lt;", "<").replace("&gt;", ">")}


def strict(client: Client) -> Client:
    """The same browser, whose forms need their mark."""
    found = Client(enforce_csrf_checks=True)
    found.cookies = client.cookies
    return found


def typed_into(client: Client) -> dict[str, str]:
    page = client.get(FORM).content.decode()
    marks = dict(re.findall(r'name="(csrfmiddlewaretoken|form_token)" value="([^"]+)"', page))
    return marks | {"unit": "", "accused": "某某", "words": WORDS}


def test_a_form_whose_session_ended_is_sent_again_after_signing_in(school):
    browser = strict(school.client("S1"))
    said = typed_into(browser)
    del browser.cookies[settings.SESSION_COOKIE_NAME]
    late = browser.post(FORM, said, **OURS)
    page = late.content.decode()
    assert late.status_code == 403
    assert "登录过期了" in page
    assert 'target="_blank"' in page
    assert "no-store" in late.headers["Cache-Control"]
    assert not Request.objects.exists()
    browser.cookies[settings.SESSION_COOKIE_NAME] = school.client("S1").cookies[settings.SESSION_COOKIE_NAME].value
    kept = said_on(page)
    assert kept["words"].replace("\r\n", "\n") == WORDS
    assert browser.post(FORM, kept, **OURS).status_code == 302
    assert browser.post(FORM, kept, **OURS).status_code == 302
    [made] = Request.objects.all()
    assert WORDS in made.words.replace("\r\n", "\n")


def test_a_form_of_before_somebody_signed_in_anew_is_sent_again_under_the_name_that_the_page_says(school):
    browser = strict(school.client("S1"))
    said = typed_into(browser) | {"csrfmiddlewaretoken": "a" * 64}
    late = browser.post(FORM, said, **OURS)
    page = late.content.decode()
    assert late.status_code == 403
    assert "林同学" in page
    assert browser.post(FORM, said_on(page), **OURS).status_code == 302
    assert Request.objects.get().person_id == school["S1"]


def test_what_another_site_sends_is_neither_shown_back_nor_offered(school):
    browser = strict(school.client("S1"))
    said = typed_into(browser) | {"csrfmiddlewaretoken": "a" * 64}
    for sent_by in (ELSEWHERE, {"HTTP_ORIGIN": "https://elsewhere.example"}, {}):
        refused = browser.post(FORM, said, **sent_by)
        assert (refused.status_code, "第一行" in refused.content.decode()) == (403, False)
    assert "第一行" in browser.post(FORM, said, HTTP_ORIGIN="http://testserver").content.decode()
    del browser.cookies[settings.SESSION_COOKIE_NAME]
    assert browser.post(FORM, typed_into(school.client("S1")) | said, **ELSEWHERE).status_code == 403
    signed_out = Client().post(FORM, said, **ELSEWHERE)
    assert (signed_out.status_code, signed_out.headers["Location"]) == (302, f"/sign-in?next={FORM}")
    assert not Request.objects.exists()


def test_the_address_of_a_button_opened_by_itself_is_a_page_and_no_empty_one(school):
    browser = school.client("S1")
    shown = browser.get("/requests/known/", headers={"Accept": "text/html,*/*"})
    assert (shown.status_code, shown.headers["Allow"]) == (405, "POST")
    assert "这个地址不能直接打开" in shown.content.decode()
    for program in ({"Accept": "application/json"}, {"Accept": "text/html", "Sec-Fetch-Mode": "cors"}):
        assert not browser.get("/requests/known/", headers=program).content


def test_no_password_comes_back(school):
    said = {"username": "S1", "password": "geheim-wie-nie", "csrfmiddlewaretoken": "a" * 64}
    refused = Client(enforce_csrf_checks=True).post("/sign-in", said, **OURS)
    page = refused.content.decode()
    assert refused.status_code == 403
    assert "geheim-wie-nie" not in page
    assert "登录过期了" not in page, "nobody has to be signed in there"
