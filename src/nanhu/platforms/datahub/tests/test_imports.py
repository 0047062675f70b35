"""What an import does to the golden record, and how it is undone."""

import io

import pytest
from django.core.management import CommandError, call_command

from nanhu.kernel.models import OutboxEvent
from nanhu.platforms.datahub.api import decisions, import_file, roll_back
from nanhu.platforms.datahub.models import Batch, Issue, LandingRow, Review, StandardCode
from nanhu.platforms.datahub.sentences import sentence_of
from nanhu.platforms.datahub.services.mending import mend_row
from nanhu.platforms.datahub.tests.conftest import BY, id_number, register, student
from nanhu.platforms.people.models import Affiliation, ChangeSet, OrgUnit, Person

pytestmark = pytest.mark.django_db
CONTACTS = "学生学号,学生姓名,班级,宿舍,本人手机,家长姓名,家长电话,QQ号,辅导员,备注\n"


def snapshot():
    """Of a value its source and batch; which change set wrote it last is of no account."""
    persons = list(
        Person.objects.order_by("id").values(
            "id", "name", "sex", "birth_date", "id_number_index", "phone_index", "provenance"
        )
    )
    for one in persons:
        one["provenance"] = {name: (stamp["source"], stamp["batch"]) for name, stamp in one["provenance"].items()}
    affiliations = list(
        Affiliation.objects.order_by("id").values("campus_no", "unit_id", "category", "state", "starts_on", "ends_on")
    )
    return persons, affiliations


def test_landing_keeps_each_row_as_it_came_and_seals_what_is_sensitive(hand_in, units):
    report = hand_in(register(student(name=" 李　明 ", phone="+86 138 0013 8000")))
    row = LandingRow.objects.get(batch_id=report.batch)
    assert (row.line, row.raw["cells"]["姓名"]) == (2, " 李　明 ")
    assert "证件号码" not in row.raw["cells"]
    assert id_number() in row.sealed
    assert "+86 138 0013 8000" in row.sealed
    assert Person.objects.get().name == "李明"


@pytest.mark.capability("A004.3", "A004.4")
def test_an_old_number_and_a_name_in_other_letters_are_of_who_is_here(hand_in, units):
    """Fifteen digits and traditional letters in one file, eighteen and simplified ones in the next."""
    whole = id_number("19780101", order=123)
    hand_in(register(student(name="張 三(大)", document=whole[:6] + whole[8:17], 出生日期="1978-01-01")))
    person = Person.objects.get()
    assert (person.name, person.id_number) == ("張三", whole)
    report = hand_in(register(student(name="张三", document=whole, 出生日期="1978-01-01")))
    counted = [report.counts.get(one, 0) for one in ("created", "held", "rejected")]
    assert (counted, Person.objects.count(), Review.objects.count()) == ([0, 0, 0], 1, 0)


def test_a_column_nobody_mapped_is_sealed_by_its_looks(hand_in, units):
    content = register(student() + ",13712345678,平安", header=register().strip() + ",紧急电话,寄语")
    row = LandingRow.objects.get(batch_id=hand_in(content).batch)
    assert row.raw["cells"]["寄语"] == "平安"
    assert "13712345678" not in str(row.raw)


def test_the_same_file_twice_changes_nothing(hand_in, units):
    hand_in(register(student()))
    before = snapshot()
    report = hand_in(register(student()))
    assert report.is_duplicate
    assert (snapshot(), Batch.objects.filter(source="aa.students").count()) == (before, 1)


def test_the_same_content_in_another_file_changes_nothing(hand_in, units):
    rows = [
        student(),
        student(phone="13911112222"),
        student(no="14231100002", name="張三", document=id_number(order=3)),
        student(no="14231100002", name="张三", document=id_number(order=3)),
    ]
    hand_in(register(*rows))
    before, sets, told = snapshot(), ChangeSet.objects.count(), OutboxEvent.objects.count()
    report = hand_in(register(*rows) + "\n")
    assert (report.counts["created"], report.counts["changed"], report.counts["unchanged"]) == (0, 0, 2)
    assert (snapshot(), ChangeSet.objects.count(), OutboxEvent.objects.count()) == (before, sets, told)
    assert Person.objects.get(affiliations__campus_no="14231100002").name == "張三"


