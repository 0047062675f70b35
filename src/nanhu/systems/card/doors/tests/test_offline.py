"""Without network: the list a door holds, and the passages it sends afterwards."""

import hashlib
import time
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.registry import Verdict
from nanhu.platforms.access.models import Door, DoorListRow, Passage, Presence
from nanhu.platforms.access.services import listing
from nanhu.platforms.access.services.ruling import withdraw
from nanhu.platforms.campus.api import Place, close_place, reopen_place
from nanhu.platforms.terminals.api import Incident
from nanhu.systems.card.doors.tests.conftest import around_now, not_now, put, settle, try_door
from nanhu.systems.card.fleet.checks import no_terminal_is_abused
from nanhu.systems.card.rights.models import RightRule
from nanhu.systems.card.rights.services import ruling as rights
from nanhu.systems.card.services import loss
from nanhu.systems.card.tests.conftest import SYSTEM


class Held:
    """What a controller keeps: it applies pages and decides, knowing nothing of rules."""

    def __init__(self, device) -> None:
        self.device, self.version, self.cards, self.profiles, self.tag, self.salt = device, 0, {}, {}, "", ""

    def poll(self) -> dict:
        after, first = 0, None
        while after is not None:
            body = {"version": self.version, "after": after, "profiles_tag": self.tag}
            told = self.device.ask("door/list", body, sequence=0)
            connection.check_constraints()
            first = first or told
            if told["is_full"] and after == 0:
                self.cards = {}
            for hashed, *facts in told["changes"]:
                self.cards.pop(hashed, None)
                if facts:
                    self.cards[hashed] = facts
            if "profiles" in told:
                self.profiles, self.salt = told["profiles"], told["salt"]
            self.tag, after = told["profiles_tag"], told["next"]
        self.version = first["version"]
        return first

    def opens(self, uid: str, at: float | None = None) -> bool:
        moment = at or time.time()
        hashed = hashlib.sha256(bytes.fromhex(self.salt) + uid.encode()).hexdigest()[:20]
        if hashed not in self.cards:
            return False
        profile, first, last = self.cards[hashed]
        return first <= moment < last and any(begin <= moment < end for begin, end in self.profiles[profile])


@pytest.fixture
def held(library):
    return Held(library)


def uid(campus, part="student"):
    return campus.card(part).uid


@pytest.mark.capability("A100.6")
def test_the_list_says_who_may_now_without_naming_anybody(campus, held):
    settle(campus)
    put("library", holder_class="student", **around_now())
    told = held.poll()
    assert held.opens(uid(campus))
    assert not held.opens(uid(campus, "teacher"))
    assert uid(campus) not in str(told)
    assert not held.opens(uid(campus), time.time() + 7200)


@pytest.mark.capability("A100.6")
def test_a_door_that_holds_the_list_is_told_only_what_changed(campus, held):
    put("library", holder_class="student")
    held.poll()
    again = held.poll()
    assert (again["changes"], again["is_full"], "profiles" in again) == ([], False, False)
    loss.report_lost(by=SYSTEM, card=campus.card("student"), reason="掉了")
    connection.check_constraints()
    delta = held.poll()
    assert (len(delta["changes"]), delta["is_full"]) == (1, False)
    assert not held.opens(uid(campus))
    assert held.opens(uid(campus, "other_student"))


@pytest.mark.capability("A100.6")
def test_a_rule_taken_back_empties_the_list(campus, held):
    one = put("library", holder_class="student")
    held.poll()
    withdraw(by=SYSTEM, rule=one, reason="停用")
    held.poll()
    assert held.cards == {}


def test_a_place_that_moves_takes_its_doors_and_their_lists_along_at_once(campus, held):
    """The library goes to another yard, then the door to another building: the next poll says so."""
    put("south", holder_class="student")
    held.poll()
    assert held.opens(uid(campus))
    Place.objects.filter(key="library").update(parent=None)
    assert held.poll()["changes"]
    assert not held.opens(uid(campus))
    Door.objects.filter(terminal__number="ML01").update(place=Place.objects.get(key="south.d1"))
    held.poll()
    assert held.opens(uid(campus))
    assert held.poll()["changes"] == []


