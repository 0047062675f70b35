"""The OA by itself: what it shows and what it refuses, without a university behind it."""

import io

import pytest

from nanhu.emulators.office.app import COOKIE, OfficeApplication
from nanhu.emulators.office.desk import DOCUMENTS, Session

LOGOUT = (
    '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">'
    "<samlp:SessionIndex>{}</samlp:SessionIndex></samlp:LogoutRequest>"
)


@pytest.fixture
def office() -> OfficeApplication:
    return OfficeApplication(cas_url="http://cas.test/cas", public_url="http://oa.test/")


def ask(office, method, path, *, body=b"", cookie="", query=""):
    caught = {}
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_COOKIE": cookie,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    chunks = office(environ, lambda status, headers: caught.update(status=status, headers=dict(headers)))
    return caught["status"][:3], caught["headers"], b"".join(chunks).decode()


@pytest.fixture
def sat_down(office) -> str:
    session = Session("T1", {"displayName": "王<b>老师", "department": "教务处"}, "ST-1", ["line"])
    return f"{COOKIE}={office.desk.open(session)}"


def logout_body(xml: str) -> bytes:
    from urllib.parse import quote

    return b"logoutRequest=" + quote(xml).encode()


def test_a_stranger_is_sent_to_the_university(office):
    status, headers, _ = ask(office, "GET", "/")
    assert status == "302"
    assert headers["Location"] == "http://cas.test/cas/login?service=http%3A%2F%2Foa.test%2Flogin"


def test_who_is_signed_in_sees_documents_and_names_are_escaped(office, sat_down):
    status, _, page = ask(office, "GET", "/", cookie=sat_down)
    assert "下面的公文是编造的" in page
    assert status == "200"
    assert "王&lt;b&gt;老师" in page
    assert "教务处" in page
    assert DOCUMENTS[0].title in page
    assert DOCUMENTS[1].title in ask(office, "GET", "/documents/1", cookie=sat_down)[2]
    assert ask(office, "GET", "/documents/9", cookie=sat_down)[0] == "404"


@pytest.mark.parametrize("path", ["/", "/login"])
def test_a_logout_request_ends_the_session_of_its_ticket_only(office, sat_down, path):
    ask(office, "POST", path, body=logout_body(LOGOUT.format("ST-other")))
    assert ask(office, "GET", "/", cookie=sat_down)[0] == "200"
    ask(office, "POST", path, body=logout_body(LOGOUT.format("ST-1")))
    assert ask(office, "GET", "/", cookie=sat_down)[0] == "302"


@pytest.mark.parametrize("xml", ["", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>"])
def test_an_empty_or_treacherous_logout_request_is_refused(office, sat_down, xml):
    assert ask(office, "POST", "/login", body=logout_body(xml))[0] == "400"
    assert ask(office, "GET", "/", cookie=sat_down)[0] == "200"


def test_a_broken_logout_request_changes_nothing(office, sat_down):
    assert ask(office, "POST", "/login", body=logout_body("<not xml"))[0] == "204"
    assert ask(office, "GET", "/", cookie=sat_down)[0] == "200"


def test_signing_out_here_signs_out_at_the_university(office, sat_down):
    status, headers, _ = ask(office, "POST", "/logout", cookie=sat_down)
    assert (status, headers["Location"]) == ("302", "http://cas.test/cas/logout?service=http%3A%2F%2Foa.test%2F")
    assert ask(office, "GET", "/", cookie=sat_down)[0] == "302"


def test_styles_and_health_need_no_session(office):
    assert "text/css" in ask(office, "GET", "/office.css")[1]["Content-Type"]
    assert ask(office, "GET", "/health")[0] == "200"
    assert ask(office, "PUT", "/")[0] == "405"
