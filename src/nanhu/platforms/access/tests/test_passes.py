"""Passes: granted by counsellor and office, they let in on their days and no others; refused, they let nobody in."""

from datetime import date, timedelta

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.access import passes
from nanhu.platforms.access.models import Door, DoorRule
from nanhu.platforms.campus import api as campus
from nanhu.platforms.flows.models import Case, Task
from nanhu.platforms.flows.services.definitions import publish_all
from nanhu.platforms.flows.tests.conftest import SYSTEM, flows_of_tests, school
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import OrgUnit

__all__ = ["flows_of_tests", "school"]


@pytest.fixture
def office(school):
    campus.set_up_places(by=SYSTEM, places=[campus.PlaceOrder(key="lab", name="网络实验室", kind="lab")])
    unit = OrgUnit.objects.create(code="1017", name="保卫处", parent_id=school.units["1000"])
    people.appoint(
        by=SYSTEM,
        unit_id=unit.pk,
        office="head",
        person_id=school["T5"],
        starts_on=date(2020, 1, 1),
        ends_on=None,
        document="任命",
    )
    publish_all()
    return school


def apply(office, *, first=None):
    days = {"first": (first or campus_today()).isoformat(), "last": (campus_today() + timedelta(days=5)).isoformat()}
    return office.apply("S1", passes.KEY, place="lab", days=days, purpose="毕业设计", promise=True)


def decide(office, case, *who, decision="agree"):
    for number in who:
        office.decide(number, Task.objects.get(case=case, state="open"), decision, "一二三四五")
    for _twice in range(2):
        deliver_pending()


def test_a_granted_pass_lets_in_on_its_days(office):
    case = apply(office, first=campus_today() - timedelta(days=1))
    decide(office, case, "T1", "T5")
    rule = DoorRule.objects.get()
    assert (rule.person_id, rule.place.key, rule.is_allowed) == (office["S1"], "lab", True)
    assert (rule.starts_on, rule.ends_on) == (campus_today(), campus_today() + timedelta(days=5))
    assert case.number in rule.reason
    passes.write_rule(passes.flows.case_card(case.pk))
    assert DoorRule.objects.count() == 1, "heard twice, it is one rule"


def test_a_refused_pass_lets_nobody_in(office):
    case = apply(office)
    decide(office, case, "T1")
    decide(office, case, "T5", decision="refuse")
    assert (Case.objects.get().outcome, DoorRule.objects.count()) == ("refused", 0)


def test_only_places_with_a_door_are_offered(office):
    assert passes.places() == []
    assert not Door.objects.exists()
    page = office.client("S1").get("/flows/new/access.pass/").content.decode()
    assert "网络实验室" not in page


def test_a_pass_covers_its_place_alone(office):
    decide(office, apply(office), "T1", "T5")
    assert DoorRule.objects.get().covers_below is False


def test_a_pass_for_days_that_are_past_is_refused_at_the_form(office):
    said = {"days_first": (campus_today() - timedelta(days=1)).isoformat(), "days_last": campus_today().isoformat()}
    answer = office.client("S1").post("/flows/new/access.pass/", said | {"purpose": "毕业设计", "promise": "on"})
    assert (answer.status_code, "不能早于今天" in answer.content.decode()) == (422, True)
    assert not Case.objects.exists()
