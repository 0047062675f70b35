"""Every page of the desk of doors, as of any console."""

import pytest
from django.core.exceptions import ValidationError

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.access.desk import GUARD, MANAGER, desk
from nanhu.platforms.access.models import DoorRule
from nanhu.platforms.access.services.ruling import DoorRuleDraft, rule
from nanhu.platforms.campus.api import Place, PlaceOrder, set_up_places
from nanhu.platforms.people import api as people
from nanhu.testing.members import grant, open_staff
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