def test_a_closed_place_empties_the_list_of_its_doors_and_they_get_it_back(campus, held):
    put("library", holder_class="student")
    held.poll()
    place = Place.objects.get(key="library")
    close_place(by=SYSTEM, place=place, reason="漏水")
    held.poll()
    assert held.cards == {}
    reopen_place(by=SYSTEM, place=place, reason="修好了")
    held.poll()
    assert held.opens(uid(campus))


def test_what_a_door_let_through_before_its_place_was_closed_is_nothing_remarkable(campus, library):
    with time_machine.travel(now() - timedelta(hours=1), tick=True):
        put("library", holder_class="student")
    close_place(by=SYSTEM, place=Place.objects.get(key="library"), reason="漏水")
    send(library, event(100, uid(campus), ago=60), event(101, uid(campus), ago=-5))
    assert list(Passage.objects.order_by("sequence").values_list("remark", flat=True)) == ["", "place_closed"]


@pytest.mark.capability("A100.6")
def test_a_version_we_never_gave_gets_the_whole_list(campus, held):
    put("library", holder_class="student")
    held.version = 99
    assert held.poll()["is_full"]
    assert len(held.cards) == 3


def test_a_long_list_comes_in_pages(campus, held, monkeypatch):
    put("library")
    monkeypatch.setattr(listing.page_of, "__kwdefaults__", {"most": 2})
    held.poll()
    assert len(held.cards) == 6


@pytest.mark.capability("A100.6")
def test_a_class_without_the_right_to_doors_has_no_hours(campus, held):
    put("library")
    wanted = RightRule(
        card_class="student",
        right="door",
        is_allowed=False,
        starts_on=campus_today() + timedelta(days=1),
    )
    rights.rule(by=SYSTEM, wanted=wanted, reason="离校")
    held.poll()
    assert held.opens(uid(campus))
    assert not held.opens(uid(campus), time.time() + 86400)
    assert held.opens(uid(campus, "teacher"), time.time() + 86400)


@pytest.mark.capability("A100.6")
def test_the_list_says_the_same_as_the_door_on_line(campus, library, held):
    """Rules of every kind together, each holder, now."""
    units = settle(campus)
    put("library", holder_class="student", **around_now())
    put("south", is_allowed=False, sub_class="留学生", holder_class="student")
    put("library", person_id=campus.persons["guest"], **not_now())
    put("library", holder_class="teacher", covers_below=False)
    put("library.lab", holder_class="teacher", sub_class="人事代理")
    put("library.lab", unit_id=units["12"], is_allowed=False)
    put("library.lab", person_id=campus.persons["teacher"], weekdays=1 << campus_today().weekday())
    for number in ("ML01", "ML02", "MD01"):
        door = type(library)(number)
        keeping = Held(door)
        keeping.poll()
        for part in ("student", "other_student", "guest", "teacher", "clerk"):
            assert keeping.opens(uid(campus, part)) is (try_door(door, campus, part) == "allowed"), (number, part)


def test_a_door_says_how_it_is_with_each_poll(campus, held):
    begun = now()
    held.device.ask("door/list", {"version": 3, "stored": 4, "is_open": True}, sequence=0)
    door = held.device.terminal.door
    assert (door.said_version, door.said_stored, door.said_open) == (3, 4, True)
    assert begun <= door.said_at <= now()


def test_ten_thousand_rows_are_refreshed_only_when_something_changed(campus, held, django_assert_max_num_queries):
    put("library")
    held.poll()
    with django_assert_max_num_queries(16):
        held.poll()
    assert DoorListRow.objects.count() == 6


# Passages sent afterwards


def event(sequence, card, *, ago=60, **more):
    row = {
        "sequence": sequence,
        "card": card,
        "direction": "in",
        "means": "card",
        "is_opened": True,
        "code": "allowed",
        "at": round(time.time() - ago, 3),
    }
    return row | more


def send(device, *rows):
    told = device.ask("door/events", {"rows": list(rows)})
    return [one["code"] for one in told["rows"]]


@pytest.mark.capability("A100.6")
def test_each_passage_counts_once_however_often_and_in_whatever_order_it_comes(campus, library):
    put("library", holder_class="student")
    rows = [event(100 + n, uid(campus), ago=60 - n) for n in range(3)]
    assert send(library, rows[2], rows[0]) == ["ok", "ok"]
    assert send(library, rows[0], rows[1], rows[2]) == ["known", "ok", "known"]
    assert send(library, rows[1] | {"direction": "out"}) == ["sequence_reused"]
    assert list(Passage.objects.order_by("sequence").values_list("sequence", "is_offline")) == [
        (100, True),
        (101, True),
        (102, True),
    ]


