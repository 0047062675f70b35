"""Posts: who holds which on a day, who stands above where it is vacant, what becomes of them with their holders."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import ReasonMissingError, WrongStateError
from nanhu.kernel.models import OutboxEvent
from nanhu.platforms.people import api as people
from nanhu.platforms.people import jobs
from nanhu.platforms.people.errors import (
    NoTieError,
    OfficeExistsError,
    PostHeldError,
    PostLengthenedError,
    UnitClosedError,
)
from nanhu.platforms.people.models import Affiliation, OrgUnit, Person, Post
from nanhu.platforms.people.posts import following, services

BY = Actor.system("test")

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
    ended = {"ends_on": campus_today()} if state == "ended" else {}
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
    first, last = campus_today() + timedelta(days=2), campus_today() + timedelta(days=4)
    appoint(units["college"], person("甲"), starts_on=first, ends_on=last)
    days = [campus_today() + timedelta(days=n) for n in range(1, 6)]
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
    appoint(units["college"], first, ends_on=campus_today())
    appoint(units["college"], second)
    found = people.find_post(units["college"].pk, "head")
    assert found is not None
    assert set(found.person_ids) == {first.pk, second.pk}
    with pytest.raises(PostHeldError):
        appoint(units["college"], first, starts_on=campus_today())
    appoint(units["college"], first, starts_on=campus_today() + timedelta(days=1))
    with pytest.raises(IntegrityError, match="people_post_once"), transaction.atomic():
        Post.objects.filter(person=second).update(person=first)


def test_it_ends_with_a_reason_and_is_told(units):
    post = appoint(units["college"], person("甲"))
    with pytest.raises(ReasonMissingError):
        people.end_post(by=BY, post=post, reason=" ")
    people.end_post(by=BY, post=post, reason="届满")
    assert people.find_post(units["college"].pk, "head") is None
    assert people.find_post(units["college"].pk, "head", on=campus_today() - timedelta(days=1)) is not None
    with pytest.raises(WrongStateError):
        people.end_post(by=BY, post=post, reason="届满")
    assert OutboxEvent.objects.filter(name="people.PostEnded").count() == 1


def test_one_that_has_not_begun_is_withdrawn_and_may_be_given_again(units):
    who, first = person("甲"), campus_today() + timedelta(days=5)
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
    gone.update(state="ended", ends_on=campus_today())
    for _twice in range(2):
        following.end_posts_of_leavers(person_ids={who.pk})
    assert bool(people.find_post(units["college"].pk, "head")) is is_held


def merge(kept, gone):
    made = people.merge_persons(by=BY, kept_id=kept.pk, gone_id=gone.pk, reason="同一人")
    for _twice in range(2):
        following.follow_merges(person_ids={kept.pk, gone.pk})
    return made


def part(made, kept, gone):
    people.revert_change_set(by=BY, change_set_id=made.pk, reason="不是同一人")
    for _twice in range(2):
        following.follow_merges(person_ids={kept.pk, gone.pk})


def held_on(unit, day, *, office="head"):
    found = people.find_post(unit.pk, office, on=day)
    return set(found.person_ids) if found else set()


def test_posts_of_a_merged_record_are_the_kept_ones_and_part_again(units):
    kept, gone = person("甲"), person("甲二")
    last = campus_today() + timedelta(days=9)
    appoint(units["college"], gone)
    appoint(units["school"], kept, ends_on=campus_today())
    appoint(units["school"], gone, starts_on=campus_today(), ends_on=last)
    made = merge(kept, gone)
    held = {post.unit_id: post for post in Post.objects.filter(person=kept, withdrawn_at=None)}
    assert held.keys() == {units["college"].pk, units["school"].pk}
    assert (held[units["school"].pk].starts_on, held[units["school"].pk].ends_on) == (PAST, last)
    part(made, kept, gone)
    found = people.find_post(units["college"].pk, "head")
    assert found is not None
    assert found.person_ids == (gone.pk,)
    days = [campus_today() - timedelta(days=1), campus_today(), campus_today() + timedelta(days=1)]
    assert [held_on(units["school"], day) for day in days] == [{kept.pk}, {kept.pk, gone.pk}, {gone.pk}]


def test_what_ended_while_records_were_merged_stays_ended_when_they_part(units):
    kept, gone = person("甲"), person("甲二")
    appoint(units["school"], kept, ends_on=campus_today())
    appoint(units["school"], gone, starts_on=campus_today() - timedelta(days=9))
    appoint(units["school"], coming := person("丙"), starts_on=PAST, ends_on=campus_today() - timedelta(days=1))
    made = merge(kept, gone)
    [joined] = Post.objects.filter(person=kept, withdrawn_at=None)
    people.end_post(by=BY, post=joined, reason="免职", last_day=campus_today() - timedelta(days=5))
    part(made, kept, gone)
    days = [campus_today() - timedelta(days=n) for n in (10, 5, 4)]
    assert [held_on(units["school"], day) - {coming.pk} for day in days] == [{kept.pk}, {kept.pk, gone.pk}, set()]


@pytest.mark.parametrize("is_held_by_all", [False, True])
def test_posts_follow_a_chain_of_merges_and_part_link_by_link(units, is_held_by_all):
    first, middle, last = person("甲"), person("甲二"), person("甲三")
    appoint(units["college"], first)
    if is_held_by_all:
        appoint(units["college"], middle)
        appoint(units["college"], last)
    lower = merge(middle, first)
    upper = merge(last, middle)
    assert held_on(units["college"], campus_today()) == {last.pk}
    part(upper, last, middle)
    assert held_on(units["college"], campus_today()) == ({middle.pk, last.pk} if is_held_by_all else {middle.pk})
    part(lower, middle, first)
    assert held_on(units["college"], campus_today()) == (
        {first.pk, middle.pk, last.pk} if is_held_by_all else {first.pk}
    )


def test_a_merged_record_is_appointed_as_the_one_it_belongs_to(units):
    kept, gone = person("甲"), person("甲二")
    merge(kept, gone)
    assert appoint(units["college"], gone).person_id == kept.pk


@pytest.mark.parametrize(
    ("kind", "state", "is_refused"),
    [("staff", "ended", True), ("guest", "active", True), ("staff", "planned", False), ("student", "active", False)],
)
def test_who_has_no_tie_is_not_appointed(units, kind, state, is_refused):
    who = person("甲", kind=kind, state=state)
    if is_refused:
        with pytest.raises(NoTieError):
            appoint(units["college"], who)
    else:
        appoint(units["college"], who)
    assert Post.objects.exists() is not is_refused


def test_a_closed_unit_has_no_posts(units):
    OrgUnit.objects.filter(pk=units["college"].pk).update(is_active=False)
    with pytest.raises(UnitClosedError):
        appoint(units["college"], person("甲"))


def test_who_left_is_not_found_before_the_post_ends_but_held_it_then(units):
    head, who = person("甲"), person("乙")
    appoint(units["school"], head)
    appoint(units["college"], who)
    Affiliation.objects.filter(person=who).update(state="ended", ends_on=campus_today() - timedelta(days=1))
    assert held_on(units["college"], campus_today()) == set()
    assert people.posts_of(who.pk) == []
    assert held_on(units["college"], campus_today() - timedelta(days=1)) == {who.pk}
    found = people.find_post(units["college"].pk, "head", climbs=True)
    assert found is not None
    assert found.person_ids == (head.pk,)


def test_an_end_does_not_lengthen_a_post(units):
    who = person("甲")
    post = appoint(units["college"], who, ends_on=campus_today() + timedelta(days=9))
    appoint(units["college"], who, starts_on=campus_today() + timedelta(days=10))
    with pytest.raises(PostLengthenedError):
        people.end_post(by=BY, post=post, reason="届满", last_day=campus_today() + timedelta(days=10))
    post.refresh_from_db()
    assert (post.ends_on, post.why_ended) == (campus_today() + timedelta(days=9), "")


def test_who_left_and_comes_back_keeps_the_post_that_begins_then(units):
    who, first = person("甲", kind="student", state="ended"), campus_today() + timedelta(days=4)
    Affiliation.objects.create(person=who, kind="staff", campus_no="T1", starts_on=first, state="planned")
    old = appoint(units["school"], who)
    coming = appoint(units["college"], who, starts_on=first)
    assert following.end_posts_of_leavers(person_ids={who.pk}) == 1
    old.refresh_from_db()
    coming.refresh_from_db()
    assert (old.ends_on, coming.withdrawn_at) == (campus_today() - timedelta(days=1), None)
    assert held_on(units["college"], first) == {who.pk}


def test_who_left_under_a_record_that_was_merged_keeps_what_the_other_is_tied_for(units):
    """The end of a tie may be told before the merge is."""
    kept, gone = person("甲"), person("甲二")
    appoint(units["college"], gone)
    people.merge_persons(by=BY, kept_id=kept.pk, gone_id=gone.pk, reason="同一人")
    assert following.end_posts_of_leavers(person_ids={gone.pk}) == 0


def told(name):
    return OutboxEvent.objects.filter(name=f"people.{name}").count()


def test_a_post_that_begins_or_runs_out_is_told_on_its_day_and_once(units):
    appoint(units["college"], person("甲"), ends_on=campus_today())
    later = appoint(units["school"], person("乙"), starts_on=campus_today() + timedelta(days=1))
    appoint(units["class"], person("丙"), ends_on=campus_today() - timedelta(days=3))
    assert (told("PostStarted"), told("PostEnded")) == (1, 0)
    Post.objects.filter(pk=later.pk).update(starts_on=campus_today())
    Post.objects.filter(unit=units["college"]).update(ends_on=campus_today() - timedelta(days=1))
    for _twice in range(2):
        jobs.follow_calendar()
    assert (told("PostStarted"), told("PostEnded")) == (2, 1)


def test_an_end_that_was_set_for_later_is_told_when_it_comes(units):
    post = appoint(units["college"], person("甲"))
    people.end_post(by=BY, post=post, reason="届满", last_day=campus_today() + timedelta(days=3))
    assert told("PostEnded") == 0
    Post.objects.filter(pk=post.pk).update(ends_on=campus_today() - timedelta(days=1))
    following.follow_calendar()
    assert told("PostEnded") == 1


def test_the_day_ends_posts_of_who_left_without_a_word(units):
    appoint(units["college"], who := person("甲"))
    Affiliation.objects.filter(person=who).update(state="ended", ends_on=campus_today() - timedelta(days=1))
    following.follow_calendar()
    assert Post.objects.get().ends_on == campus_today() - timedelta(days=1)


def test_a_post_that_is_part_of_another_does_not_stand_beside_it(units):
    post, other = appoint(units["college"], person("甲")), appoint(units["school"], person("乙"))
    with pytest.raises(IntegrityError, match="people_post_joined_is_withdrawn"), transaction.atomic():
        Post.objects.filter(pk=post.pk).update(joined_into=other)


def test_a_school_adds_kinds_of_posts_of_its_own(units):
    services.add_office(by=BY, key="lab_keeper", name="实验室管理员")
    appoint(units["college"], who := person("甲"), office="lab_keeper")
    assert [one.office_name for one in people.posts_of(who.pk)] == ["实验室管理员"]
    with pytest.raises(OfficeExistsError):
        services.add_office(by=BY, key="lab_keeper", name="别的")
