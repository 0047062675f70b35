"""Posts: who holds which on a day, who stands above where it is vacant, what becomes of them with their holders."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import ReasonMissingError, WrongStateError
from nanhu.kernel.models import OutboxEvent
from nanhu.platforms.people import api as people
from nanhu.platforms.people.errors import OfficeExistsError, PostHeldError
from nanhu.platforms.people.models import Affiliation, OrgUnit, Person, Post
from nanhu.platforms.people.posts import services

BY = Actor.system("test")
TODAY = campus_today()
PAST = date(2020, 1, 1)


@pytest.fixture
def units(db):
    school = OrgUnit.objects.create(code="1000", name="学校")
    college = OrgUnit.objects.create(code="12", name="计算机学院", parent=school)
    return {
        "school": school,
        "college": college,
        "class": OrgUnit.objects.create(code="1201", name="一班", parent=college),
    }


def person(name, *, kind="staff", state="active"):
    made = Person.objects.create(name=name)
    ended = {"ends_on": TODAY} if state == "ended" else {}
    Affiliation.objects.create(person=made, kind=kind, campus_no=f"N{made.pk}", starts_on=PAST, state=state, **ended)
    return made


def appoint(unit, who, *, office="head", starts_on=PAST, ends_on=None):
    return people.appoint(
        by=BY,
        unit_id=unit.pk,
        office=office,
        person_id=who.pk,
        starts_on=starts_on,
        ends_on=ends_on,
        document="任〔1〕号",
    )


def test_a_post_is_held_from_a_day_to_a_day(units):
    first, last = TODAY + timedelta(days=2), TODAY + timedelta(days=4)
    appoint(units["college"], person("甲"), starts_on=first, ends_on=last)
    days = [TODAY + timedelta(days=n) for n in range(1, 6)]
    held = [bool(people.find_post(units["college"].pk, "head", on=day)) for day in days]
    assert held == [False, True, True, True, False]


def test_a_vacant_post_is_that_of_the_nearest_unit_above(units):
    head, other = person("甲"), person("乙")
    appoint(units["school"], head)
    appoint(units["college"], other, office="secretary")
    assert people.find_post(units["class"].pk, "head") is None
    found = people.find_post(units["class"].pk, "head", climbs=True)
    assert found is not None
    assert (found.unit_id, found.unit_name, found.person_ids) == (units["school"].pk, "学校", (head.pk,))
    assert people.find_post(units["class"].pk, "head", climbs=True, without=[head.pk]) is None


def test_several_may_hold_it_but_nobody_twice_on_a_day(units):
    first, second = person("甲"), person("乙")
    appoint(units["college"], first, ends_on=TODAY)
    appoint(units["college"], second)
    found = people.find_post(units["college"].pk, "head")
    assert found is not None
    assert set(found.person_ids) == {first.pk, second.pk}
    with pytest.raises(PostHeldError):
        appoint(units["college"], first, starts_on=TODAY)
    appoint(units["college"], first, starts_on=TODAY + timedelta(days=1))
    with pytest.raises(IntegrityError, match="people_post_once"), transaction.atomic():
        Post.objects.filter(person=second).update(person=first)


def test_it_ends_with_a_reason_and_is_told(units):
    post = appoint(units["college"], person("甲"))
    with pytest.raises(ReasonMissingError):
        people.end_post(by=BY, post=post, reason=" ")
    people.end_post(by=BY, post=post, reason="届满")
    assert people.find_post(units["college"].pk, "head") is None
    assert people.find_post(units["college"].pk, "head", on=TODAY - timedelta(days=1)) is not None
    with pytest.raises(WrongStateError):
        people.end_post(by=BY, post=post, reason="届满")
    assert OutboxEvent.objects.filter(name="people.PostEnded").count() == 1


def test_one_that_has_not_begun_is_withdrawn_and_may_be_given_again(units):
    who, first = person("甲"), TODAY + timedelta(days=5)
    post = appoint(units["college"], who, starts_on=first)
    assert people.end_post(by=BY, post=post, reason="改任").withdrawn_at is not None
    appoint(units["college"], who, starts_on=first)


@pytest.mark.parametrize(("left", "is_held"), [("staff", False), ("student", True)])
def test_who_left_holds_no_post(units, left, is_held):
    who = person("甲")
    Affiliation.objects.create(person=who, kind="student", campus_no="S1", starts_on=PAST)
    Affiliation.objects.create(person=who, kind="guest", campus_no="G1", starts_on=PAST)
    appoint(units["college"], who)
    gone = Affiliation.objects.filter(person=who, kind__in={"staff", "student"} if left == "staff" else {left})
    gone.update(state="ended", ends_on=TODAY)
    for _twice in range(2):
        services.end_posts_of_leavers(person_ids={who.pk})
    assert bool(people.find_post(units["college"].pk, "head")) is is_held


def test_posts_of_a_merged_record_are_the_kept_ones_and_part_again(units):
    kept, gone = person("甲"), person("甲二")
    appoint(units["college"], gone)
    appoint(units["school"], kept, ends_on=TODAY)
    appoint(units["school"], gone, starts_on=TODAY, ends_on=TODAY + timedelta(days=9))
    for _twice in range(2):
        services.merge_posts(kept_id=kept.pk, gone_id=gone.pk)
    held = {post.unit_id: post for post in Post.objects.filter(person=kept, withdrawn_at=None)}
    assert held.keys() == {units["college"].pk, units["school"].pk}
    assert (held[units["school"].pk].starts_on, held[units["school"].pk].ends_on) == (PAST, TODAY + timedelta(days=9))
    services.part_posts(restored_id=gone.pk)
    found = people.find_post(units["college"].pk, "head")
    assert found is not None
    assert found.person_ids == (gone.pk,)


def test_a_school_adds_kinds_of_posts_of_its_own(units):
    services.add_office(by=BY, key="lab_keeper", name="实验室管理员")
    appoint(units["college"], who := person("甲"), office="lab_keeper")
    assert [one.office_name for one in people.posts_of(who.pk)] == ["实验室管理员"]
    with pytest.raises(OfficeExistsError):
        services.add_office(by=BY, key="lab_keeper", name="别的")
