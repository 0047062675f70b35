"""The golden record as products: persons, their ties, units; what changed, who was merged, who is nobody any more; masked and sealed."""

from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.models import Batch, SharedRow
from nanhu.platforms.datahub.sharing import golden
from nanhu.platforms.datahub.tests.conftest import BY, id_number, register, student
from nanhu.platforms.datahub.tests.test_sharing import all_rows, ask_grant, program, vendor  # noqa: F401  (fixtures)
from nanhu.platforms.people import api as people

pytestmark = pytest.mark.django_db
PERSON, TIE, UNIT = "people.person", "people.affiliation", "people.unit"


def living(table):
    return list(SharedRow.living(table).order_by("id").values_list("data", flat=True))


@pytest.mark.usefixtures("units")
@pytest.mark.capability("A006.2")
def test_a_person_of_two_numbers_is_one_row_with_two_ties(hand_in):
    hand_in(register(student()))
    staff = "工号,姓名,证件号码,部门代码,人员类别,来校日期,手机\n0020200001,李明,{0},11,在编,2025-09-01,13800138000\n"
    hand_in(staff.format(id_number()), source_key="hr.staff", name="教职工.csv")
    golden.copy_changes()
    (person,) = living(PERSON)
    ties = living(TIE)
    assert {tie["person_id"] for tie in ties} == {person["person_id"]}
    assert {(tie["kind"], tie["campus_no"]) for tie in ties} == {("student", "14231100001"), ("staff", "0020200001")}
    assert {unit["code"] for unit in living(UNIT)} == {"1000", "11", "11032301"}
    assert golden.copy_changes() == 0, "nothing twice"


@pytest.mark.capability("A001.1", "A001.2")
@pytest.mark.usefixtures("units")
def test_a_consumer_follows_changes_and_removals_with_source_and_batch(hand_in, vendor, program):  # noqa: F811
    first = hand_in(register(student(), student(no="14231100002", name="王红", document=id_number(order=4), phone="")))
    golden.copy_changes()
    ask_grant(PERSON, ["name", "phone"], masked=["name", "phone"], purpose="办证核对")
    rows, since = all_rows(program, PERSON)
    students = [row for row in rows if row["batch"]]
    assert {row["data"]["name"] for row in students} == {"*明", "*红"}
    assert {(row["batch"], row["source"]) for row in students} == {(first.batch, "aa.students")}
    assert next(row["data"]["phone"] for row in rows if "phone" in row["data"]) == "138****8000"
    ids = people.find_people_by_campus_no(["14231100001", "14231100002"])
    people.merge_persons(by=BY, kept_id=ids["14231100001"], gone_id=ids["14231100002"], reason="同一人")
    golden.copy_changes()
    news, since = all_rows(program, PERSON, since=since)
    assert [row["data"] for row in news if row["key"] in [one["key"] for one in students]] == [None], "merged away"
    ties = [tie for tie in living(TIE) if tie["kind"] == "student"]
    assert [tie["campus_no"] for tie in ties] == ["14231100001", "14231100002"]
    assert len({tie["person_id"] for tie in ties}) == 1
    datahub.roll_back(by=BY, batch_id=first.batch, reason="错了")
    golden.copy_changes()
    assert [tie for tie in living(TIE) if tie["kind"] == "student"] == [], "void: nobody"
    news, since = all_rows(program, PERSON, since=since)
    assert [row["data"] for row in news] == [None]
    assert (program.get(PERSON).json()["source"]) == "nanhu"


@pytest.mark.capability("A001.3")
@pytest.mark.usefixtures("units")
def test_an_office_that_is_silent_makes_the_record_stale(hand_in, vendor, program):  # noqa: F811
    hand_in(register(student()))
    golden.copy_changes()
    ask_grant(PERSON, expires_on=(campus_today() + timedelta(days=900)).isoformat())
    assert program.get(PERSON).json()["stale_since"] is None
    good = Batch.objects.get(source="aa.students").finished_at
    golden.known_freshness.forget()
    with time_machine.travel(now() + timedelta(days=400), tick=False):
        assert program.get(PERSON).json()["stale_since"] == good.isoformat()


@pytest.mark.capability("A001.2")
@pytest.mark.usefixtures("units")
def test_the_night_mends_what_no_change_set_told(hand_in):
    hand_in(register(student()))
    golden.copy_changes()
    (row,) = living(PERSON)
    golden.remove_persons([row["person_id"]])
    stray = row | {"person_id": "00000000-0000-4000-8000-000000000000"}
    datahub.put(PERSON, [stray], by=BY)
    golden.copy_all()
    assert living(PERSON) == [row]
    assert len(living(TIE)) == 1


def test_no_source_may_write_it(steward):
    page = steward.get(f"/datahub/shared/{PERSON}/").content.decode()
    assert f"/datahub/shared/{PERSON}/switch/" not in page
    assert f'value="{PERSON}"' not in steward.get("/datahub/sources/new/http/").content.decode()
