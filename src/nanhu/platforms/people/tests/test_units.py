"""The tree of units: a notice to a college reaches its classes, and its heads are counted once."""

from datetime import date

import pytest

from nanhu.kernel.actors import Actor
from nanhu.platforms.people import api as people

pytestmark = pytest.mark.django_db
BY = Actor.system("test")
ORIGIN = people.Origin(source="test", title="测试")
TREE = (
    ("1000", "", "学校"),
    ("11", "1000", "教学学院"),
    ("1103", "11", "专业"),
    ("110301", "1103", "班级"),
    ("12", "1000", "教学学院"),
)


@pytest.fixture
def units():
    records = [people.UnitRecord(code=code, name=f"单位{code}", kind=kind, parent_code=up) for code, up, kind in TREE]
    people.apply_units(by=BY, records=records, origin=ORIGIN)
    return people.unit_ids_by_code([code for code, _up, _kind in TREE])


def join(*ties: tuple[str, str, str], state="active") -> int:
    held = tuple(
        people.AffiliationRecord(
            kind=kind,
            campus_no=number,
            unit_code=unit,
            starts_on=date(2023, 9, 1),
            state=state,
            ends_on=date(2024, 1, 1) if state == "ended" else None,
        )
        for kind, number, unit in ties
    )
    record = people.PersonRecord(key="1", name="林小满", affiliations=held)
    return people.apply_records(by=BY, records=[record], origin=ORIGIN).person_ids["1"]


def test_the_units_of_a_person_reach_up_to_the_school(units):
    person_id = join(("student", "14231100001", "110301"))
    assert people.unit_ids_of(person_id) == {units["110301"], units["1103"], units["11"], units["1000"]}


def test_an_ended_tie_counts_no_more(units):
    person_id = join(("student", "14231100001", "110301"), state="ended")
    assert people.unit_ids_of(person_id) == frozenset()
    assert people.count_people(kinds=["student"]) == 0


def test_heads_are_counted_below_a_unit_and_once(units):
    join(("student", "14231100001", "110301"), ("staff", "0020190001", "12"))
    join(("student", "14231200002", "12"))
    assert people.count_people(kinds=["student"], unit_ids=[units["11"]]) == 1
    assert people.count_people(kinds=["student", "staff"]) == 2
    assert people.count_people(kinds=["staff"], unit_ids=[units["11"]]) == 0


def test_a_select_box_shows_neither_the_school_nor_what_is_too_small(units):
    assert [unit.code for unit in people.unit_choices(without_kinds=("专业", "班级"))] == ["11", "12"]