def test_a_dry_run_tells_and_writes_nothing_golden(hand_in, units):
    hand_in(register(student()))
    before, told = snapshot(), OutboxEvent.objects.count()
    report = hand_in(
        register(student(phone="13911112222"), student(no="14231100002", name="新来", document=id_number(order=3))),
        dry_run=True,
    )
    assert (report.state, report.counts["created"], report.counts["changed"]) == ("rehearsed", 1, 1)
    assert [(one["field"], one["after"]) for one in report.differences] == [("phone", "139****2222")]
    assert (snapshot(), OutboxEvent.objects.count()) == (before, told)
    assert set(decisions().values()) == {Person.objects.get().id, None}


def test_offices_disagree_and_the_stronger_one_stands(hand_in, units):
    hand_in(register(student(phone="13800138000")))
    hand_in(
        CONTACTS + "14231100001,李明,计科,3栋,13911112222,李父,13700000000,1,王,\n",
        source_key="sa.contacts",
        name="联系.csv",
    )
    assert Person.objects.get().phone == "13911112222"
    report = hand_in(register(student(phone="13800138000"), student(phone="13800138001")))
    assert Person.objects.get().phone == "13911112222"
    assert report.counts["codes"] == {"outvoted": 1}
    issue = Issue.objects.get(batch_id=report.batch)
    assert "“电话”与学工处登记的不同" in sentence_of(issue.code, issue.facts)


def test_contacts_need_the_number_and_nearly_the_name(hand_in, units):
    hand_in(register(student(name="张伟")))
    lines = [
        "14231100001,张玮,,,13911112222,,,,,",
        "14231100001,李四,,,13911113333,,,,,",
        "14231199999,张伟,,,13911114444,,,,,",
    ]
    report = hand_in(CONTACTS + "\n".join(lines) + "\n", source_key="sa.contacts", name="联系.csv")
    assert report.counts["codes"] == {"name_mismatch": 1, "person_unknown": 1}
    assert (Person.objects.get().name, Person.objects.get().phone) == ("张伟", "13911112222")


def test_one_person_as_staff_and_student_is_one(hand_in, units):
    hand_in(register(student()))
    header = "工号,姓名,证件号码,部门代码,人员类别,来校日期,在岗状态\n"
    hand_in(header + f"20190123,李明,{id_number()},11,在编,2019.9,在职\n", source_key="hr.staff", name="名单.csv")
    person = Person.objects.get()
    assert {a.campus_no for a in person.affiliations.all()} == {"14231100001", "0020190123"}


def test_a_number_of_somebody_else_is_refused(hand_in, units):
    hand_in(register(student()))
    report = hand_in(register(student(name="赵六", document=id_number(order=5))))
    assert report.counts["codes"] == {"campus_no_taken": 1}
    assert Person.objects.count() == 1


def test_a_changed_document_is_one_person_and_found_by_both(hand_in, units):
    hand_in(register(student()))
    report = hand_in(register(student(document=id_number(order=7))))
    assert report.counts["codes"] == {"document_changed": 1}
    header = "工号,姓名,证件号码,部门代码,人员类别,来校日期\n"
    hand_in(header + f"20190123,李明,{id_number()},11,在编,2019.9\n", source_key="hr.staff", name="名单.csv")
    assert Person.objects.count() == 1


def test_rolling_back_returns_every_value_and_lets_the_file_come_again(hand_in, units):
    hand_in(register(student()))
    before = snapshot()
    changed = register(student(name="李鸣", phone="13911112222", 班级代码="11", 学籍状态="休学"))
    report = hand_in(changed)
    assert Affiliation.objects.get().state == "suspended"
    roll_back(by=BY, batch_id=report.batch, reason="错发")
    assert snapshot() == before
    assert decisions() == {("机构.csv", n): None for n in (2, 3, 4)} | {("学籍.csv", 2): Person.objects.get().id}
    again = hand_in(changed)
    assert (again.state, again.counts["changed"]) == ("applied", 1)


