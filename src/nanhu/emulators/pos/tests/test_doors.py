"""What the device's page lets in and what it never lets out."""

import json
import re
import stat

import pytest

from nanhu.emulators.pos.tests.conftest import CARD, KEY, PRICED_KEY
from nanhu.emulators.pos.web import PosApplication

SALE = {"terminal": "N101A", "card": CARD, "amount_fen": 1}


def test_no_answer_holds_a_key(device):
    device.do("pay", card=CARD, amount_fen=1)
    bodies = [device.get(path)[2] for path in ("/", "/state", "/pos.js")]
    bodies += [device.post(f"/{action}", SALE)[2] for action in ("sign-on", "pay", "again", "reverse", "network")]
    for body in bodies:
        assert KEY.encode() not in body
        assert PRICED_KEY.encode() not in body


def test_every_page_has_a_strict_policy_and_its_type(device):
    for path, kind in (
        ("/", "text/html"),
        ("/pos.css", "text/css"),
        ("/pos.js", "text/javascript"),
        ("/state", "application/json"),
    ):
        status, headers, _body = device.get(path)
        assert status == 200
        assert headers["Content-Type"].startswith(kind)
        assert headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_has_nothing_inline(device):
    page = device.get("/")[2].decode()
    assert "<style" not in page
    assert " style=" not in page
    assert re.search(r"<[^>]+ on[a-z]+=", page) is None
    assert page.count("<script") == page.count('<script type="module" src=')


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8002", "localhost.evil.example", ""])
def test_a_foreign_host_name_is_turned_away(device, host):
    assert device.get("/state", Host=host)[0] == 421


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_actions_from_another_page_are_refused(device, gateway, origin):
    assert device.post("/pay", SALE, Origin=origin)[0] == 403
    assert gateway.seen == []


def test_a_form_is_no_action(device):
    assert device.post("/pay", SALE, **{"Content-Type": "text/plain"})[0] == 415


@pytest.mark.parametrize(
    "body", [[], {"terminal": 1}, {}, {"terminal": "N101A", "amount_fen": 1.5}, {"terminal": "N101A", "card": "0" * 99}]
)
def test_garbage_is_refused_kindly(device, gateway, body):
    status, _headers, told = device.post("/pay", body)
    assert (status, json.loads(told)["sentence"]) == (400, "看不懂的请求")
    assert gateway.seen == []


def test_too_much_is_refused(device):
    assert device.post("/pay", {"terminal": "x" * 20_000})[0] == 413


def test_unknown_paths_and_terminals_are_not_found(device):
    assert device.get("/pos-memory.json")[0] == 404
    assert device.get("/../web.py")[0] == 404
    assert device.post("/pay", {**SALE, "terminal": "N999Z"})[0] == 404
    assert device.get("/pay")[0] == 404


def test_health_answers_before_the_device_is_installed(tmp_path):
    told = []
    application = PosApplication(tmp_path / "nothing.json")
    for path in ("/health", "/"):
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "HTTP_HOST": "localhost"}
        b"".join(application(environ, lambda status, _headers: told.append(status)))
    assert told == ["200 OK", "503 Service Unavailable"]


def test_a_memory_nobody_can_read_stops_the_device_and_stays(device, configuration):
    memory = configuration.with_name("pos-memory.json")
    memory.write_text('{"N101A": {"last_seq')
    status, _headers, body = device.get("/state")
    assert status == 503
    assert "读不懂" in json.loads(body)["sentence"]
    assert memory.read_text() == '{"N101A": {"last_seq'


def test_a_broken_new_configuration_leaves_the_device_at_work(device, configuration):
    device.do("pay", card=CARD, amount_fen=1)
    configuration.write_text("{")
    assert device.do("pay", card=CARD, amount_fen=1)[0]["kind"] == "paid"


def test_new_keys_are_read_without_a_restart(device, configuration, gateway):
    device.do("pay", card=CARD, amount_fen=1)
    facts = json.loads(configuration.read_text())
    facts["school"] = "换了名字的大学"
    configuration.write_text(json.dumps(facts))
    assert json.loads(device.get("/state")[2])["school"] == "换了名字的大学"
    device.do("pay", card=CARD, amount_fen=2)
    assert [sequence for _o, sequence, *_ in gateway.seen] == [1, 2]


def test_the_memory_is_for_its_owner_only(device, configuration):
    device.do("pay", card=CARD, amount_fen=1)
    assert stat.S_IMODE(configuration.with_name("pos-memory.json").stat().st_mode) == 0o600
