"""One passage on line: who, where, when, in which order; what is written down."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.tests.counting import statements_of
from nanhu.platforms.access.models import DoorEmergency, DoorRule, Passage
from nanhu.platforms.access.services.emergencies import end, open_place
from nanhu.platforms.access.services.ruling import withdraw
from nanhu.platforms.access.services.sides import reset_sides
from nanhu.platforms.campus.api import Place, close_place, reopen_place
from nanhu.platforms.people.models import Affiliation
from nanhu.systems.card.codes.tests.test_codes import Phone
from nanhu.systems.card.devices.tests.asking import place_device
from nanhu.systems.card.doors.tests.conftest import around_now, not_now, put, settle, try_door
from nanhu.systems.card.rights.models import RightRule
from nanhu.systems.card.rights.services import ruling as rights
from nanhu.systems.card.services import loss
from nanhu.systems.card.tests.conftest import SYSTEM

DAY = timedelta(days=1)


@pytest.mark.capability("A100.1")
def test_without_a_rule_a_door_stays_closed(campus, east):
    assert try_door(east, campus, "student") == "no_rule"


@pytest.mark.capability("A100.1")
def test_a_class_may_where_its_rule_stands_and_below_and_nowhere_else(campus, east, library):
    put("library", holder_class="student")
    inner = type(library)("ML02")
    assert try_door(library, campus, "student") == "allowed"
    assert try_door(inner, campus, "student") == "allowed"
    assert try_door(library, campus, "teacher") == "no_rule"
    assert try_door(east, campus, "student") == "no_rule"


@pytest.mark.capability("A100.1")
def test_a_front_door_open_to_all_leaves_the_room_inside_closed(campus, library):
    put("library", holder_class="student", covers_below=False)
    assert try_door(library, campus, "student") == "allowed"
    assert try_door(type(library)("ML02"), campus, "student") == "no_rule"


@pytest.mark.capability("A100.1")
def test_a_sub_class_may_alone(campus, library):
    put("library", holder_class="student", sub_class="留学生")
    assert try_door(library, campus, "guest") == "allowed"
    assert try_door(library, campus, "student") == "no_rule"


@pytest.mark.capability("A100.1")
def test_a_unit_takes_in_the_units_below_it(campus, library):
    units = settle(campus)
    put("library", unit_id=units["12"])
    assert try_door(library, campus, "student") == "allowed"
    assert try_door(library, campus, "other_student") == "no_rule"
    Affiliation.objects.filter(person_id=campus.persons["student"]).update(state="ended", ends_on=campus_today())
    assert try_door(library, campus, "student") == "no_rule", "who is of it no more"


@pytest.mark.capability("A100.1")
def test_a_unit_may_be_narrowed_to_a_class_of_cards(campus, library):
    put("library", unit_id=settle(campus)["12"], holder_class="teacher")
    assert try_door(library, campus, "student") == "no_rule"


@pytest.mark.capability("A100.2")
def test_hours_weekdays_and_days_bound_a_rule(campus, library):
    today_bit = 1 << campus_today().weekday()
    for given in (not_now(), {"weekdays": 127 - today_bit}, {"starts_on": campus_today() + DAY}):
        one = put("library", holder_class="student", **given)
        assert try_door(library, campus, "student") == "no_rule", given
        withdraw(by=SYSTEM, rule=one, reason="换一条")
    put("library", holder_class="student", **around_now())
    assert try_door(library, campus, "student") == "allowed"


@pytest.mark.capability("A100.1")
def test_a_group_denied_outweighs_a_group_allowed_wherever_the_rule_stands(campus, library):
    put("library", holder_class="student", sub_class="统招本科")
    put("south", is_allowed=False, **around_now())
    assert try_door(library, campus, "student") == "rule_denies"


@pytest.mark.capability("A100.1")
def test_a_named_person_outweighs_groups_and_denial_outweighs_permission(campus, library):
    put("library", is_allowed=False)
    student = campus.persons["student"]
    put("library", person_id=student)
    assert try_door(library, campus, "student") == "allowed"
    assert try_door(library, campus, "other_student") == "rule_denies"
    put("south", person_id=student, is_allowed=False)
    assert try_door(library, campus, "student") == "rule_denies"


@pytest.mark.capability("A100.1", "A117.1")
def test_the_card_comes_before_every_rule(campus, library):
    put("library", person_id=campus.persons["student"])
    loss.report_lost(by=SYSTEM, card=campus.card("student"), reason="掉了")
    assert try_door(library, campus, "student") == "card_lost"
    assert try_door(library, campus, "04AAAAAAAAAAAA") == "card_unknown"


@pytest.mark.capability("A100.1")
def test_a_class_without_the_right_to_doors_is_refused(campus, library):
    put("library")
    wanted = RightRule(card_class="student", right="door", is_allowed=False, starts_on=campus_today())
    rights.rule(by=SYSTEM, wanted=wanted, reason="离校")
    assert try_door(library, campus, "student") == "no_right"
    assert try_door(library, campus, "teacher") == "allowed"


@pytest.mark.capability("A100.1")
def test_a_withdrawn_rule_speaks_no_more(campus, library):
    one = put("library")
    assert try_door(library, campus, "student") == "allowed"
    withdraw(by=SYSTEM, rule=one, reason="停用")
    assert try_door(library, campus, "student") == "no_rule"


@pytest.mark.capability("A100.3")
def test_every_decision_is_written_down_once(campus, library):
    one = put("library", holder_class="student")
    uid = campus.card("student").uid
    first = library.ask("door/pass", {"card": uid, "direction": "in"}, sequence=7)
    again = library.ask("door/pass", {"card": uid, "direction": "in"}, sequence=7)
    assert first == again
    assert library.ask("door/pass", {"card": uid, "direction": "out"}, sequence=7)["code"] == "sequence_reused"
    refused = library.ask("door/pass", {"card": campus.card("teacher").uid}, sequence=8)
    assert (refused["outcome"], refused["sentence"]) == ("refused", "您没有这里的通行权限")
    assert first["name"] == "林*满"
    rows = Passage.objects.order_by("sequence").values_list("sequence", "is_opened", "code", "rule_id", "person_id")
    assert list(rows) == [
        (7, True, "allowed", one.pk, campus.persons["student"]),
        (8, False, "no_rule", None, campus.persons["teacher"]),
    ]
    library.ask("door/pass", {"card": uid, "direction": "out"}, sequence=9)
    assert [one.direction for one in Passage.objects.order_by("sequence")] == ["in", "in", "out"]


def test_other_kinds_of_terminals_and_unplaced_doors_are_refused(campus):
    uid = campus.card("student").uid
    kiosk = place_device("KS001", "self_service_kiosk", by=SYSTEM)
    assert kiosk.ask("door/pass", {"card": uid})["code"] == "terminal_unfit"
    stray = place_device("MX99", "door", by=SYSTEM)
    assert stray.ask("door/pass", {"card": uid})["code"] == "card.door_not_set_up"


@pytest.mark.parametrize("body", [{}, {"card": 7}, {"card": "04A1B2C3", "direction": "up"}, {"card": "x" * 65}])
def test_garbage_is_no_passage(campus, library, body):
    assert library.ask("door/pass", body)["code"] == "malformed"
    assert not Passage.objects.exists()


def test_a_closed_place_lets_nobody_in_and_everybody_out_and_an_emergency_opens_it(campus, library):
    """Also the room inside, whose own rule names the person. What is closed is told apart from what has no rule."""
    put("library")
    put("library.lab", person_id=campus.persons["student"])
    place, inner = Place.objects.get(key="library"), type(library)("ML02")
    assert try_door(library, campus, "student") == "allowed"

    close_place(by=SYSTEM, place=place, reason="漏水")
    assert [try_door(door, campus, "student") for door in (library, inner)] == ["place_closed"] * 2
    told = library.ask("door/pass", {"card": campus.card("teacher").uid})
    assert (told["outcome"], told["sentence"]) == ("refused", "这里已停用")
    assert try_door(library, campus, "04AAAAAAAAAAAA") == "card_unknown"
    assert try_door(library, campus, "student", "out") == "leaving"
    assert Passage.objects.latest("pk").remark == "place_closed"
    open_place(by=SYSTEM, place=place, reason="火警", minutes=5)
    assert try_door(library, campus, "teacher") == "emergency"

    end(by=SYSTEM, emergency=DoorEmergency.objects.get())
    reopen_place(by=SYSTEM, place=place, reason="修好了")
    assert try_door(library, campus, "teacher") == "allowed"


# Anti-passback


@pytest.mark.capability("A100.4")
def test_hard_anti_passback_refuses_the_second_way_in_also_at_another_door(campus, east):
    put("south.d1", holder_class="student")
    west = type(east)("MD02")
    assert try_door(east, campus, "student") == "allowed"
    assert try_door(west, campus, "student") == "passed_back"
    assert try_door(west, campus, "student", "out") == "leaving"
    assert try_door(east, campus, "student") == "allowed"
    assert try_door(east, campus, "other_student") == "allowed"


@pytest.mark.capability("A100.4")
def test_soft_anti_passback_opens_and_marks(campus, library):
    put("library", holder_class="student")
    assert [try_door(library, campus, "student") for _time in range(2)] == ["allowed", "allowed"]
    assert list(Passage.objects.order_by("id").values_list("remark", flat=True)) == ["", "passed_back"]


@pytest.mark.capability("A100.4")
def test_a_guard_resets_a_person_with_a_reason(campus, east):
    put("south.d1", holder_class="student")
    for part in ("student", "other_student"):
        try_door(east, campus, part)
    dormitory = Place.objects.get(key="south.d1")
    reset_sides(by=SYSTEM, place=dormitory, reason="跟人出去了", person_id=campus.persons["student"])
    assert try_door(east, campus, "student") == "allowed"
    assert try_door(east, campus, "other_student") == "passed_back"


@pytest.mark.capability("A100.4")
def test_nobody_whose_card_we_know_is_kept_inside(campus, east):
    loss.report_lost(by=SYSTEM, card=campus.card("student"), reason="掉了")
    assert try_door(east, campus, "student", "out") == "leaving"
    assert Passage.objects.get().remark == "card_lost"


# What the database holds


def test_passages_and_rules_are_never_changed(campus, library):
    one = put("library")
    try_door(library, campus, "student")
    for change in (
        lambda: Passage.objects.update(is_opened=False),
        lambda: Passage.objects.all().delete(),
        lambda: DoorRule.objects.filter(pk=one.pk).update(is_allowed=False),
        lambda: DoorRule.objects.filter(pk=one.pk).delete(),
        lambda: DoorRule.objects.create(
            place=one.place,
            is_allowed=True,
            person_id=campus.persons["student"],
            holder_class="student",
            reason="x",
            from_time=one.from_time,
            until_time=one.until_time,
            starts_on=campus_today(),
            created_by_name="x",
        ),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    withdraw(by=SYSTEM, rule=one, reason="停用")
    with pytest.raises(DatabaseError), transaction.atomic():
        DoorRule.objects.filter(pk=one.pk).update(withdrawn_at=now() + DAY)


def test_a_passage_is_decided_in_one_query_and_asks_little_besides(campus, library):
    put("library", holder_class="student")
    try_door(library, campus, "student")
    with CaptureQueriesContext(connection) as asked:
        try_door(library, campus, "student")
    statements = [one["sql"] for one in asked.captured_queries if "SAVEPOINT" not in one["sql"]]
    assert sum("access_decide" in one for one in statements) == 1
    assert len(statements) <= 18


@pytest.mark.capability("A089.1")
def test_a_scan_at_a_door_asks_two_statements_more_than_a_card(campus, library):
    """What its second is made of: one request, decided in it; how long that takes `make bench ONLY=codes` says."""
    put("library", holder_class="student")
    phone, uid = Phone(campus), campus.card("student").uid

    def statements(card):
        return len(statements_of(lambda: library.ask("door/pass", {"card": card})))

    statements(uid)
    of_card = statements(uid)
    assert [statements(phone.code("door")) - of_card for _each in range(3)] == [2, 2, 2]
    assert Passage.objects.filter(is_opened=True).count() == 5
