"""What programs ask is answered by fewer middlewares with the same words and heads."""

import json

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from django.urls import get_resolver, resolve

from nanhu.kernel import read_only
from nanhu.kernel.database import away
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.tests.conftest import BY
from nanhu.platforms.datahub.tests.test_sharing import CARD, HOME, ask_grant, card, reader_of, registered
from nanhu.project.programs import ADDRESS, FOR_PEOPLE, ProgramHandler, Programs
from nanhu.project.tests.test_doors import doors

ANEW = ("Nanhu-Request-Id", "Content-Length", "Date", "Expires")
"""Heads that differ from answer to answer."""
NO_COOKIE = "Cookie"
"""Middlewares that are about people look whether there is one; programs have none."""
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_stands")]


@pytest.fixture
def secret():
    datahub.put(CARD, [card(1), card(2)], by=BY)
    vendor = registered()
    ask_grant(CARD)
    return reader_of(vendor).secret


def asked(handler, method, path, *, body=b"", **heads):
    request = RequestFactory(headers=heads, REMOTE_ADDR=HOME).generic(method, path, body, "application/json")
    answer = handler.get_response(request)
    told = {name: value for name, value in answer.headers.items() if name not in ANEW}
    told["Vary"] = [one for one in told.get("Vary", "").split(", ") if one != NO_COOKIE]
    text = answer.content
    if text.startswith(b"{"):
        said = json.loads(text)
        said.get("error", {}).pop("request_id", None)
        return answer.status_code, told, said
    return answer.status_code, told, text[:2] if "gzip" in told.get("Content-Encoding", "") else text


HUB = f"/api/hub/v1/{CARD}"


@pytest.mark.parametrize(
    ("method", "path", "heads", "status"),
    [
        ("GET", HUB, {}, 200),
        ("GET", f"{HUB}?limit=1", {"accept-encoding": "gzip"}, 200),
        ("GET", f"{HUB}?limit=0", {"accept-language": "en"}, 422),
        ("GET", f"{HUB}?nonsense=1", {}, 400),
        ("HEAD", HUB, {}, 200),
        ("POST", HUB, {}, 405),
        ("GET", "/api/hub/v1/products", {"x-forwarded-for": "10.1.2.3", "x-forwarded-proto": "http"}, 200),
        ("GET", "/api/hub/v1/openapi.json", {}, 200),
        ("GET", "/api/hub/v1/nothing/at/all", {}, 404),
        ("GET", "/api/nobody/v1/x", {}, 404),
        ("GET", "/api/hub/v1/a%00b", {}, 404),
        ("GET", HUB, {"host": "evil.example"}, 400),
        ("GET", HUB, {"authorization": "Bearer nanhu_live_000000000000_x", "accept-language": "en"}, 401),
        ("GET", HUB, {"authorization": "", "accept-language": "en"}, 401),
        ("POST", "/api/card/v1/payments", {"content-length": "99999999999"}, 403),
    ],
)
def test_programs_hear_the_same_by_fewer_middlewares(secret, method, path, heads, status):
    said = [
        asked(handler(), method, path, **{"authorization": f"Bearer {secret}"} | heads)
        for handler in (WSGIHandler, ProgramHandler)
    ]
    assert said[0] == said[1]
    assert said[0][0] == status
    assert ADDRESS.match(path)


def test_while_the_database_is_away_or_the_school_read_only_programs_hear_the_same(secret, monkeypatch):
    monkeypatch.setattr(away, "is_away", lambda: True)
    gone = [asked(handler(), "GET", HUB, authorization=f"Bearer {secret}") for handler in (WSGIHandler, ProgramHandler)]
    assert gone[0] == gone[1]
    assert ("Retry-After" in gone[0][1], gone[0][2]["error"]["type"]) == (True, "server")
    monkeypatch.undo()
    monkeypatch.setattr(read_only, "is_on", lambda: True)
    resting = [
        asked(handler(), "GET", f"{HUB}?limit=1", authorization=f"Bearer {secret}")
        for handler in (WSGIHandler, ProgramHandler)
    ]
    assert resting[0] == resting[1]
    assert resting[0][0] == 200


@pytest.mark.parametrize(
    ("path", "host", "status"), [("/api/nobody/v2/x", "localhost", 404), ("/api/nobody/v1/x", "evil.example", 400)]
)
def test_whoever_goes_astray_among_the_addresses_of_programs_is_shown_a_page(path, host, status):
    """It needs nothing that the middlewares of people put on a request."""
    request = RequestFactory(headers={"accept": "text/html", "host": host}).get(path)
    answer = ProgramHandler().get_response(request)
    assert answer.status_code == status
    assert "</html>" in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "whose"),
    [(HUB, "programs"), ("/api/hub/", "people"), ("/api/", "people"), ("/", "people"), ("/x/api/hub/v1/", "people")],
)
def test_only_what_programs_ask_goes_that_way(path, whose):
    door = Programs(lambda *_asked: [b"people"], lambda *_asked: [b"programs"])
    assert door({"PATH_INFO": path, "SCRIPT_NAME": ""}, None) == [whose.encode()]


def test_what_is_left_out_is_one_of_the_middlewares(settings):
    assert set(settings.MIDDLEWARE) >= FOR_PEOPLE


def test_no_page_of_people_stands_where_nobody_asks_for_a_session_or_a_forms_token():
    found = {door.name: resolve(door.address).func for door in doors(get_resolver()) if ADDRESS.match(door.address)}
    assert {"card_api:payments", "hub_api:product", "flows_api:todos_source", "api_not_installed_below"} <= set(found)
    assert [name for name, view in found.items() if getattr(view, "login_required", True)] == []
    assert [name for name, view in found.items() if not getattr(view, "csrf_exempt", False)] == []
