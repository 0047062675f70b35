"""A form that comes too late (the session ended meanwhile, somebody signed in anew): nothing is done, and nothing that was typed is lost."""

import re
from html import unescape

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
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


def copied(page: str) -> list[str]:
    """What stands there to be copied, by a press or in a box."""
    boxes = re.findall(r"readonly>\n(.*?)</textarea>", page, re.DOTALL)
    return [unescape(one) for one in re.findall(r'data-copies="([^"]*)"', page) + boxes]


@pytest.mark.parametrize("is_late", [True, False], ids=["late", "read-only"])
def test_of_a_form_with_a_picture_all_that_was_typed_is_there_to_be_copied(school, request, is_late):
    """It cannot be sent again as it is: nothing but the picture is lost."""
    said = {
        "place": '南院1栋 "305"',
        "fault_class": "light",
        "words": WORDS,
        "phone": "13907300088",
        "window": "<b>中午</b>",
        "may_enter": "on",
        "twin": "other",
        "form_token": "3f1b0a52-9c7e-4f6a-8f6e-0d1c2b3a4958",
        "old_pin": "246810",
        "photos": SimpleUploadedFile("灯.jpg", b"picture"),
    }
    browser = Client() if is_late else school.client("S1")
    if not is_late:
        request.getfixturevalue("read_only_now")
    page = browser.post("/requests/repair/", said, **OURS).content.decode()
    shown = ['南院1栋 "305"', "light", "13907300088", "<b>中午</b>", "是", "不是同一处，另报一件", WORDS]
    assert [one.replace("\r\n", "\n") for one in copied(page)] == shown
    for label in ("坏在哪里", "联系电话", "什么时候方便", "怎么坏的"):
        assert label in page
    assert "灯.jpg" in page
    assert "246810" not in page
    assert "form_token" not in page


def test_what_comes_back_to_be_sent_again_is_shown_too(school):
    said = typed_into(school.client("S1"))
    page = Client().post(FORM, said, **OURS).content.decode()
    assert copied(page)[0] == "某某"
    assert said_on(page)["form_token"] == said["form_token"]


def test_no_password_comes_back(school):
    said = {"username": "S1", "password": "geheim-wie-nie", "csrfmiddlewaretoken": "a" * 64}
    refused = Client(enforce_csrf_checks=True).post("/sign-in", said, **OURS)
    page = refused.content.decode()
    assert refused.status_code == 403
    assert "geheim-wie-nie" not in page
    assert "登录过期了" not in page, "nobody has to be signed in there"
