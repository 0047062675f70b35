"""The same file again: told so where it says nothing new, read anew where the school reads it otherwise than it did."""

from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.api import import_file
from nanhu.platforms.datahub.models import Batch, LandingRow
from nanhu.platforms.datahub.services import imports
from nanhu.platforms.datahub.tests.conftest import BY, UNITS, id_number, register, student
from nanhu.platforms.datahub.tests.reading import HTTP, at, lesson, made_by, read_again, started
from nanhu.platforms.datahub.tests.test_data_sources import listed, outside  # noqa: F401  (fixtures)
from nanhu.platforms.datahub.tests.test_desk_pages import hand_in_by_page
from nanhu.platforms.datahub.tests.test_shared_sources import switched, two  # noqa: F401  (a fixture)
from nanhu.platforms.datahub.tests.test_standard import code
from nanhu.platforms.people.models import Affiliation, Person

pytestmark = pytest.mark.django_db
STATES = LandingRow.State
STRANGE = register(
    student(学生类别="火星计划"),
    student(no="14231100002", name="王芳", document=id_number(order=2), 学籍状态="入伍保留学籍"),
)


def states_of_the_last_batch():
    batch = Batch.objects.order_by("-id").first()
    return batch.id, [row.state for row in LandingRow.objects.filter(batch=batch).order_by("line")]


def written(tmp_path):
    path = tmp_path / "学籍.csv"
    path.write_text(STRANGE, encoding="utf-8")
    return path


def test_a_row_refused_for_a_code_is_taken_from_the_same_file_once_the_school_has_the_code(
    steward, units, run_jobs, tmp_path
):
    hand_in_by_page(steward, STRANGE)
    run_jobs()
    first, states = states_of_the_last_batch()
    assert states == [STATES.REJECTED, STATES.ACCEPTED]
    assert import_file(by=BY, path=written(tmp_path), source_key="aa.students").is_duplicate, "nothing changed yet"
    alias = {"table": "person_category", "value": "火星计划", "code": "本科生", "source": ""}
    assert steward.post("/datahub/standard/alias/", alias).status_code == 302
    assert steward.post("/datahub/standard/codes/", code(starts_on=campus_today().isoformat())).status_code == 302
    hand_in_by_page(steward, STRANGE)
    run_jobs()
    second, states = states_of_the_last_batch()
    assert second != first
    assert states == [STATES.ACCEPTED] * 2
    assert Person.objects.filter(name="李明").exists()
    tie = Affiliation.objects.get(campus_no="14231100002")
    assert (tie.state, tie.status_name) == ("suspended", "入伍保留学籍")
    assert "火星计划" not in steward.get(f"/datahub/batches/{second}/").content.decode()
    assert import_file(by=BY, path=written(tmp_path), source_key="aa.students").is_duplicate


def test_a_spelling_that_is_given_another_code_is_read_anew(steward, units, hand_in):
    alias = {"table": "student_status", "value": "挂起", "code": "01", "source": ""}
    steward.post("/datahub/standard/alias/", alias)
    hand_in(register(student(学籍状态="挂起")))
    assert Affiliation.objects.get(kind="student").state == "active"
    assert hand_in(register(student(学籍状态="挂起"))).is_duplicate
    steward.post("/datahub/standard/alias/", alias | {"code": "02"})
    assert not hand_in(register(student(学籍状态="挂起"))).is_duplicate
    assert Affiliation.objects.get(kind="student").state == "suspended"


def test_a_code_whose_day_has_come_is_read_in_the_file_of_yesterday(steward, units, hand_in):
    said = code(starts_on=(campus_today() + timedelta(days=1)).isoformat())
    assert steward.post("/datahub/standard/codes/", said).status_code == 302
    content = register(student(学籍状态="入伍保留学籍"))
    hand_in(content)
    assert hand_in(content).is_duplicate
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        assert not hand_in(content).is_duplicate
        assert Affiliation.objects.get(kind="student").status_name == "入伍保留学籍"


def test_a_row_that_lacked_its_unit_is_taken_from_the_same_file_once_the_unit_came(hand_in, units):
    content = register(student(班级代码="11032302"))
    assert hand_in(content).counts["rejected"] == 1
    assert hand_in(content).is_duplicate
    hand_in(UNITS + "11032302,计科23-2班,,11,班级\n", source_key="org.units", name="机构.csv")
    again = hand_in(content)
    assert (again.is_duplicate, again.counts["accepted"]) == (False, 1)


def test_two_sources_with_a_line_of_no_unit_are_not_read_anew_for_each_other_for_ever(hand_in, units):
    students = register(student(), student("14231100002", "王芳", id_number(order=2), 班级代码="没有的班"))
    staff = "工号,姓名,证件号码,部门代码,人员类别,入职日期\n" + "".join(
        f"002020910{n},{name},{id_number('19800318', n)},{unit},在编,2010-09-01\n"
        for n, name, unit in ((1, "赵伟", "11"), (3, "钱刚", "没有的系"))
    )
    polled = [
        [hand_in(students).state, hand_in(staff, source_key="hr.staff", name="教工.csv").state] for _time in range(4)
    ]
    assert polled == [["applied"] * 2, ["applied", "duplicate"], *[["duplicate"] * 2] * 2]


def test_an_alias_that_is_added_while_a_file_is_read_is_read_in_the_same_file_again(
    steward, units, hand_in, monkeypatch
):
    alias = {"table": "person_category", "value": "火星计划", "code": "本科生", "source": ""}
    clean_rows = imports.clean_rows

    def meanwhile(*given):
        assert steward.post("/datahub/standard/alias/", alias).status_code == 302
        return clean_rows(*given)

    content = register(student(学生类别="火星计划"))
    with monkeypatch.context() as amid:
        amid.setattr(imports, "clean_rows", meanwhile)
        assert hand_in(content).counts["rejected"] == 1
    again = hand_in(content)
    assert (again.is_duplicate, again.counts["accepted"]) == (False, 1)


def test_a_word_that_is_given_a_code_on_the_page_of_its_source_is_read_in_the_same_rows(
    steward,
    outside,  # noqa: F811
    listed,  # noqa: F811
    two,  # noqa: F811
):
    outside.says([lesson(), lesson("14231100002", bz="Q")])
    said = {"address": outside.address + "/rows"}
    made = made_by(steward, **said)
    switched(two, source=made.key)
    started(steward, made)
    assert [row.kind for row in datahub.rows("academic.roster")] == ["first", None]
    words = HTTP | said | {"values": HTTP["values"] + "\n修读方式.Q = again"}
    assert steward.post(at(made, "change/http/"), words).status_code == 302
    steward.post(at(made, "try/"))
    steward.post(at(made, "start/"))
    read_again(made)
    assert [row.kind for row in datahub.rows("academic.roster")] == ["first", "again"]
