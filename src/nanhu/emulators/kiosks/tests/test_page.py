"""The page's actions: only from the page itself, and no answer holds a key or a PIN."""

import io
import json

import pytest

from nanhu.emulators.kiosks import application as mounted
from nanhu.emulators.kiosks.tests.conftest import CARD, KEY
from nanhu.emulators.kiosks.web import KioskApplication


@pytest.fixture
def site(folder):
    return KioskApplication(folder / "kiosks.json", beats=False)


def call(site, method, path, body=None, **environ):
    text = b"" if body is None else json.dumps(body).encode()
    heard = []
    facts = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path.partition("?")[0],
        "QUERY_STRING": path.partition("?")[2],
        "HTTP_HOST": "localhost:8005",
        "HTTP_ORIGIN": "http://localhost:8005",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(text)),
        "wsgi.input": io.BytesIO(text),
        **environ,
    }
    answer = b"".join(site(facts, lambda status, headers: heard.append((status, dict(headers)))))
    return int(heard[0][0].split()[0]), heard[0][1], answer


def test_the_page_and_its_files_are_served_under_a_strict_policy(site):
    for path in ("/", "/kiosk.js", "/kiosk.css", "/make.js", "/wire.js", "/pos.css"):
        status, headers, body = call(site, "GET", path)
        assert (status, bool(body)) == (200, True)
        assert headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert call(site, "GET", "/memory.py")[0] == 404


def test_no_answer_holds_a_key_or_a_pin(site):
    steps = [{"key": "choice:card"}, {"key": "choice:pin"}]
    for step in steps:
        call(site, "POST", "/press", {"kiosk": "KL101", **step})
    call(site, "POST", "/card", {"kiosk": "KL101", "card": CARD})
    for digit in "12345":
        _status, _headers, body = call(site, "POST", "/press", {"kiosk": "KL101", "key": digit})
    view = json.loads(body)["kiosk"]
    assert view["typed"] == "●●●●●"
    assert "12345" not in json.dumps(view)
    assert KEY not in body.decode()
    assert KEY not in call(site, "GET", "/state")[2].decode()


def test_another_page_may_not_press_keys_nor_read(site):
    asked = {"kiosk": "KL101", "key": "choice:card"}
    assert call(site, "POST", "/press", asked, HTTP_ORIGIN="http://evil.example")[0] == 403
    assert call(site, "GET", "/state", HTTP_HOST="evil.example")[0] == 421
    assert call(site, "POST", "/press", asked, CONTENT_TYPE="text/plain")[0] == 415
    assert call(site, "POST", "/press", {"kiosk": "KL999"})[0] == 404
    assert call(site, "DELETE", "/")[0] == 405


def test_a_machine_that_was_not_installed_says_so(tmp_path):
    site = KioskApplication(tmp_path / "kiosks.json", beats=False)
    status, _headers, body = call(site, "GET", "/state")
    assert (status, "card_kiosks" in body.decode()) == (503, True)
    assert call(site, "GET", "/health")[0] == 200


def test_other_devices_hang_under_a_path_of_their_own(monkeypatch):
    def doors(environ, start_response):
        start_response("200 OK", [])
        return [f"{environ['SCRIPT_NAME']} {environ['PATH_INFO']}".encode()]

    monkeypatch.setitem(mounted.MOUNTS, "doors", doors)
    assert call(mounted.application, "GET", "/doors/state")[2] == b"/doors /state"
