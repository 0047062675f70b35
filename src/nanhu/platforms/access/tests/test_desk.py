"""Every page of the desk of doors, as of any console."""

import pytest
from django.core.exceptions import ValidationError

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.access import queries
from nanhu.platforms.access.desk import GUARD, MANAGER, desk
from nanhu.platforms.access.models import Door, DoorRule, Passage
from nanhu.platforms.access.services.ruling import DoorRuleDraft, rule
from nanhu.platforms.campus.api import Place, PlaceField, PlaceOrder, close_place, set_up_places
from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import Terminal
from nanhu.testing.members import also_studies, grant, open_staff
from nanhu.testing.pages import PageTests
from nanhu.testing.sessions import signed_in

SYSTEM = Actor.system("test")
MANAGER_NO, COLLEAGUE_NO = "0020150007", "0020190123"


@pytest.fixture
def members(db):
    open_staff({MANAGER_NO: "周敏", COLLEAGUE_NO: "陈志远"})
    grant(MANAGER_NO, (MANAGER, GUARD))


class TestPages(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, members):
        return signed_in(MANAGER_NO)

    @pytest.fixture
    def stranger(self, members):
        return signed_in(COLLEAGUE_NO)

    def fill(self, count):
        set_up_places(by=SYSTEM, places=[PlaceOrder(key="hall", name="=1+1", kind="other")])
        draft = DoorRuleDraft(is_allowed=True, starts_on=campus_today())
        for _number in range(count):
            rule(by=SYSTEM, place=Place.objects.get(), draft=draft, reason="=1+1")


def test_a_person_is_found_by_typing_a_name_by_who_may_open_the_form_alone(members):
    manager, colleague = signed_in(MANAGER_NO), signed_in(COLLEAGUE_NO)
    asked = {"suggest": "campus_no", "campus_no": "陈志"}
    assert manager.get("/card/doors/rules/new/", asked).content.decode() == (
        f'<option value="陈志远 {COLLEAGUE_NO}"></option>'
    )
    assert manager.get("/card/doors/rules/new/", asked | {"campus_no": "陈"}).content == b"", "one letter finds nobody"
    assert manager.get("/card/doors/rules/new/", asked | {"suggest": "reason"}).status_code == 404
    assert colleague.get("/card/doors/rules/new/", asked).status_code == 404


@pytest.mark.parametrize("typed", [COLLEAGUE_NO, "陈志远", f"陈志远 {COLLEAGUE_NO}", f" {COLLEAGUE_NO} "])
def test_a_person_is_understood_by_name_and_by_number(members, typed):
    field = people.PersonField()
    assert field.clean(typed) == people.find_person_by_campus_no(COLLEAGUE_NO)
    with pytest.raises(ValidationError, match="没有这个人"):
        field.clean("陈志")


def test_several_rules_are_withdrawn_at_once_with_one_reason(members):
    manager = signed_in(MANAGER_NO)
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="hall", name="大厅", kind="other")])
    draft = DoorRuleDraft(is_allowed=True, starts_on=campus_today())
    rules = [rule(by=SYSTEM, place=Place.objects.get(), draft=draft, reason="开馆") for _one in range(2)]
    chosen = {"chosen": [str(one.public_id) for one in rules]}
    assert "2 项可以办" in manager.post("/card/doors/rules/withdraw/", chosen).content.decode()
    refused = manager.post("/card/doors/rules/withdraw/", chosen | {"confirmed": "1", "reason": ""})
    assert refused.status_code == 422
    assert DoorRule.objects.filter(withdrawn_at=None).count() == 2
    manager.post("/card/doors/rules/withdraw/", chosen | {"confirmed": "1", "reason": "闭馆"})
    assert not DoorRule.objects.filter(withdrawn_at=None).exists()


