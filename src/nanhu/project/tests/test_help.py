"""Help on every page (I20): its `?` opens the section of the user manual that explains it, and each section explains pages that exist."""

import re
from dataclasses import replace
from html import unescape
from urllib.parse import unquote

import pytest
from django.urls import get_resolver

from nanhu.platforms.portal import help as manual
from nanhu.testing.sessions import signed_in

FOR_PROGRAMS = (
    "card_api",
    "flows_api",
    "hub_api",
    "payments_notices",
    "requests_api",
    "files",
    "kit",
    "ui",
    "people:photo",
)
"""Doors of programs, and parts of pages."""


def names(resolver=None, above=()):
    for one in (resolver or get_resolver()).url_patterns:
        if hasattr(one, "url_patterns"):
            yield from names(one, (*above, one.namespace) if one.namespace else above)
        elif above:
            yield ":".join((*above, one.name or ""))


def test_every_page_has_its_section():
    pages = [one for one in names() if not f"{one}:".startswith(tuple(f"{name}:" for name in FOR_PROGRAMS))]
    assert len(pages) > 500
    assert [one for one in pages if manual.section_for(one) is None] == []


def test_every_section_explains_something_that_exists():
    pages = [f"{one}:" for one in names()]
    gone = [
        name
        for one in manual.sections()
        for name in one.pages
        if not any(page.startswith(f"{name}:") for page in pages)
    ]
    assert gone == []


def test_the_longest_name_has_the_page():
    assert manual.section_for("card:home").title == "校园卡：余额和交易明细"
    assert manual.section_for("card:code").title == "付款码和门禁码"
    assert manual.section_for("card:code_enable").title == "校园卡：余额和交易明细", (
        "a name is no prefix of another word"
    )
    assert manual.section_for("nonsense:page") is None


@pytest.mark.parametrize("address", ["/", "/me/", "/flows/", "/venues/", "/account"])
def test_the_mark_on_a_page_leads_to_its_section(sample_student, address):
    page = sample_student.get(address).content.decode()
    link = unescape(page.partition('class="top-help" href="')[2].partition('"')[0])
    answer = sample_student.get(link)
    assert answer.status_code == 302
    section = manual.section_titled(unquote(answer["Location"]).split("/")[-2])
    shown = sample_student.get(answer["Location"]).content.decode()
    assert section is not None
    assert section.title in shown
    assert manual.ROWS not in shown
    assert manual.PAGES not in shown


def test_it_is_searched_and_says_where_it_knows_nothing(sample_student):
    found = sample_student.get("/help/", {"q": "付款码 网络"}).content.decode()
    assert "付款码和门禁码" in found
    assert "办卡、制卡与发卡" not in found
    assert "手册里没有" in sample_student.get("/help/", {"q": "核反应堆"}).content.decode()
    assert sample_student.get("/help/%E4%B8%8D%E5%AD%98%E5%9C%A8/").status_code == 404
    assert "<script>" not in sample_student.get("/help/", {"q": "<script>", "page": "\x00'"}).content.decode()


def test_its_sections_stand_by_chapter_and_are_narrowed_to_one(sample_student):
    assert [one.title for one in manual.sections() if one.chapter == len(manual.CHAPTERS)] == [], "each has one"
    page = sample_student.get("/help/").content.decode()
    names = [str(name) for name, _rooms in manual.CHAPTERS]
    titles = [one.strip() for one in re.findall(r'class="card-title">([^<]*)</h2>', page)]
    assert titles == names
    places = [page.rfind(f"{name}\n") for name in names]
    assert places[2] < page.find("付款码和门禁码</a>") < places[3]
    one = sample_student.get("/help/", {"chapter": "2"}).content.decode()
    assert ["付款码和门禁码</a>" in one, "登录和退出</a>" in one] == [True, False]


CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_every_section_stands_in_english_too():
    lacking = [one.title for one in manual.sections() if not one.english or not all(one.english)]
    assert lacking == []
    assert set(manual.english_sections()) == {one.title for one in manual.sections()}, "each translates one that exists"


def test_the_english_is_english_and_no_single_sentence_for_a_page():
    """Chinese is quoted alone, and a third of the length is the least that tells what to do."""
    titled = [one.title for one in manual.sections() if CHINESE.search(one.english[0])]
    copied = [one.title for one in manual.sections() if len(CHINESE.findall(one.english[1])) * 20 > len(one.english[1])]
    short = [one.title for one in manual.sections() if len(one.english[1].split()) * 15 < len(one.text)]
    assert [titled, copied, short] == [[], [], []]


def test_an_english_reader_reads_it_in_english(sample_student):
    sample_student.post("/preferences/language/en")
    page = sample_student.get("/help/更正个人信息/").content.decode()
    assert "<h1>Correcting my data</h1>" in page
    assert 'class="help-text" lang="en"' in page
    listed = sample_student.get("/help/").content.decode()
    assert "Counting assets, labels" in listed
    assert '<span lang="zh-Hans">资产盘点和标签</span>' not in listed
    assert "Lost and found" in sample_student.get("/help/", {"q": "blacken faces"}).content.decode()


def test_a_section_without_english_is_shown_in_chinese_marked_as_such(sample_student, monkeypatch):
    whole = manual.sections()
    monkeypatch.setattr("nanhu.platforms.portal.help.sections", lambda: (replace(whole[0], english=None), *whole[1:]))
    sample_student.post("/preferences/language/en")
    page = sample_student.get(f"/help/{whole[0].title}/").content.decode()
    assert 'class="help-text" lang="zh-Hans"' in page


@pytest.fixture
def sample_student(db):
    from nanhu.platforms.portal.tests.conftest import join

    join("林小雨", student="20240518")
    return signed_in("20240518")
