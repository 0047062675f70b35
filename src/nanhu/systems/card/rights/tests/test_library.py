"""The library asks by signed HTTP, holder by holder or for a list to keep."""

from dataclasses import asdict, replace
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people.models import Affiliation
from nanhu.platforms.terminals.api import Incident
from nanhu.systems.card.chip import messages, presence
from nanhu.systems.card.chip.services import keys, making
from nanhu.systems.card.chip.tests.conftest import CardInHand
from nanhu.systems.card.devices.library import mark_in_list
from nanhu.systems.card.devices.tests.asking import place_device
from nanhu.systems.card.models import Card
from nanhu.systems.card.pins.policy import LimitRule
from nanhu.systems.card.rights.models import RightRule
from nanhu.systems.card.rights.services import ruling
from nanhu.systems.card.services import loss
from nanhu.systems.card.tests.conftest import CAST, SYSTEM
from nanhu.systems.card.verification.services import verifying


@pytest.fixture
def desk(campus):
    return place_device("LB001", "self_service_kiosk", by=SYSTEM, place="图书馆借阅处")


def asked(desk, card, right="library"):
    return desk.ask("rights/check", {"card": card, "right": right}, sequence=0)


def mark(desk, card) -> str:
    """As a desk reckons it from the card on its reader."""
    return mark_in_list(bytes.fromhex(desk.terminal.key), card.uid)


def test_a_patron_who_works_and_studies_here_is_known_by_the_number_that_the_card_follows(campus, desk):
    """The newest is the one under which he studies."""
    mine = Affiliation.objects.get(campus_no=CAST["teacher"][2])
    mine.pk, mine.campus_no, mine.kind, mine.starts_on = None, "24990001", "student", campus_today()
    mine.save()
    assert asked(desk, campus.card("teacher").uid)["patron"] == CAST["teacher"][2]


@pytest.mark.capability("A098.1", "A098.2")
def test_the_desk_is_told_valid_or_blocked_and_keeps_a_list_for_off_line(campus, desk):
    student, teacher = campus.card("student"), campus.card("teacher")
    told = asked(desk, student.uid)
    assert (told["status"], told["name"], told["patron"]) == ("valid", "林小满", CAST["student"][2])
    assert asked(desk, student.uid, "reading_room")["status"] == "valid"
    loss.report_lost(by=SYSTEM, card=student, reason="掉了")
    wanted = RightRule(
        card_class="teacher", sub_class="正式在编", right="library", is_allowed=False, starts_on=campus_today()
    )
    ruling.rule(by=SYSTEM, wanted=wanted, reason="超期不还")
    assert (asked(desk, student.uid)["status"], asked(desk, student.uid)["code"]) == ("blocked", "card_lost")
    assert (asked(desk, teacher.uid)["status"], asked(desk, teacher.uid)["code"]) == ("blocked", "no_right")
    assert asked(desk, teacher.uid, "reading_room")["status"] == "valid"
    assert asked(desk, "0400000000AAAA")["code"] == "card_unknown"
    over = campus.card("other_student")
    Card.objects.filter(pk=over.pk).update(valid_from="2020-09-01", valid_until=campus_today() - timedelta(days=1))
    assert (asked(desk, over.uid)["status"], asked(desk, over.uid)["code"]) == ("blocked", "card_expired")

    last = campus.card("guest")
    Card.objects.filter(pk=last.pk).update(valid_until=campus_today())
    assert asked(desk, last.uid)["status"] == "valid", "to the end of the last day"
    rows, after = {}, 0
    while after is not None:
        page = desk.ask("rights/list", {"right": "library", "after": after, "limit": 1}, sequence=0)
        rows |= dict(page["cards"])
        after = page["next"]
    assert [rows[mark(desk, one)] for one in (student, teacher, over)] == ["blocked"] * 3
    assert rows[mark(desk, campus.card("guest"))] == "valid"
    assert len(rows) == len(CAST)
    other = place_device("LB002", "self_service_kiosk", by=SYSTEM)
    others = dict(other.ask("rights/list", {"right": "library", "after": 0, "limit": 100}, sequence=0)["cards"])
    assert (len(others), rows.keys() & others.keys()) == (len(CAST), set()), (
        "the list of one desk is nothing at another"
    )


@pytest.mark.capability("A098.1")
def test_a_code_of_the_phone_serves_where_the_plastic_lies_at_home(campus, desk):
    code = verifying.code_for(campus.card("student")).code
    assert (asked(desk, code)["status"], asked(desk, code)["name"]) == ("valid", "林小满")
    with time_machine.travel(now() + verifying.LIFE + timedelta(seconds=1), tick=True):
        assert (asked(desk, code)["status"], asked(desk, code)["code"]) == ("blocked", "card_unknown")


