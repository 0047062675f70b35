"""What is said again: a stronger office's equal word holds from then on, and a row that is mended late stays in its place."""

import pytest

from nanhu.platforms.datahub.api import replay, roll_back
from nanhu.platforms.datahub.models import KnownDocument, LandingRow
from nanhu.platforms.datahub.services.mending import mend_row
from nanhu.platforms.datahub.services.reviews import decide_same, part_again
from nanhu.platforms.datahub.tests.conftest import BY, register, student
from nanhu.platforms.datahub.tests.test_any_course import POOL, open_pair
from nanhu.platforms.people.models import Affiliation, Person

pytestmark = pytest.mark.django_db
OWN, OTHER = "13800138000", "13911112222"


def contact(phone):
    return f"学号,姓名,手机号码\n14231100001,李明,{phone}\n"


def phone_and_source():
    person = Person.objects.get()
    return person.phone, person.provenance["phone"]["source"]


def test_an_equal_word_of_a_stronger_office_holds_against_a_weaker_one(hand_in, units):
    first = hand_in(register(student(phone=OWN)))
    second = hand_in(contact(OWN), source_key="sa.contacts", name="通讯录.csv")
    assert phone_and_source() == (OWN, "sa.contacts")
    assert (second.counts["changed"], second.counts["unchanged"]) == (0, 1), "nothing of theirs changed"
    third = hand_in(register(student(phone=OTHER)), name="后来.csv")
    assert phone_and_source() == (OWN, "sa.contacts"), "the registrar is outvoted, whoever said it first"
    roll_back(by=BY, batch_id=first.batch, reason="错")
    assert phone_and_source() == (OWN, "sa.contacts")
    roll_back(by=BY, batch_id=second.batch, reason="错")
    assert phone_and_source() == (OTHER, "aa.students"), "as the import of what remains"
    roll_back(by=BY, batch_id=third.batch, reason="错")
    assert Person.objects.get().is_void


def test_an_equal_word_of_a_weaker_office_takes_nothing_over(hand_in, units):
    hand_in(register(student(phone="")))
    hand_in(contact(OWN), source_key="sa.contacts", name="通讯录.csv")
    hand_in(register(student(phone=OWN)), name="后来.csv")
    assert phone_and_source() == (OWN, "sa.contacts")
    hand_in(contact(OTHER), source_key="sa.contacts", name="又一份.csv")
    assert phone_and_source() == (OTHER, "sa.contacts")


@pytest.mark.parametrize("is_replayed", [False, True], ids=["mended", "played again"])
def test_a_row_that_takes_effect_late_does_not_undo_what_was_said_again_since(hand_in, units, is_replayed):
    """March: 汉族 and 在读. A row of April that was refused says otherwise. May says 汉族 and 在读 once more."""
    hand_in(register(student()))
    april = hand_in(register(student(民族="土家族", 学籍状态="休学", 班级代码="没有的班")), name="四月.csv")
    assert april.counts["rejected"] == 1
    hand_in(
        register(
            student(), student(no="14231100009", name="王五", document="E12345678", 证件类型="护照", 国籍地区="俄罗斯")
        ),
        name="五月.csv",
    )
    if is_replayed:
        row = LandingRow.objects.get(batch_id=april.batch)
        LandingRow.objects.filter(pk=row.pk).update(
            raw={**row.raw, "cells": row.raw["cells"] | {"班级代码": "11032301"}}
        )
        assert replay(by=BY, batch_id=april.batch)["accepted"] == 1
    else:
        row = LandingRow.objects.get(batch_id=april.batch)
        assert mend_row(by=BY, row_id=row.pk, values={"班级代码": "11032301"}).state == "accepted"
    tie = Affiliation.objects.select_related("person").get(campus_no="14231100001")
    assert (tie.person.ethnicity, tie.state) == ("01", "active")


def test_a_row_of_the_newest_file_that_is_mended_holds(hand_in, units):
    hand_in(register(student()))
    report = hand_in(register(student(民族="土家族", 班级代码="没有的班")), name="四月.csv")
    mend_row(by=BY, row_id=LandingRow.objects.get(batch_id=report.batch).pk, values={"班级代码": "11032301"})
    assert Person.objects.get().ethnicity == "15"


def test_documents_of_who_is_nobody_any_more_are_forgotten(hand_in, units):
    """Two that were one and are parted remember under which number each document came; without their file they are nobody."""
    report = hand_in(register(student(**POOL[0]), student(**POOL[1])))
    review = open_pair()
    decide_same(by=BY, review_id=review.pk, kept_id=review.left_id, reason="同一人")
    part_again(by=BY, review_id=review.pk, reason="两个人")
    assert KnownDocument.objects.exists()
    roll_back(by=BY, batch_id=report.batch, reason="错")
    assert not KnownDocument.objects.exists()
