"""A member of staff's mobile stands in the directory by his own word alone, for whom he says, until he takes it back."""

from datetime import date

import pytest
import vobject
from django.db import IntegrityError, transaction

from nanhu.kernel.models import AuditEntry
from nanhu.kernel.tests.counting import statements_of
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import AffiliationEnded
from nanhu.services.directory.models import StaffMobile
from nanhu.services.directory.subscribers import forget_mobiles
from nanhu.testing.members import SYSTEM, open_members
from nanhu.testing.sessions import signed_in

pytestmark = pytest.mark.django_db
STAFF = "/directory/staff/"
NUMBER = "13907300001"


def known(number="T0003", name="赵老师", kind="staff", unit="20", **facts):
    tie = people.AffiliationRecord(
        kind=kind, campus_no=number, starts_on=date(2020, 9, 1), unit_code=unit, state=facts.pop("state", "active")
    )
    person_id = people.find_person_by_campus_no(number)
    record = people.PersonRecord(key=number, person_id=person_id, name=name, affiliations=(tie,), **facts)
    people.apply_records(by=SYSTEM, records=[record], origin=people.Origin(source="test", title="测试"))
    return person_id


@pytest.fixture
def teacher(school):
    open_members({"S0001": "林同学"}, kind="student")
    open_members({"G0001": "来宾"}, kind="guest")
    known(phone=NUMBER)
    return school.client("T0003")


def choose(client, audience):
    return client.post(f"{STAFF}mine/", {"audience": audience})


def names(number):
    answer = signed_in(number).get(STAFF)
    return "赵老师" in answer.content.decode() if answer.status_code == 200 else answer.status_code


def test_it_stands_for_whom_he_says_and_not_a_moment_longer(teacher):
    assert [names("T0004"), names("S0001"), names("G0001")] == [False, False, 404], "nobody said anything yet"
    assert choose(teacher, "staff").status_code == 302
    one = StaffMobile.objects.get()
    assert [names("T0004"), names("S0001")] == [True, False]
    assert signed_in("S0001").post(f"{STAFF}{one.public_id}/").status_code == 404
    page = signed_in("T0004").get(f"{STAFF}{one.public_id}/").content.decode()
    assert NUMBER not in page, "by a press alone"
    assert NUMBER in signed_in("T0004").post(f"{STAFF}{one.public_id}/").content.decode()
    look = AuditEntry.objects.get(action="people.reveal_phone")
    assert (look.target, look.reason) == (f"person:{one.person_id}", "校内电话")
    choose(teacher, "members")
    assert names("S0001") is True
    choose(teacher, "")
    assert [names("T0004"), names("S0001")] == [False, False]
    assert signed_in("T0004").post(f"{STAFF}{one.public_id}/").status_code == 404
    said = AuditEntry.objects.filter(action__startswith="directory.").order_by("pk")
    assert [(line.action, line.facts.get("shown_to")) for line in said if "mobile" in line.action] == [
        ("directory.show_mobile", "staff"),
        ("directory.show_mobile", "members"),
        ("directory.hide_mobile", None),
    ]


def test_the_number_is_read_where_it_is_kept_and_never_copied(teacher):
    choose(teacher, "members")
    known(phone="13907300002")
    one = StaffMobile.objects.get()
    assert "13907300002" in signed_in("S0001").post(f"{STAFF}{one.public_id}/").content.decode()
    assert NUMBER not in str(StaffMobile.objects.values())


def test_a_units_card_holds_it_for_who_may_read_it(school, teacher):
    phone = school.phone("出纳", place=None)
    choose(teacher, "staff")

    address = f"/directory/{phone.public_id}/unit.vcf"
    looks = AuditEntry.objects.filter(action="people.reveal_phone")

    def cells(number, method):
        answer = getattr(signed_in(number), method)(address)
        cards = vobject.readComponents(answer.content.decode())
        return [card.tel.value for card in cards if card.fn.value == "赵老师"]

    assert cells("S0001", "post") == []
    assert cells("T0004", "get") == []
    for page in (address, f"/directory/{phone.public_id}/"):
        signed_in("T0004").get(page, headers={"sec-purpose": "prefetch"})
        signed_in("T0004").head(page)
    assert not looks.exists(), "what only reads, or is fetched before anybody pressed, is no look"
    assert cells("T0004", "post") == [f"tel:{NUMBER}"]
    assert looks.count() == 1
    button = f'<form method="post" action="{address}"'
    pages = [signed_in(one).get(f"/directory/{phone.public_id}/").content.decode() for one in ("T0004", "S0001")]
    assert [button in page for page in pages] == [True, False], "and nobody presses for what he may not have"


def test_a_units_card_asks_as_little_for_many_as_for_one(school, teacher):
    address = f"/directory/{school.phone('出纳', place=None).public_id}/unit.vcf"
    choose(teacher, "staff")
    reader = signed_in("T0004")
    reader.post(address)  # what a process keeps for some seconds is warm
    one = len(statements_of(lambda: reader.post(address)))
    for number, name in (("T0001", "李主任"), ("T0005", "孙科长")):
        known(number, name, phone=f"1390731{number[1:]}")
        choose(signed_in(number), "staff")
    looks = AuditEntry.objects.filter(action="people.reveal_phone")
    before = looks.count()
    assert [len(statements_of(lambda: reader.post(address))), looks.count() - before] == [one, 3], "each a look"


def test_who_left_has_no_number_or_is_none_of_the_staff_stands_here_no_more(school, teacher):
    assert choose(signed_in("T0004"), "staff").status_code in {409, 422}, "no number on record"
    assert choose(signed_in("S0001"), "members").status_code == 404
    open_members({"L0001": "临时工"}, kind="temporary")
    assert choose(signed_in("L0001"), "staff").status_code == 404
    assert f"{STAFF}mine/" not in signed_in("L0001").get(STAFF).content.decode()
    choose(teacher, "staff")
    person_id = known(state="ended", phone=NUMBER)
    assert names("T0004") is False, "before anybody heard of it"
    forget_mobiles(
        [AffiliationEnded(person_id=person_id, affiliation_id=1, kind="staff", campus_no="T0003", category="")]
    )
    assert not StaffMobile.objects.exists()


def test_his_copy_of_his_data_says_for_whom_it_stands(teacher):
    choose(teacher, "staff")
    assert "校内电话里的手机号" in teacher.get("/account/data").content.decode()


def test_the_database_knows_two_audiences(teacher):
    person_id = people.find_person_by_campus_no("T0003")
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffMobile.objects.create(person_id=person_id, audience="world")
