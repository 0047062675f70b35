"""Delegates of units, as the office names and relieves them, and what they find in their menu."""

import pytest
from django.db import transaction

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing.models import UnitDelegate
from nanhu.systems.card.issuing.services.delegating import acting, name_delegate, relieve
from nanhu.systems.card.issuing.tests.conftest import COLLEGE, DESK
from nanhu.systems.card.tests.conftest import CAST, ORIGIN, SYSTEM

NUMBER = CAST["student"][2]


@pytest.fixture
def manager(campus):
    identity.grant_role(by=SYSTEM, account_id=campus.actor("clerk").account_id, role="card.manager")
    return campus.client("clerk")


def sees_unit_orders(campus) -> bool:
    return f"{DESK}unit/" in campus.client("student").get("/apps/").content.decode()


def acts() -> int:
    return UnitDelegate.objects.filter(role="agent", ended_at=None).exclude(named_by_name="测试").count()


@pytest.mark.capability("A111.1")
@pytest.mark.usefixtures("commits")
def test_who_is_named_finds_the_units_orders_at_once_and_loses_them_when_relieved(campus, manager):
    assert not sees_unit_orders(campus)

    for _twice in range(2):
        answer = manager.post(f"{DESK}delegates/", {"unit": "12", "campus_no": NUMBER, "role": "agent"})
        assert (answer.status_code, acts()) == (302, 1)
    assert "已指定林小满为计算机学院的经办人。" in manager.get(f"{DESK}delegates/").content.decode()
    assert sees_unit_orders(campus)
    assert campus.client("student").get(f"{DESK}unit/").status_code == 200

    delegate = UnitDelegate.objects.latest("id")
    assert manager.post(f"{DESK}delegates/{delegate.pk}/end/", {"reason": " "}).status_code == 422
    assert acts() == 1, "nobody is relieved without a word"
    asked = manager.get(f"{DESK}delegates/{delegate.pk}/end/").content.decode()
    assert "林小满，计算机学院的经办人" in asked
    assert manager.post(f"{DESK}delegates/{delegate.pk}/end/", {"reason": "调离"}).status_code == 302
    assert "林小满不再是计算机学院的经办人" in manager.get(f"{DESK}delegates/").content.decode()
    assert manager.post(f"{DESK}delegates/{delegate.pk}/end/", {"reason": "调离"}).status_code == 404
    assert (acts(), sees_unit_orders(campus)) == (0, False)
    assert campus.client("student").get(f"{DESK}unit/").status_code == 404
    told = AuditEntry.objects.filter(action__in=["card.name_delegate", "card.end_delegate"]).order_by("id")
    assert [(entry.action, entry.reason) for entry in told] == [
        ("card.name_delegate", ""),
        ("card.end_delegate", "调离"),
    ]


@pytest.mark.usefixtures("commits")
def test_the_menu_reads_the_delegates_anew_when_they_are_written_and_not_before(campus):
    given = {"unit_code": "12", "unit_name": COLLEGE, "person_id": campus.persons["student"], "role": "agent"}
    acting()
    with transaction.atomic():
        name_delegate(by=SYSTEM, **given)
        assert acting.kept is not None, "who asks meanwhile would remember the old ones"
    assert campus.persons["student"] in acting()
    with transaction.atomic():
        relieve(by=SYSTEM, delegate_id=UnitDelegate.objects.latest("id").pk, reason="调离")
        assert acting.kept is not None
    assert campus.persons["student"] not in acting()


def test_nobody_is_named_by_a_number_that_is_none_or_by_an_ordinary_clerk(campus, manager):
    answer = manager.post(f"{DESK}delegates/", {"unit": "12", "campus_no": "2099\0", "role": "agent"})
    assert (answer.status_code, acts()) == (422, 0)
    given = {"unit": "12", "campus_no": NUMBER, "role": "agent"}
    assert campus.client("second_clerk").post(f"{DESK}delegates/", given).status_code == 404
    assert acts() == 0


@pytest.mark.capability("A111.1")
def test_the_office_does_not_give_itself_the_yes_of_a_unit(campus, manager):
    own = {"unit": "12", "campus_no": CAST["clerk"][2], "role": "leader"}
    answer = manager.post(f"{DESK}delegates/", own)
    assert answer.status_code == 409
    assert "不能指定自己" in answer.content.decode()
    assert not UnitDelegate.objects.filter(role="leader", person_id=campus.card("clerk").person_id).exists()


@pytest.mark.capability("A111.1")
def test_only_staff_of_the_unit_or_of_one_above_it_lead_it(campus, manager):
    def name(unit: str, number: str) -> str:
        answer = manager.post(f"{DESK}delegates/", {"unit": unit, "campus_no": number, "role": "leader"})
        return "" if answer.status_code == 302 else str(answer.context["form"].errors)

    assert "林小满不是计算机学院或其上级单位的在职教职工" in name("12", NUMBER)
    other = people.UnitRecord(code="13", name="化学学院", kind="college", parent_code="1")
    people.apply_units(by=SYSTEM, origin=ORIGIN, records=[other])
    assert "陈志远不是化学学院或其上级单位" in name("13", CAST["teacher"][2])
    assert name("12", CAST["teacher"][2]) == ""
    assert name("12012301", CAST["teacher"][2]) == "", "a class has no staff of its own"
    assert UnitDelegate.objects.filter(role="leader", person_id=campus.persons["student"]).count() == 0
