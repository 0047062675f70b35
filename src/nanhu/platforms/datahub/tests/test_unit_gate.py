"""The list of units: a wrong one changes nothing before somebody saw what it would do, and no unit is ever above itself."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.datahub.api import roll_back
from nanhu.platforms.datahub.gate_words import sentences_of
from nanhu.platforms.datahub.models import Batch, Issue
from nanhu.platforms.datahub.services.imports import finish
from nanhu.platforms.datahub.tests import at_red
from nanhu.platforms.datahub.tests.conftest import BY
from nanhu.platforms.datahub.views.looks import LOOK
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import OrgUnit

pytestmark = pytest.mark.django_db
HEADER = "机构代码,机构名称,简称,上级机构代码,机构类型"
ROOT = ("1000", "湖南理工学院", "校", "", "学校")
COLLEGES = [
    (f"{n}", f"{name}学院", name, "1000", "教学学院") for n, name in enumerate("文理工农医法商艺体教", start=11)
]
CLASSES = [(f"{11 + n % 10}23{n:02d}", f"{n}班", f"班{n}", f"{11 + n % 10}", "班级") for n in range(50)]
UNITS = [ROOT, *COLLEGES, *CLASSES]
NAME, SHORT, PARENT, KIND = 1, 2, 3, 4


def listed(units, header=HEADER):
    return "\n".join([header, *(",".join(one) for one in units)]) + "\n"


def with_column(place, values):
    return [(*one[:place], value, *one[place + 1 :]) for one, value in zip(UNITS, values, strict=True)]


RIGHT = listed(UNITS)
WRONG = {
    "name column sorted": listed(with_column(NAME, sorted(one[NAME] for one in UNITS))),
    "half of them": listed(UNITS[:30]),
    "one row": listed(UNITS[:1]),
    "another school's": listed(
        [(f"9{one[0]}", f"外校{one[NAME]}", "", one[PARENT] and f"9{one[PARENT]}", one[KIND]) for one in UNITS]
    ),
    "all under the school": listed(with_column(PARENT, ["", *["1000"] * 60])),
    "kinds cleared": listed(with_column(KIND, [""] * 61)),
    "short names gone": listed(
        [(one[0], one[NAME], one[PARENT], one[KIND]) for one in UNITS], HEADER.replace("简称,", "")
    ),
    "parents nobody knows": listed(with_column(PARENT, ["", *["77"] * 60])),
    "shifted columns": listed([(one[0], *one[2:], one[1]) for one in UNITS]),
}


def tree():
    return sorted(
        OrgUnit.objects.filter(is_active=True).values_list("code", "name", "short_name", "kind", "parent__code")
    )


@pytest.fixture
def right(hand_in):
    assert hand_in(RIGHT, source_key="org.units").state == "applied"
    return tree()


def let_pass(batch_id):
    Batch.objects.filter(id=batch_id).update(is_released=True, state="landed")
    return finish(by=BY, batch_id=batch_id)


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_list_of_units_is_held_and_after_a_roll_back_the_right_one_is_right(hand_in, right, what):
    report = hand_in(WRONG[what], source_key="org.units", name="错.csv")
    assert (report.state, tree()) == ("waiting", right), "nothing before somebody saw it"
    assert let_pass(report.batch).state == "applied"
    roll_back(by=BY, batch_id=report.batch, reason="交错了")
    assert tree() == right
    again = hand_in(RIGHT + "\n", source_key="org.units", name="对.csv")
    if again.state == "waiting":
        let_pass(again.batch)
    assert tree() == right


def test_a_list_of_units_at_red_needs_a_word_of_its_office(steward, hand_in, run_jobs):
    office = at_red.unit("党政办公室", "0001")
    head = at_red.head_of(office, "周主任", "0020209010")
    assert hand_in(RIGHT, source_key="org.units").state == "applied"
    right = tree()
    report = hand_in(WRONG["name column sorted"], source_key="org.units", name="错.csv")
    assert at_red.stood_in(steward, report.batch).status_code == 409
    page = head.get(at_red.desk_of(report.batch)).content.decode()
    assert "个机构改了名称" in page
    assert at_red.found_right(head, report.batch).status_code == 302
    assert tree() == right
    assert at_red.agreed(steward, report.batch).status_code == 302
    run_jobs()
    assert (at_red.state_of(report.batch), tree() == right) == ("applied", False)


def test_a_usual_list_and_a_part_after_a_part_go_by_themselves(hand_in, right):
    grown = [*UNITS, ("1123801", "新班", "", "11", "班级")]
    assert hand_in(listed(grown), source_key="org.units", name="秋.csv").state == "applied"
    part = hand_in(listed(UNITS[:12]), source_key="org.units", name="一部分.csv")
    assert part.state == "waiting", "after a whole one"
    let_pass(part.batch)
    assert hand_in(listed(UNITS[:13]), source_key="org.units", name="又一部分.csv").state == "applied"


def test_the_steward_sees_how_many_units_are_missing_and_lets_it_pass(steward, hand_in, right, run_jobs):
    tie = people.AffiliationRecord(kind="student", campus_no=UNITS[-1][0], starts_on=date(2023, 9, 1))
    namesake = people.PersonRecord(key="x", name="林小满", affiliations=(tie,))
    people.apply_records(by=BY, records=[namesake], origin=people.Origin(source="test", title="测试"))
    report = hand_in(listed(UNITS[:-4]), source_key="org.units", name="少.csv")
    page = steward.get(f"/datahub/batches/{report.batch}/").content.decode()
    assert "现有的机构少了 4 个" in page
    assert all(one[NAME] in page for one in UNITS[-4:])
    assert not AuditEntry.objects.filter(action=LOOK).exists(), "a unit's code is nobody's number"
    assert steward.post(f"/datahub/batches/{report.batch}/release/", {"reason": "并班"}).status_code == 302
    run_jobs()
    assert Batch.objects.get(pk=report.batch).state == "applied"
    assert len(tree()) == 61, "nothing closes a unit by leaving it out"


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"11": "1100"}, {"1100", "11"}),
        ({"11": "11"}, {"11"}),
        ({"1000": "11"}, {"1000", "11"}),
    ],
    ids=["two of the list", "itself", "the school below a college"],
)
def test_units_that_would_be_above_themselves_are_refused_by_name(hand_in, right, changed, refused):
    extra = [("1100", "系", "", "11", "")] if "1100" in refused else []
    rows = [(*one[:3], changed.get(one[0], one[3]), one[4]) for one in UNITS] + extra
    report = hand_in(listed(rows), source_key="org.units", name="圈.csv")
    assert report.counts["rejected"] == len(refused)
    found = Issue.objects.filter(batch_id=report.batch, code="parent_circle")
    assert {one.facts["value"].count("→") for one in found} == {len(refused) - 1}
    assert tree() == right


def test_the_database_itself_lets_no_unit_be_above_itself(right):
    school, college = OrgUnit.objects.get(code="1000"), OrgUnit.objects.get(code="11")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE people_org_unit SET parent_id = %s WHERE id = %s", [college.pk, school.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_dry_run_says_that_it_would_wait(hand_in, right):
    report = hand_in(WRONG["name column sorted"], source_key="org.units", name="试.csv", dry_run=True)
    assert report.state == "rehearsed"
    assert any("个机构改了名称" in one for one in sentences_of(Batch.objects.get(pk=report.batch).gate))


def test_figures_are_grouped() -> None:
    gate = [{"measure": "gone", "before": 2793, "now": 2235, "count": 1534, "base": 2793, "column": ""}]
    assert sentences_of(gate) == ["上一批 2,793 行，这一批 2,235 行，少了 1,534 人（54.9%）。"]
