"""The systems by themselves: each has its own door, cookie and ear."""

import io
from urllib.parse import quote

import pytest

from nanhu.emulators.office.desk import Session
from nanhu.emulators.systems.app import SystemsApplication
from nanhu.emulators.systems.catalogue import SYSTEMS

LOGOUT = (
    '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">'
    "<samlp:SessionIndex>{}</samlp:SessionIndex></samlp:LogoutRequest>"
)


@pytest.fixture
def systems() -> SystemsApplication:
    return SystemsApplication(cas_url="http://cas.test/cas", public_url="http://campus.test")


def ask(systems, method, path, *, body=b"", cookie="", query=""):
    caught = {}
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_COOKIE": cookie,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    chunks = systems(environ, lambda status, headers: caught.update(status=status, headers=dict(headers)))
    return caught["status"][:3], caught["headers"], b"".join(chunks).decode()


def sit_down(systems, key: str, ticket: str = "ST-1") -> str:
    one = systems.systems[key]
    return f"{one.cookie}={one.desk.open(Session('T1', {'displayName': '王<b>老师'}, ticket, []))}"


def test_there_are_thirteen_with_names_of_their_own():
    assert len(SYSTEMS) == len({one.key for one in SYSTEMS}) == len({one.name for one in SYSTEMS}) == 13


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda one: one.key)
def test_a_stranger_is_sent_to_the_university_and_back_to_this_system(systems, system):
    status, headers, _page = ask(systems, "GET", f"/{system.key}/")
    assert status == "302"
    service = quote(f"http://campus.test/{system.key}/login", safe="")
    assert headers["Location"] == f"http://cas.test/cas/login?service={service}"


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda one: one.key)
def test_each_says_above_its_lines_that_they_are_made_up(systems, system):
    """学费 "本学年已缴" is nobody's truth."""
    page = ask(systems, "GET", f"/{system.key}/", cookie=sit_down(systems, system.key))[2]
    told = page.index("下面的事项和数字是编造的，不是您的真实情况")
    assert told < page.index(system.lines[0][0])


def test_a_session_of_one_is_none_of_another(systems):
    cookie = sit_down(systems, "library")
    status, _headers, page = ask(systems, "GET", "/library/", cookie=cookie)
    assert status == "200"
    assert "王&lt;b&gt;老师" in page
    assert ask(systems, "GET", "/finance/", cookie=cookie)[0] == "302"


def test_a_logout_request_ends_the_session_of_its_ticket(systems):
    cookie = sit_down(systems, "library")
    for ticket, status in (("ST-other", "200"), ("ST-1", "302")):
        body = b"logoutRequest=" + quote(LOGOUT.format(ticket)).encode()
        assert ask(systems, "POST", "/library/login", body=body)[0] == "204"
        assert ask(systems, "GET", "/library/", cookie=cookie)[0] == status


@pytest.mark.parametrize("xml", ["", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>"])
def test_a_treacherous_logout_request_is_refused(systems, xml):
    assert ask(systems, "POST", "/library/login", body=b"logoutRequest=" + quote(xml).encode())[0] == "400"


def test_signing_out_here_signs_out_at_the_university(systems):
    cookie = sit_down(systems, "library")
    status, headers, _page = ask(systems, "POST", "/library/logout", cookie=cookie)
    assert status == "302"
    assert headers["Location"] == "http://cas.test/cas/logout?service=http%3A%2F%2Fcampus.test%2Flibrary%2F"
    assert ask(systems, "GET", "/library/", cookie=cookie)[0] == "302"


def test_other_addresses(systems):
    assert ask(systems, "GET", "/health")[0] == "200"
    assert "text/css" in ask(systems, "GET", "/systems.css")[1]["Content-Type"]
    assert ask(systems, "GET", "/nothing/")[0] == "404"
    assert ask(systems, "GET", "/library/nothing")[0] == "404"