@pytest.mark.capability("A098.1")
def test_a_kind_of_terminal_that_has_no_desk_is_told_nothing(campus):
    kiosk = place_device("KL009", "load_kiosk", by=SYSTEM)
    told = kiosk.ask("rights/check", {"card": campus.card("student").uid, "right": "library"}, sequence=0)
    assert told["code"] == "terminal_unfit"


@pytest.mark.capability("A096.3")
def test_a_rule_made_on_the_page_for_later_holds_from_its_day_to_its_day_at_the_desk(campus, desk):
    identity.grant_role(by=SYSTEM, account_id=campus.actor("clerk").account_id, role="card.manager")
    first, last = campus_today() + timedelta(days=10), campus_today() + timedelta(days=20)
    told = {
        "who": "student",
        "right": "library",
        "is_allowed": "0",
        "starts_on": str(first),
        "ends_on": str(last),
        "reason": "馆舍维修",
    }
    seen = campus.client("clerk").post("/card/rights/change/", told).content.decode()
    assert "林小满" in seen
    assert campus.client("clerk").post("/card/rights/change/", told | {"confirmed": "1"}).status_code == 302
    met = {}
    for days in (0, 9, 10, 20, 21):
        with time_machine.travel(now() + timedelta(days=days), tick=True):
            met[days] = asked(desk, campus.card("student").uid)["status"]
    assert met == {0: "valid", 9: "valid", 10: "blocked", 20: "blocked", 21: "valid"}


@pytest.mark.capability("A098.1")
@pytest.mark.parametrize("kind", ["pos", "scanner"])
def test_a_till_is_told_only_of_the_card_that_lies_on_it(campus, kind):
    """Its key may be stolen: no list of all chips, nobody by a number that can be counted up, no full name."""
    till, student = place_device("LT001", kind, by=SYSTEM), campus.card("student")

    told = till.ask("rights/check", {"card": student.uid, "right": "consume"}, sequence=0)
    assert (told["status"], told["name"]) == ("valid", "林*满")
    assert not {"number", "patron"} & told.keys()
    assert asked(till, student.number)["code"] == "card_unknown"
    assert till.ask("rights/list", {"right": "consume", "after": 0, "limit": 9}, sequence=0)["code"] == "terminal_unfit"


@pytest.mark.capability("A098.2")
def test_the_list_of_a_desk_names_no_chip(campus, desk):
    page = desk.ask("rights/list", {"right": "library", "after": 0, "limit": 9}, sequence=0)
    assert not {campus.card(part).uid for part in CAST} & {one for row in page["cards"] for one in row}
    assert not {campus.card(part).number for part in CAST} & {one for row in page["cards"] for one in row}


def test_a_desk_is_told_so_many_names_of_numbers_alone_a_day(campus, desk, monkeypatch):
    """Its key may be stolen, and four-byte numbers follow each other: beyond a busy day's readers it is told of nobody, and is seen."""
    monkeypatch.setattr(presence, "limits_on", lambda _day: replace(LimitRule(), desk_day_names=2))
    student, teacher = campus.card("student"), campus.card("teacher")
    assert [asked(desk, card.uid)["name"] for card in (student, teacher)] == ["林小满", "陈志远"]
    assert asked(desk, student.uid)["code"] == "terminal_limit"
    assert Incident.objects.get(code="terminal_limit").terminal_number == "LB001"
    assert asked(desk, verifying.code_for(student).code)["name"] == "林小满", "the holder's own word"
    till = place_device("LT001", "pos", by=SYSTEM)
    assert [asked(till, student.uid, "consume")["name"] for _ in range(3)] == ["林*满"] * 3
    keys.make_master_keys(by=SYSTEM)
    [chip] = making.make_purses(by=SYSTEM, cards=[student])
    hand = CardInHand(chip)
    hand.terminal = messages.terminal_code("LB001")
    signed = {"card": student.uid, "right": "library", "chip": asdict(hand.start(1))}
    assert desk.ask("rights/check", signed, sequence=0)["name"] == "林小满", "the chip lies there"
    stolen = {**signed, "chip": {**signed["chip"], "mac1": "00000000"}}
    assert desk.ask("rights/check", stolen, sequence=0)["code"] == "chip_mac_wrong"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE card_terminal_activity SET day = day - 1")
    assert asked(desk, teacher.uid)["name"] == "陈志远"


def test_who_tries_numbers_is_told_nothing_more_for_a_minute_and_is_seen(campus, desk):
    for place in range(20):
        assert asked(desk, f"04000000{place:06X}")["code"] == "card_unknown"

    assert asked(desk, campus.card("student").uid)["code"] == "terminal_limit"
    incident = Incident.objects.get(code="terminal_limit")
    assert incident.terminal_number == "LB001"
