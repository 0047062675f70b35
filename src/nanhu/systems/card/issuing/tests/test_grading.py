"""The class of a card follows the lists of HR and of academic affairs, by themselves, and lasts to the school year's end."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.management import call_command

from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import AuditEntry
from nanhu.systems.card.issuing import jobs
from nanhu.systems.card.issuing.tests.conftest import COLLEGE, DESK, DOCUMENTS
from nanhu.systems.card.tests.conftest import CAST

HR = "工号,姓名,证件号码,部门,人员类别,来校日期,在岗状态\n"
REGISTER = "学号,姓名,证件号码,班级代码,学生类别,入学日期,预计毕业日期,学籍状态\n"


def bring_list(tmp_path, content: str, source: str, name: str) -> None:
    """As the data centre does when an office hands its list in; the worker then delivers what happened."""
    path = tmp_path / name
    path.write_text(content, "utf-8")
    call_command("datahub", "import", str(path), "--source", source)
    deliver_pending()


def staff(part: str, category: str) -> str:
    name, _kind, number, _category = CAST[part]
    return f"{number},{name},{DOCUMENTS[part]},{COLLEGE},{category},2019-09-01,在职\n"


def student(part: str, category: str, until: str, status: str = "在读") -> str:
    name, _kind, number, _category = CAST[part]
    return f"{number},{name},{DOCUMENTS[part]},12012301,{category},2023-09-01,{until},{status}\n"


def record(campus, part: str) -> str:
    return campus.client(part).get(f"{DESK}record/").content.decode()


@pytest.mark.capability("A092.1", "A092.2")
@pytest.mark.parametrize(
    ("category", "sub_class"), [("在编", "正式在编"), ("人事代理", "人事代理"), ("劳务派遣", "劳务派遣")]
)
def test_a_teachers_card_takes_its_kind_from_hr_and_is_regraded_when_hr_changes_it(
    campus, tmp_path, category, sub_class
):
    before = campus.card("teacher")
    bring_list(tmp_path, HR + staff("teacher", category), "hr.staff", "名单.csv")
    assert f"教师卡 · {sub_class}" in record(campus, "teacher")
    other = "劳务派遣" if sub_class != "劳务派遣" else "人事代理"
    bring_list(tmp_path, HR + staff("teacher", other), "hr.staff", "新名单.csv")
    assert f"教师卡 · {other}" in record(campus, "teacher")
    after = campus.card("teacher")
    assert (after.pk, after.number, after.sub_class) == (before.pk, before.number, other), "the same card, graded anew"
    told = AuditEntry.objects.filter(action="card.follow", target=f"card:{after.number}").latest("id")
    assert told.facts["sub_class"] == other


@pytest.mark.capability("A093.1", "A093.2")
@pytest.mark.parametrize("category", ["研究生", "统招本科", "专升本", "留学生", "五年制"])
def test_a_students_card_takes_its_kind_from_the_register_and_ends_with_the_school_year(campus, tmp_path, category):
    autumn = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
    with time_machine.travel(autumn, tick=True):
        bring_list(tmp_path, REGISTER + student("student", category, ""), "aa.students", "学籍.csv")
        assert f"学生卡 · {category}" in record(campus, "student")
        assert campus.card("student").valid_until == date(2027, 8, 31)
        assert "2027年8月31日" in record(campus, "student")
    with time_machine.travel(datetime(2027, 8, 1, 2, 0, tzinfo=UTC), tick=True):
        jobs.move_school_years_on()
        assert campus.card("student").valid_until == date(2027, 8, 31), "the last of August is of the year that ends"
    with time_machine.travel(datetime(2027, 8, 2, 2, 0, tzinfo=UTC), tick=True):
        jobs.move_school_years_on()
        assert campus.card("student").valid_until == date(2028, 8, 31), "the 学籍 lives: one more year"
        bring_list(tmp_path, REGISTER + student("student", category, "2028-06-30"), "aa.students", "学籍2.csv")
        assert campus.card("student").valid_until == date(2028, 6, 30), "a told last day is the last day"