def test_what_changed_after_the_look_is_shown_again_before_anything_is_done(members):
    manager = signed_in(MANAGER_NO)
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="hall", name="大厅", kind="other")])
    draft = DoorRuleDraft(is_allowed=True, starts_on=campus_today())
    rules = [rule(by=SYSTEM, place=Place.objects.get(), draft=draft, reason="开馆") for _one in range(2)]
    shown = {"chosen": [str(one.public_id) for one in rules], "confirmed": "1", "reason": "闭馆"}
    DoorRule.objects.filter(pk=rules[0].pk).update(withdrawn_at=now())

    answer = manager.post("/card/doors/rules/withdraw/", shown)
    assert answer.status_code == 409
    assert "没有办理" in answer.content.decode()
    assert DoorRule.objects.filter(withdrawn_at=None).count() == 1


def test_a_school_of_many_rooms_lists_those_with_doors_alone(members):
    places = [PlaceOrder(key="south", name="南院", kind="campus")]
    places += [PlaceOrder(key=f"t{n}", name=f"{n}教", kind="teaching", parent="south") for n in (1, 2)]
    places += [PlaceOrder(key=f"t1.{n}", name=f"一教{n}", kind="room", parent="t1") for n in range(1, 30)]
    set_up_places(by=SYSTEM, places=places)
    terminal = Terminal.objects.create(number="R2001", kind="door", place="门口", key="0" * 64)
    Door.objects.create(terminal=terminal, place=Place.objects.get(key="t1.7"), list_salt="0" * 32)
    assert [line.place.key for line in queries.place_lines()] == ["south", "t1", "t1.7"]
    assert [len(line.doors) for line in queries.place_lines()] == [0, 0, 1]
    assert queries.line_at(Place.objects.get(key="t2")).doors == ()
    form = signed_in(MANAGER_NO).get("/card/doors/rules/new/").content.decode()
    assert "一教20" not in form, "a picker is no list of all rooms"


def test_a_place_is_found_by_typing_and_understood_by_code_and_by_name(members):
    places = [PlaceOrder(key="t1", name="一教", kind="teaching")]
    places += [PlaceOrder(key=f"t1.{n}", name="讨论室", kind="room", parent="t1") for n in (1, 2)]
    set_up_places(by=SYSTEM, places=places)
    manager = signed_in(MANAGER_NO)
    asked = {"suggest": "place", "place": "t1.2"}
    assert manager.get("/card/doors/rules/new/", asked).content.decode() == '<option value="t1.2 讨论室">一教</option>'
    assert manager.get("/card/doors/emergency/", asked).status_code == 200
    assert signed_in(COLLEAGUE_NO).get("/card/doors/rules/new/", asked).status_code == 404
    lab = PlaceOrder(key="t2.1", name="讨论室", kind="room", parent="t2")
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="t2", name="二教", kind="teaching"), lab])
    field = PlaceField(open_only=True)
    for typed, said in (("二教 讨论", "二教 讨论室"), ("二教", "二教"), ("一教　讨论室", "t1.1 讨论室")):
        assert field.suggest(None, typed)[0].value == said
        assert field.clean(said) is not None, "what is offered is understood"
    for typed in ("t1", "一教", "t1 一教", " t1 "):
        assert field.clean(typed) == Place.objects.get(key="t1")
    for typed in ("讨论室", "nowhere"):
        with pytest.raises(ValidationError, match="没有这个地点"):
            field.clean(typed)
    close_place(by=SYSTEM, place=Place.objects.get(key="t1"), reason="漏水")
    with pytest.raises(ValidationError):
        field.clean("t1.1")
    assert PlaceField().clean("t1.1").key == "t1.1"


def test_who_works_and_studies_here_passes_under_the_number_of_his_work(members):
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="hall", name="大厅", kind="other")])
    who = people.find_person_by_campus_no(COLLEAGUE_NO)
    also_studies(who)
    hall = Place.objects.get(key="hall")
    terminal = Terminal.objects.create(number="R2001", kind="door", place="大厅", key="0" * 64)
    door = Door.objects.create(terminal=terminal, place=hall, list_salt="0" * 32)
    said = {"sequence": 1, "fingerprint": b"1", "direction": "in", "means": "card", "is_opened": True, "code": "ok"}
    Passage.objects.create(door=door, place=hall, person_id=who, at=now(), **said)
    page = signed_in(MANAGER_NO).get(desk.address("log", {"key": "hall"})).content.decode()
    assert COLLEAGUE_NO in page
    assert "24990001" not in page