def test_rolling_back_newcomers_ends_them_and_a_second_import_brings_them_back(hand_in, units):
    report = hand_in(register(student()))
    roll_back(by=BY, batch_id=report.batch, reason="错发")
    assert Affiliation.objects.get().state == "ended"
    hand_in(register(student()))
    assert (Person.objects.count(), Affiliation.objects.get().state, str(Affiliation.objects.get().ends_on)) == (
        1,
        "active",
        "2099-06-30",
    )


def test_units_are_rolled_back_by_closing_them(hand_in):
    report = hand_in("机构代码,机构名称,上级机构代码\n1000,学校,\n", source_key="org.units", name="机构.csv")
    roll_back(by=BY, batch_id=report.batch, reason="")
    assert not OrgUnit.objects.get().is_active
    hand_in("机构代码,机构名称,上级机构代码\n1000,学校,\n", source_key="org.units", name="机构.csv")
    assert OrgUnit.objects.get().is_active


def test_an_old_row_replayed_does_not_undo_a_newer_batch(hand_in, units):
    first = hand_in(register(student(phone="13800138000"), student(phone="13700000000", name="李?")))
    hand_in(register(student(phone="13911112222")))
    row = LandingRow.objects.get(batch_id=first.batch, state="rejected")
    assert mend_row(by=BY, row_id=row.id, values={"姓名": "李明"}).state == "accepted"
    assert Person.objects.get().phone == "13911112222"


def test_the_code_tables_are_in_the_database():
    assert StandardCode.objects.get(table="ethnicity", code="15").name == "土家族"
    assert StandardCode.objects.filter(table="area").count() > 6000


def test_the_command_line_imports_lists_and_rolls_back(units, tmp_path):
    path = tmp_path / "学籍.csv"
    path.write_text(register(student(), student(no="1", name="王五", document=id_number(order=3))), encoding="gb18030")

    def run(*arguments):
        out = io.StringIO()
        call_command("datahub", *arguments, stdout=out)
        return out.getvalue()

    assert "会新增 1" in run("import", str(path), "--source", "aa.students", "--dry-run")
    assert "新增 1，变更 0" in run("import", str(path), "--source", "aa.students")
    assert "没有任何变化" in run("import", str(path), "--source", "aa.students")
    batch = Batch.objects.get(source="aa.students", state="applied")
    assert f"#{batch.id}" in run("batches")
    assert "3: [campus_no_malformed]" in run("issues", str(batch.id))
    assert "仍被拒绝 1" in run("replay", str(batch.id))
    assert "只是预览" in run("rollback", str(batch.id))
    assert Batch.objects.get(id=batch.id).state == "applied"
    assert "已回退" in run("rollback", str(batch.id), "--yes", "--reason", "试")
    with pytest.raises(CommandError, match="没有名为"):
        run("import", str(path), "--source", "nobody")
    with pytest.raises(CommandError, match="没有批次"):
        run("issues", "999999")


def test_a_file_of_notes_and_repeated_headers_skips_them(hand_in, units):
    header = register().strip()
    report = hand_in("\n".join([header, student(), header, "合计,1" + "," * 13, "," * 14]) + "\n")
    assert (report.counts["accepted"], report.counts["skipped"], report.counts["rejected"]) == (1, 3, 0)


def test_rows_with_too_many_cells_are_refused(hand_in, units):
    report = hand_in(register(student() + ",多出来"))
    assert report.counts["codes"]["too_many_cells"] == 1
    assert not Person.objects.exists()


def test_an_unknown_path_is_no_crash(tmp_path, units):
    with pytest.raises(FileNotFoundError):
        import_file(by=BY, path=tmp_path / "没有.csv", source_key="aa.students")


def test_a_slip_in_a_document_number_is_told(hand_in, units):
    foreign = {"证件类型": "护照", "国籍地区": "俄罗斯"}
    hand_in(register(student(name="Anna Petrova", document="E12345678", **foreign)))
    report = hand_in(register(student(name="Anna Petrova", document="E12345687", **foreign)))
    assert report.counts["codes"] == {"document_transposed": 1}
    assert Person.objects.count() == 1
