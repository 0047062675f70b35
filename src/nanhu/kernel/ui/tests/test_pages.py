"""What the look serves by itself: catalogue, colours, manifest, language, error pages; and the strict policy they live under."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.contrib.auth.decorators import login_not_required
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path

from nanhu.kernel import school as schools
from nanhu.kernel.errors import CampusError
from nanhu.kernel.ui import brand, error_pages

SOURCES = Path(__file__).parents[3]
pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return Client(headers={"accept-language": "zh-hans"}, raise_request_exception=False)


def test_the_catalogue_shows_every_component(browser):
    page = browser.get("/ui/").content.decode()
    for mark in (
        "card",
        "badge",
        "button",
        "stat",
        "alert",
        "empty",
        "progress",
        "steps",
        "tabs",
        "table",
        "pager",
        "dialog",
        "chart",
        "heat-plot",
        "spark",
        "field",
        "copy",
        "amount",
        "views",
        "search-line",
        "filters",
        "columns",
        "rows",
        "pick",
        "panel",
        "facts",
        "timeline",
        "difference",
        "comments",
        "toast",
        "week",
        "calendar-head",
        "calendar-warning",
        "calendar-rest",
        "slots",
    ):
        assert re.search(rf'class="[^"]*\b{mark}\b', page), mark


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_catalogue_can_be_seen_in_both_themes(browser, theme):
    assert f'data-theme="{theme}"' in browser.get("/ui/", {"theme": theme}).content.decode()


def test_identities_stand_once_on_a_page(browser):
    found = re.findall(r'\bid="([^"]+)"', browser.get("/ui/").content.decode())
    assert sorted(found) == sorted(set(found))


def test_no_template_of_the_house_breaks_the_strict_policy():
    """No inline style, no inline script, no on… attribute, nothing from another host."""
    wrong = re.compile(r"""\sstyle=|<style|\son[a-z]+=["']|<script(?![^>]*\bsrc=)|(?:src|href)=["'](?:https?:)?//""")
    for file in SOURCES.rglob("templates/**/*.html"):
        if "emulators" in file.parts:
            continue
        text = re.sub(r"\{#.*?#\}", "", file.read_text(encoding="utf-8"))
        assert not wrong.search(text), (file, wrong.search(text).group())


def test_every_page_is_sent_with_the_policy(browser):
    policy = browser.get("/ui/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_colours_of_a_school_are_served_and_may_be_cached(browser, monkeypatch):
    own = replace(schools.school(), primary_colour="#1b5e7b")
    monkeypatch.setattr("nanhu.kernel.ui.views.school", lambda: own)
    answer = browser.get("/theme.css")
    assert "--lake: #" in answer.content.decode()
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Type"].startswith("text/css")


def test_a_school_s_own_mark_is_served_from_here(browser, monkeypatch, tmp_path):
    file = tmp_path / "mark.svg"
    file.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    monkeypatch.setattr("nanhu.kernel.ui.views.school", lambda: replace(schools.school(), mark=str(file)))
    answer = browser.get("/brand/mark")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert browser.get("/brand/picture").status_code == 404
    assert browser.get("/brand/passwd").status_code == 404


def test_only_pictures_are_served_as_a_school_s_files(browser, monkeypatch, tmp_path):
    file = tmp_path / "secrets.toml"
    file.write_text("key = 1")
    monkeypatch.setattr("nanhu.kernel.ui.views.school", lambda: replace(schools.school(), mark=str(file)))
    assert browser.get("/brand/mark").status_code == 404


def test_the_mark_of_the_house_is_one_stroke():
    for name in ("mark.svg", "favicon.svg", "maskable.svg"):
        drawing = (Path(brand.__file__).parent / "static/ui/img" / name).read_text(encoding="utf-8")
        strokes = re.findall(r'<path[^>]* d="([^"]+)"', drawing)
        assert len(strokes) == 1
        assert strokes[0].upper().count("M") == 1


@pytest.mark.capability("A151.2", "A066.1")
def test_the_portal_is_put_on_a_phone_as_an_app_of_its_own(browser):
    """By the link that every page carries: it opens at the home, in a window of its own."""
    link = re.search(r'<link rel="manifest" href="([^"]+)">', browser.get("/ui/").content.decode())[1]
    told = browser.get(link).json()
    assert (told["display"], told["start_url"], bool(told["name"])) == ("standalone", "/", True)


@pytest.mark.capability("A151.2")
def test_the_manifest_names_the_school_and_its_icons(browser):
    told = browser.get("/manifest.webmanifest").json()
    assert told["short_name"] == schools.school().short_name
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}


def test_the_language_switch_stays_on_this_host(browser):
    answer = browser.post("/language", {"language": "en", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"
    assert '<html lang="en"' in browser.get("/ui/").content.decode()
    browser.post("/language", {"language": "tlh", "next": "/"})
    assert '<html lang="en"' in browser.get("/ui/").content.decode()


def test_a_missing_page_says_what_happened_what_to_do_and_a_number(browser):
    answer = browser.get("/manifest.webmanifest/not-here")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "没有找到这个页面" in page
    assert "回到首页" in page
    assert re.search(r'<code class="num">[0-9A-F]{8}</code>', page)


def test_a_crash_shows_a_page_that_needs_neither_session_nor_database(rf):
    try:
        crash()
    except RuntimeError:
        answer = error_pages.server_error(rf.get("/"))
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "我们这边出了点问题" in page
    assert "secret detail" not in page
    assert "csrfmiddlewaretoken" not in page


def test_a_crash_of_the_crash_page_still_says_what_happened(rf, monkeypatch):
    monkeypatch.setattr(error_pages, "render_to_string", lambda *_arguments: crash())
    answer = error_pages.server_error(rf.get("/"))
    assert answer.status_code == 500
    assert "我们这边出了点问题" in answer.content.decode()


def test_programs_get_json_instead_of_a_page():
    request = RequestFactory(headers={"accept": "application/json"}).get("/nowhere")
    answer = error_pages.not_found(request)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/json"


@override_settings(ROOT_URLCONF=__name__)
def test_an_expected_failure_is_a_page_with_its_sentence_and_code(browser):
    answer = browser.get("/refuse")
    assert answer.status_code == 400
    assert "这件事现在办不了" in answer.content.decode()
    assert "refused" in answer.content.decode()


def crash():
    raise RuntimeError("secret detail")


def refuse(_request):
    raise CampusError


urlpatterns = [
    path("refuse", login_not_required(refuse)),
    path("", include("nanhu.kernel.ui.urls")),
    path("", include("nanhu.platforms.identity.urls")),
]
