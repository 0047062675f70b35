"""A merge that was a mistake: each of the two is on line as himself again, and reads nothing of the other."""

import pytest

from nanhu.platforms.people import api as people
from nanhu.services.network import queries, subscribers
from nanhu.services.network.models import Device, Disconnect, Grant, Session
from nanhu.services.network.tests.conftest import LAPTOP, PHONE
from nanhu.testing import merging
from nanhu.testing.members import SYSTEM

pytestmark = pytest.mark.django_db


def test_parted_persons_go_off_and_have_what_came_under_their_own_number(school):
    theirs, kept = school.on_line("S1", PHONE), school.on_line("T1", LAPTOP)
    Device.objects.filter(person=school["S1"]).update(name="小湖的手机")
    merged = people.merge_persons(by=SYSTEM, kept_id=school["T1"], gone_id=school["S1"], reason="同一个人")
    school.tell_events()
    assert Session.objects.get(pk=theirs.pk).person_id == school["T1"]
    Grant.objects.filter(pk=theirs.grant_id).update(ended_at=None, cause="")
    people.part_persons(by=SYSTEM, merge_id=merged.pk, reason="是两个人")
    school.tell_events()

    assert set(Disconnect.objects.values_list("session_id", flat=True)) == {theirs.pk, kept.pk}
    assert not Grant.objects.filter(ended_at=None).exists()
    for model, row in ((Session, theirs), (Grant, theirs.grant), (Device, theirs.device)):
        assert model.objects.get(pk=row.pk).person_id == school["S1"], model
    for model, row in ((Session, kept), (Grant, kept.grant), (Device, kept.device)):
        assert model.objects.get(pk=row.pk).person_id == school["T1"], model
    assert "小湖的手机" not in school.client("T1").get("/network/devices/").content.decode()
    assert "小湖的手机" in school.client("S1").get("/network/devices/").content.decode()
    assert [one.session_id for one in queries.sessions_of(school["T1"], only_open=False)] == [kept.pk]


def owners(theirs):
    rows = ((Session, theirs), (Grant, theirs.grant), (Device, theirs.device))
    return {model.objects.get(pk=row.pk).person_id for model, row in rows}


def test_a_merge_that_is_told_after_the_two_were_parted_moves_nothing(school):
    theirs = school.on_line("S1", PHONE)
    Device.objects.filter(person=school["S1"]).update(name="小湖的手机")
    event = merging.merged_and_parted(kept_id=school["T1"], gone_id=school["S1"])
    subscribers.rekey_merged([event])
    assert owners(theirs) == {school["S1"]}
    assert "小湖的手机" not in school.client("T1").get("/network/devices/").content.decode()


def test_a_parting_that_is_told_after_the_two_are_one_again_moves_nothing(school):
    theirs = school.on_line("S1", PHONE)
    event = merging.parted_and_merged(kept_id=school["T1"], gone_id=school["S1"])
    school.tell_events()
    assert owners(theirs) == {school["T1"]}
    subscribers.part_persons([event])
    assert owners(theirs) == {school["T1"]}


def test_what_a_kept_record_had_goes_home_though_that_was_merged_itself_before_it_was_told(school):
    theirs = school.on_line("S1", PHONE)
    merge = merging.merge(kept_id=school["T1"], gone_id=school["S1"])
    school.tell_events()
    merging.part(merge)
    merging.merge(kept_id=school["E1"], gone_id=school["T1"])
    school.tell_events()
    assert owners(theirs) == {school["S1"]}