@pytest.mark.capability("A100.6")
def test_what_we_would_have_refused_is_shown_to_the_guard(campus, library):
    put("library", holder_class="student")
    loss.report_lost(by=SYSTEM, card=campus.card("student"), reason="掉了")
    send(
        library, event(100, uid(campus), ago=-5), event(101, uid(campus), ago=3600), event(102, uid(campus, "teacher"))
    )
    remarks = dict(Passage.objects.values_list("sequence", "remark"))
    assert remarks[100] == "card_lost"
    assert remarks[102] == "no_rule"
    assert remarks[101] != "card_lost", "an hour ago the card was not lost yet"


def test_a_late_passage_does_not_undo_a_later_one(campus, library):
    put("library", holder_class="student")
    try_door(library, campus, "student", "out")
    send(library, event(100, uid(campus), ago=60))
    assert not Presence.objects.get(person_id=campus.persons["student"]).is_inside
    send(library, event(101, uid(campus), ago=-2))
    assert Presence.objects.get(person_id=campus.persons["student"]).is_inside


def test_impossible_rows_are_answered_and_do_not_hold_up_the_others(campus, library):
    told = send(
        library,
        event(1, uid(campus), ago=200 * 86400),
        event(2, uid(campus), ago=-3600),
        "?",
        event(0, uid(campus)),
        event(3, uid(campus), code="open sesame"),
        event(4, "04FFFFFFFFFFFF", code="list_old", is_opened=False),
        event(5, "", means="button", code="button", direction="out"),
    )
    assert told == ["too_old", "from_the_future", "malformed", "malformed", "malformed", "ok", "ok"]


def test_a_passage_decided_without_the_answer_names_the_asked_one(campus, library):
    put("library", holder_class="student")
    try_door(library, campus, "student", sequence=50)
    send(library, event(51, uid(campus), instead_of=50, ago=0))
    assert Passage.objects.get(sequence=51).remark in {"passed_back", "unheard"}


def test_no_door_brings_passages_of_an_hour_in_which_it_was_in_contact(campus, library):
    """Its key is stolen, and passages of half a year are invented for whose cards one likes. Kept, with an alarm, of nobody."""
    put("library", holder_class="student")
    with time_machine.travel(now() - timedelta(hours=5), tick=False) as clock:
        for _ in range(15):  # a quarter of an hour lies between two polls
            library.ask("door/list", {"version": 0}, sequence=0)
            clock.shift(timedelta(minutes=15))
    library.ask("door/list", {"version": 0}, sequence=0)
    told = send(library, event(100, uid(campus), ago=4 * 3600), event(101, uid(campus), ago=30 * 86400), event(102, ""))
    assert told == ["before_contact", "before_contact", "ok"]
    assert send(library, event(100, uid(campus), ago=4 * 3600)) != ["ok"]
    invented = Passage.objects.filter(sequence__in=(100, 101))
    assert set(invented.values_list("person", "remark")) == {(None, "before_contact")}
    assert all(one.credential for one in invented), "the guard sees which card it names"
    incident = Incident.objects.filter(code="before_contact").earliest("pk")
    assert (incident.terminal_number, incident.times) == (library.terminal.number, 2)
    assert no_terminal_is_abused().verdict == Verdict.FAIL
    assert (
        "早于门的上次联系"
        in campus.client("clerk").get(f"/card/fleet/terminals/{library.terminal.number}/").content.decode()
    )


def test_what_a_door_kept_while_it_was_away_counts_when_it_comes_back(campus, library):
    """Polls until yesterday, then silence; what it decided since counts, also after its first polls."""
    put("library", holder_class="student")
    with time_machine.travel(now() - timedelta(hours=30), tick=False) as clock:
        for _ in range(8):
            library.ask("door/list", {"version": 0}, sequence=0)
            clock.shift(timedelta(minutes=15))
    for _ in range(3):
        library.ask("door/list", {"version": 0, "stored": 2}, sequence=0)
    assert send(library, event(100, uid(campus), ago=27 * 3600), event(101, uid(campus), ago=60)) == ["ok", "ok"]
    assert Passage.objects.filter(person_id=campus.persons["student"]).count() == 2
