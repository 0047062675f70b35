"""The controller decides by its list where nobody answers, keeps every passage until the campus has it, and hears emergencies."""

import hashlib
import json
import time

import pytest

from nanhu.emulators.doors.configuration import Configuration, Terminal
from nanhu.emulators.doors.controller import Controller
from nanhu.emulators.doors.web import DoorsApplication
from nanhu.emulators.kiosks.tests.test_page import call

KEY, SALT, CARD, OTHER = "0f" * 32, "ab" * 16, "04A1B2C3D4E5F6", "04B1B2C3D4E5F6"


def hashed(uid):
    return hashlib.sha256(bytes.fromhex(SALT) + uid.encode()).hexdigest()[:20]


class Campus:
    """Answers in place of the line, by the document; None where it is silent."""

    def __init__(self):
        self.asked, self.is_silent, self.open_until = [], False, None
        now = int(time.time())
        self.changes = [[hashed(CARD), "1", now - 86400, now + 86400]]
        self.profiles = {"1": [[now - 3600, now + 3600]]}
        self.ends_at = now + 86400

    def ask(self, operation, sequence, body, *, quiet=False):
        self.asked.append((operation, sequence, json.loads(json.dumps(body))))
        if self.is_silent:
            return None
        if operation == "door/list":
            return {
                "outcome": "approved",
                "version": 3,
                "is_full": body["version"] != 3,
                "next": None,
                "open_seconds": 5,
                "changes": self.changes if body["version"] != 3 else [],
                "profiles": self.profiles,
                "salt": SALT,
                "profiles_tag": "t",
                "ends_at": self.ends_at,
                "open_until": self.open_until,
                "pass_back": "off",
                "server_time": time.time(),
                "last_sequence": 40,
            }
        if operation == "door/events":
            return {
                "outcome": "approved",
                "rows": [{"sequence": row["sequence"], "code": "ok"} for row in body["rows"]],
            }
        is_known = body["card"] == CARD
        return {
            "outcome": "approved" if is_known else "refused",
            "code": "allowed",
            "sentence": "请进",
            "open_seconds": 5,
        }

    def sent(self, operation):
        return [body for name, _sequence, body in self.asked if name == operation]


@pytest.fixture
def campus():
    return Campus()


@pytest.fixture
def door(campus, tmp_path):
    made = Controller(Terminal("MD01", KEY, "南院1栋东门"), Configuration(services="http://127.0.0.1:1"), tmp_path)
    made.line.ask = campus.ask
    made.poll()
    return made


def test_on_line_the_campus_decides_and_nothing_is_stored(door):
    door.show(CARD, "in")
    assert (door.lamp, door.memory.door.stored) == ("open", [])
    door.show(OTHER, "in")
    assert door.lamp == "refused"


def test_without_an_answer_the_list_decides_and_the_passage_is_kept_with_a_sequence_of_its_own(door, campus, tmp_path):
    campus.is_silent = True
    door.show(CARD, "in")
    door.show(OTHER, "in")
    door.show("N1D" + "0" * 34, "in")
    again = Controller(door.terminal, Configuration(services="http://127.0.0.1:1"), tmp_path)
    rows = again.memory.door.stored
    assert [(row["code"], row["is_opened"]) for row in rows] == [
        ("allowed", True),
        ("no_rule", False),
        ("code_offline", False),
    ]
    assert [row["sequence"] for row in rows] == [42, 44, 46]
    assert [row["instead_of"] for row in rows] == [41, 43, 45], "it went on above what the campus had seen"


def test_rows_are_struck_out_only_when_the_campus_has_them(door, campus):
    campus.is_silent = True
    door.show(CARD, "in")
    door.poll()
    assert len(door.memory.door.stored) == 1
    campus.is_silent = False
    door.poll()
    assert door.memory.door.stored == []
    assert campus.sent("door/events")[-1]["rows"][0]["card"] == CARD


def test_the_list_opens_only_within_its_hours_and_until_its_end(door, campus):
    campus.is_silent = True
    door.memory.door.skew = 7200
    door.show(CARD, "in")
    door.memory.door.skew = 2 * 86400
    door.show(CARD, "in")
    assert [row["code"] for row in door.memory.door.stored] == ["rule_denies", "list_old"]


def test_an_emergency_is_heard_with_the_next_poll_and_ended_with_another(door, campus):
    campus.open_until = time.time() + 600
    door.poll()
    assert door.view()["lamp"] == "emergency"
    campus.is_silent = True
    door.show(OTHER, "in")
    assert door.memory.door.stored[-1]["code"] == "emergency"
    campus.is_silent, campus.open_until = False, None
    door.poll()
    assert door.view()["lamp"] == "open"
    assert campus.sent("door/list")[-1]["is_open"] is True


def test_the_button_inside_opens_always_and_is_told(door, campus):
    campus.is_silent = True
    door.press_button()
    assert (door.lamp, door.memory.door.stored[0]["means"]) == ("open", "button")


def test_the_page_is_served_under_a_strict_policy_and_tells_no_key(tmp_path):
    told = {
        "services": "http://127.0.0.1:1",
        "terminals": [{"number": "MD01", "key": KEY, "place": "东门"}],
        "school": "南湖",
    }
    (tmp_path / "doors.json").write_text(json.dumps(told))
    site = DoorsApplication(tmp_path / "doors.json", beats=False)
    for path in ("/", "/doors.js", "/doors.css", "/make.js", "/wire.js", "/ground.css", "/pos.css"):
        status, headers, _body = call(site, "GET", path)
        assert (status, headers["Content-Security-Policy"][:18]) == (200, "default-src 'self'")
    status, _headers, body = call(site, "POST", "/show", {"door": "MD01", "card": CARD})
    assert (status, KEY in body.decode()) == (200, False)
    assert call(site, "POST", "/show", {"door": "MD01"}, HTTP_ORIGIN="http://evil.example")[0] == 403
    assert call(site, "POST", "/show", {"door": "MD99"})[0] == 404
