"""The steward's way through the browser: hand in, look, mend, replay, decide, roll back."""

import csv
import io
import os
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from nanhu.kernel.models import AuditEntry, Progress
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.datahub import jobs
from nanhu.platforms.datahub.api import roll_back
from nanhu.platforms.datahub.errors import BatchStateError, RowStateError
from nanhu.platforms.datahub.models import Batch, LandingRow, Review
from nanhu.platforms.datahub.services import code_rules
from nanhu.platforms.datahub.services.mending import mend_row
from nanhu.platforms.datahub.tests.conftest import BY, id_number, register, signed_in, student, unmapped
from nanhu.platforms.people.models import Affiliation, Person
from nanhu.testing.races import amid

pytestmark = pytest.mark.django_db
DESK = ["/datahub/", "/datahub/upload/", "/datahub/reviews/", "/datahub/standard/"]


def hand_in_by_page(client, content, *, source="aa.students", dry_run=False, name="学籍.csv"):
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    return client.post("/datahub/upload/", {"source": source, "file": file, **({"dry_run": "on"} if dry_run else {})})


def uploaded():
    """The file of the one import that waits; others of the run keep theirs beside it."""
    (waiting,) = jobs.import_upload.unfinished()
    return Path(waiting["path"])


def test_an_upload_that_no_job_names_any_more_is_swept(steward, units):
    """Its import was given up after its last attempt: what it holds does not stay in the open."""
    assert hand_in_by_page(steward, register(student())).status_code == 302
    upload = uploaded()
    os.utime(upload, (0, 0))
    jobs.sweep_uploads()
    assert upload.exists(), "its import waits"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = 'datahub.import_upload'")
    jobs.sweep_uploads()
    assert not upload.exists()


def test_an_upload_that_is_gone_before_its_import_began_is_told_as_expired(steward, units, run_jobs):
    answer = hand_in_by_page(steward, register(student()))
    uploaded().unlink()
    run_jobs()
    assert Progress.objects.get(kind="datahub.import").state == "failed"
    assert "请重新交" in steward.get(answer.url).content.decode()


def test_a_stranger_finds_no_desk(stranger, units):
    for address in [
        *DESK,
        f"/datahub/batches/{units.batch}/",
        f"/datahub/batches/{units.batch}/issues.csv",
        f"/datahub/batches/{units.batch}/rollback/",
    ]:
        assert stranger.get(address).status_code == 404, address
    assert stranger.post(f"/datahub/batches/{units.batch}/rollback/", {"reason": "x"}).status_code == 404
    assert hand_in_by_page(stranger, register(student())).status_code == 404
    assert Batch.objects.get(id=units.batch).state == "applied"


def test_the_desk_is_found_by_the_steward(steward, units):
    for address in DESK:
        assert steward.get(address).status_code == 200, address
    assert "组织机构" in steward.get("/datahub/").content.decode()


def test_a_file_is_handed_in_and_runs_in_the_worker(steward, units, run_jobs):
    answer = hand_in_by_page(steward, register(student(), student(no="1423110000", name="王五")))
    progress = Progress.objects.get(kind="datahub.import")
    assert answer.url == f"/progress/{progress.public_id}/"
    assert not Batch.objects.filter(source="aa.students").exists()
    run_jobs()
    batch = Batch.objects.get(source="aa.students")
    progress.refresh_from_db()
    assert (progress.state, progress.result_url) == ("done", f"/datahub/batches/{batch.id}/")
    page = steward.get(progress.result_url).content.decode()
    assert "位数或写法不对" in page
    assert Person.objects.filter(name="李明").exists()


def test_a_list_of_units_counts_units(steward, units):
    page = steward.get(f"/datahub/batches/{units.batch}/").content.decode()
    assert "新增机构" in page
    assert "新增人员" not in page


def test_a_bad_file_says_why_on_the_progress_page(steward, units, run_jobs):
    hand_in_by_page(steward, "完全,不是\n名册,啊\n")
    run_jobs()
    progress = Progress.objects.get(kind="datahub.import")
    assert progress.state == "failed"
    assert "缺少这些列" in progress.summary
    page = steward.get(f"/progress/{progress.public_id}/").content.decode()
    assert "学号" in page


def test_a_rehearsal_shows_what_would_change_and_can_be_taken(steward, units, hand_in, run_jobs):
    hand_in(register(student()))
    hand_in_by_page(steward, register(student(phone="13911112222")), dry_run=True)
    run_jobs()
    batch = Batch.objects.latest("id")
    assert (batch.state, Person.objects.get(name="李明").phone) == ("rehearsed", "13800138000")
    page = steward.get(f"/datahub/batches/{batch.id}/").content.decode()
    assert "139****2222" in page
    steward.post(f"/datahub/batches/{batch.id}/take/")
    run_jobs()
    batch.refresh_from_db()
    assert (batch.state, Person.objects.get(name="李明").phone) == ("applied", "13911112222")


@pytest.mark.capability("A004.2", "A004.3")
def test_a_rejected_row_is_mended_and_replayed(steward, units, hand_in):
    wrong = id_number()[:-1] + ("1" if id_number()[-1] != "1" else "2")
    report = hand_in(register(student(document=wrong)))
    row = LandingRow.objects.get(batch_id=report.batch)
    assert row.state == "rejected"
    page = steward.get(f"/datahub/rows/{row.id}/").content.decode()
    assert wrong in page
    assert "校验位不对" in page
    assert AuditEntry.objects.filter(action="datahub.open_row", target=f"landing_row:{row.id}").exists()
    cells = {name: (id_number() if value == wrong else value) for name, value in form_values(steward, row.id).items()}
    answer = steward.post(f"/datahub/rows/{row.id}/", cells)
    assert answer.url == f"/datahub/batches/{report.batch}/"
    row.refresh_from_db()
    assert row.state == "accepted"
    assert Person.objects.get(id=row.person_id).id_number == id_number()
    assert Batch.objects.get(id=report.batch).counts["rejected"] == 0


@pytest.mark.capability("A004.2")
def test_rows_that_are_wrong_alike_are_mended_together(steward, units, hand_in):
    rows = [student(no=f"142311{n:05d}", document=id_number(order=n), 入学日期="九月", phone="坏") for n in range(1, 5)]
    other = student(no="14231100009", document=id_number(order=9), 入学日期="十月")
    report = hand_in(register(*rows[:3], rows[3].replace("14231100004", "14231100004x"), other))
    assert report.counts["rejected"] == 5
    row = LandingRow.objects.filter(batch_id=report.batch).order_by("line").first()
    cells = {
        name: {"九月": "2023-09-01", "坏": "13800138000"}.get(value, value)
        for name, value in form_values(steward, row.id).items()
    }
    assert steward.post(f"/datahub/rows/{row.id}/", cells | {"alike": "on"}).status_code == 302
    started = Affiliation.objects.filter(kind="student").select_related("person")
    assert {one.campus_no: (str(one.starts_on), one.person.phone) for one in started} == {
        "14231100001": ("2023-09-01", "13800138000"),
        "14231100002": ("2023-09-01", None),
        "14231100003": ("2023-09-01", None),
    }, "a phone is one's own"
    assert Batch.objects.get(id=report.batch).counts["rejected"] == 2, "what is wrong otherwise stays"
    assert steward.get(f"/datahub/batches/{report.batch}/").status_code == 200


@pytest.mark.capability("A004.2")
def test_a_category_of_the_staff_makes_nobody_a_student(steward, units, hand_in):
    report = hand_in(register(student(), student(no="14231100002", document=id_number(order=3), 学生类别="人事代理")))
    assert (report.counts["rejected"], report.counts["codes"]["category_unknown"]) == (1, 1)
    assert "人事代理" in steward.get(f"/datahub/batches/{report.batch}/?severity=reject").content.decode()
    assert list(Affiliation.objects.filter(kind="student").values_list("campus_no", flat=True)) == ["14231100001"]


@pytest.mark.capability("A004.2")
def test_what_lacks_in_a_row_is_its_own_and_is_filled_in_no_other(steward, units, hand_in):
    rows = [student(no=f"142311{n:05d}", document=id_number(order=n), 班级代码="", 班级名称="") for n in (1, 3)]
    report = hand_in(register(*rows))
    assert report.counts["codes"] == {"unit_missing": 2}
    row = LandingRow.objects.filter(batch_id=report.batch).order_by("line").first()
    form = steward.get(f"/datahub/rows/{row.id}/").context["form"]
    unit = next(field.html_name for field in form if field.label == "班级代码")
    cells = form_values(steward, row.id) | {unit: "11032301", "alike": "on"}
    assert steward.post(f"/datahub/rows/{row.id}/", cells).status_code == 302
    assert [one.campus_no for one in Affiliation.objects.filter(kind="student")] == ["14231100001"]
    assert Batch.objects.get(id=report.batch).counts["rejected"] == 1


def test_the_code_table_of_another_day_is_asked_for_by_the_filter_of_its_list(steward):
    key, told = "staff_status", "测试才有的状态"
    code_rules.add_code(
        by=BY, table=key, code="X9", name=told, note="live", starts_on=date(2030, 1, 1), ends_on=None, reason="试"
    )
    today, then = (
        steward.get("/datahub/standard/", {"table": key} | asked).content.decode().partition('id="codes"')[2]
        for asked in ({"on": "soon"}, {"on": "2030-01-01"})
    )
    assert told in then.partition("</table>")[0]
    assert told not in today.partition("</table>")[0]
    assert f'<input type="hidden" name="table" value="{key}">' in then, "another day of the same table"
    assert f'<a class="chip chip-on" href="?table={key}">' in then
    assert 'id="codes"' in steward.get("/datahub/standard/?table=nothing").content.decode()


@pytest.mark.capability("A005.4", "A005.2")
def test_a_unit_that_many_lines_spell_alike_gets_an_alias_once_and_later_files_know_it(steward, units, hand_in):
    rows = [student(no=f"142311{n:05d}", document=id_number(order=n), 班级代码="计科二三一") for n in range(1, 4)]
    report = hand_in(register(*rows, student(no="14231100004", document=id_number(order=4), 民族="火星族")))
    assert unmapped(steward) == ["计科二三一", "火星族"], "the most frequent first"
    assert report.counts["codes"]["unit_unknown"] == 3
    page = steward.get("/datahub/standard/").content.decode()
    assert "/datahub/standard/alias/?table=unit&amp;value=" in page
    said = {"table": "unit", "value": "计科二三一", "code": "计科23-1班", "source": ""}
    assert steward.post("/datahub/standard/alias/", said | {"code": "没有的班"}).status_code == 422
    assert steward.post("/datahub/standard/alias/", said | {"value": "计科23-1班"}).status_code == 422
    assert steward.post("/datahub/standard/alias/", said).status_code == 302
    steward.post(f"/datahub/batches/{report.batch}/replay/")
    assert Affiliation.objects.filter(unit__code="11032301").count() == 4
    assert unmapped(steward) == ["火星族"], "what was read since is no finding"
    later = hand_in(
        register(student(no="14231100007", document=id_number(order=7), 班级代码="", 班级名称="计科 二三一"))
    )
    assert later.counts["rejected"] == 0
    assert "计科二三一" in steward.get("/datahub/standard/").content.decode()


def form_values(client, row_id):
    form = client.get(f"/datahub/rows/{row_id}/").context["form"]
    return {field.html_name: field.initial or "" for field in form}


def test_a_row_that_is_still_wrong_keeps_what_was_typed(steward, units, hand_in):
    report = hand_in(register(student(name="王?")))
    row = LandingRow.objects.get(batch_id=report.batch)
    cells = {name: ("王口?" if value == "王?" else value) for name, value in form_values(steward, row.id).items()}
    looks = AuditEntry.objects.filter(action="datahub.open_row", target=f"landing_row:{row.id}")
    before = looks.count()
    assert steward.post(f"/datahub/rows/{row.id}/", cells).status_code == 422
    assert looks.count() == before + 1, "the refused page shows the raw cells too"
    row.refresh_from_db()
    assert row.state == "rejected"
    assert "王口?" in form_values(steward, row.id).values()
    assert not Person.objects.filter(name__startswith="王").exists()


def test_a_row_that_another_steward_has_mended_is_refused_under_the_lock(steward, units, hand_in):
    report = hand_in(register(student(name="王?")))
    row = LandingRow.objects.get(batch_id=report.batch)
    cells = form_values(steward, row.id)
    stale = {name: ("王二" if value == "王?" else value) for name, value in cells.items()}
    first = {name: ("王一" if value == "王?" else value) for name, value in cells.items()}
    assert steward.post(f"/datahub/rows/{row.id}/", first).url == f"/datahub/batches/{report.batch}/"
    settled = list(Batch.objects.values("counts", "change_sets"))
    with pytest.raises(RowStateError):
        mend_row(by=BY, row_id=row.id, values={"姓名": "王二"})
    looks = AuditEntry.objects.filter(action="datahub.open_row", target=f"landing_row:{row.id}")
    before = looks.count()
    answer = steward.post(f"/datahub/rows/{row.id}/", stale, follow=True)
    page = answer.content.decode()
    assert (answer.status_code, looks.count()) == (409, before + 1)
    assert "不用再改" in page
    assert "<dd>王二</dd>" in page, "what was typed stays"
    assert Person.objects.get(name__startswith="王").name == "王一"
    assert list(Batch.objects.values("counts", "change_sets")) == settled


@pytest.mark.django_db(transaction=True)
def test_two_stewards_who_mend_a_row_at_once_settle_it_once(steward, units, hand_in):
    """The second comes while the first has settled the row and not yet committed; without the lock both settle it."""
    another = signed_in("管二", "0020209003", "datahub.steward")
    report = hand_in(register(student(name="王?")))
    row = LandingRow.objects.get(batch_id=report.batch)
    cells = form_values(steward, row.id)
    first, second = (
        {name: (given if value == "王?" else value) for name, value in cells.items()} for given in ["王一", "王二"]
    )
    done, late = amid(
        lambda: steward.post(f"/datahub/rows/{row.id}/", first),
        lambda: another.post(f"/datahub/rows/{row.id}/", second),
    )
    assert (done.status_code, late.status_code) == (302, 409)
    assert [one.name for one in Person.objects.filter(name__startswith="王")] == ["王一"]
    settled = Batch.objects.get(id=report.batch)
    assert (settled.counts["replayed"], len(settled.change_sets)) == (1, 1)


def test_a_row_of_a_batch_that_was_rolled_back_is_refused(units, hand_in):
    report = hand_in(register(student(name="王?")))
    roll_back(by=BY, batch_id=report.batch, reason="")
    with pytest.raises(BatchStateError):
        mend_row(by=BY, row_id=LandingRow.objects.get(batch_id=report.batch).id, values={"姓名": "王一"})


def test_rows_are_replayed_after_what_they_lacked_has_come(steward, hand_in):
    report = hand_in(register(student()))
    assert report.counts["codes"] == {"unit_unknown": 1}
    hand_in("机构代码,机构名称,上级机构代码\n11032301,计科23-1班,\n", source_key="org.units", name="机构.csv")
    steward.post(f"/datahub/batches/{report.batch}/replay/")
    assert Person.objects.filter(name="李明").exists()


def test_rolling_back_is_previewed_and_done(steward, units, hand_in):
    hand_in(register(student()))
    second = hand_in(
        register(student(phone="13911112222"), student(no="14231100002", name="新来", document=id_number(order=3)))
    )
    preview = steward.get(f"/datahub/batches/{second.batch}/rollback/")
    assert preview.context["undone"].values_restored == 1
    assert 'name="confirmed"' not in preview.content.decode(), "one press, with its reason"
    assert steward.post(f"/datahub/batches/{second.batch}/rollback/", {}).status_code == 422
    assert Batch.objects.get(id=second.batch).state == "applied"
    steward.post(f"/datahub/batches/{second.batch}/rollback/", {"reason": "交错了文件"})
    assert Batch.objects.get(id=second.batch).state == "rolled_back"
    assert Person.objects.get(name="李明").phone == "13800138000"
    assert Affiliation.objects.get(campus_no="14231100002").state == "ended"


def test_an_earlier_batch_is_rolled_back_and_what_later_ones_said_stays(steward, units, hand_in):
    first = hand_in(register(student()))
    hand_in(register(student(phone="13911112222")))
    steward.post(f"/datahub/batches/{first.batch}/rollback/", {"reason": "交错了文件"})
    assert Batch.objects.get(id=first.batch).state == "rolled_back"
    assert Person.objects.get(name="李明").phone == "13911112222"


def test_units_that_others_changed_since_are_not_rolled_back(steward, units, hand_in):
    renamed = "机构代码,机构名称,上级机构代码\n11,计算机与信息学院,1000\n"
    later = hand_in(renamed, source_key="org.units", name="机构.csv")
    page = steward.get(f"/datahub/batches/{units.batch}/rollback/").content.decode()
    assert f"#{later.batch}" in page
    assert steward.post(f"/datahub/batches/{units.batch}/rollback/", {"reason": "x"}).status_code == 409


@pytest.mark.capability("A004.1", "A004.2", "A004.5", "A004.6")
def test_duplicate_and_invalid_people_are_found_queued_merged_and_parted(steward, units, run_jobs):
    """Two registers know one woman under slips of her passport number; a third row is invalid."""
    passports = [("14231100010", "E12345678"), ("14231100011", "E12345687"), ("14231100012", "123")]
    rows = [
        student(
            no=no,
            name="Anna Petrova",
            document=document,
            phone="13873054321",
            证件类型="护照",
            国籍地区="俄罗斯",
        )
        for no, document in passports
    ]
    hand_in_by_page(steward, register(*rows))
    run_jobs()
    batch = Batch.objects.latest("id")
    assert batch.counts["rejected"] == 1
    assert "护照" in steward.get(f"/datahub/batches/{batch.id}/?severity=reject").content.decode()
    review = Review.objects.get()
    assert set(review.reasons) == {"name", "birth_date", "phone", "document"}
    assert Person.objects.filter(name="Anna Petrova", merged_into=None).count() == 2
    page = steward.get("/datahub/reviews/").content.decode()
    assert page.count("Anna Petrova") >= 2
    here = f"/datahub/reviews/{review.id}/"
    assert f'href="{here}"' in page
    asked = steward.get(here).content.decode()
    assert [f'name="verdict" value="{one}"' in asked for one in ("left", "right", "different", "part")] == [
        True
    ] * 3 + [False]
    steward.post(here, {"verdict": "left", "reason": "护照原件"})
    assert Person.objects.filter(name="Anna Petrova", merged_into=None).count() == 1
    assert Affiliation.objects.filter(person_id=review.left_id).count() == 2
    assert 'name="verdict" value="part"' in steward.get(here).content.decode(), (
        "what was decided is undone where it was"
    )
    steward.post(here, {"verdict": "part", "reason": "看错了"})
    assert Person.objects.filter(name="Anna Petrova", merged_into=None).count() == 2
    assert {a.person_id for a in Affiliation.objects.filter(campus_no__startswith="142311")} == {
        review.left_id,
        review.right_id,
    }
    assert Review.objects.get().state == "different"


@pytest.mark.capability("A004.2")
def test_a_row_that_contradicts_itself_is_told_or_refused(steward, units, hand_in):
    woman = student(性别="女")
    back = student(no="14231100002", name="王芳", document=id_number(order=3), 预计毕业日期="2022-06-30")
    report = hand_in(register(woman, back))
    assert report.counts["codes"] == {"sex_contradicts": 1, "dates_reversed": 1}
    told = dict(Person.objects.values_list("name", "sex"))
    assert (told["李明"], "王芳" in told) == ("1", False), "the number knows it"
    assert (
        "结束日期 2022-06-30 早于开始日期 2023-09-01"
        in steward.get(f"/datahub/batches/{report.batch}/").content.decode()
    )


@pytest.mark.capability("A004.6")
def test_a_row_torn_between_two_persons_waits_for_a_decision(steward, units, hand_in):
    hand_in(register(student(), student(no="14231100002", name="李明", document=id_number(order=3))))
    report = hand_in(register(student(no="14231100002", name="李明", document=id_number(order=1), phone="13700000000")))
    assert report.counts["held"] == 1
    review = Review.objects.get(row__isnull=False)
    steward.post(f"/datahub/reviews/{review.id}/", {"verdict": "different", "reason": "两个人"})
    assert LandingRow.objects.get(batch_id=report.batch).state == "rejected"
    steward.post(f"/datahub/reviews/{review.id}/", {"verdict": "left", "reason": "又改了主意"})
    assert Person.objects.filter(name="李明", merged_into=None).count() == 2, "what was decided is decided"


@pytest.mark.capability("A005.4")
def test_a_spelling_gets_an_alias_where_the_message_says_so(steward, units, hand_in):
    report = hand_in(register(student(民族="土家", 学生类别="四年制本科生")))
    assert report.counts["codes"]["category_unknown"] == 1
    page = steward.get("/datahub/standard/").content.decode()
    assert "/datahub/standard/alias/?table=person_category&amp;value=" in page
    said = {"table": "person_category", "value": "四年制本科生", "code": "统招本科", "source": "aa.students"}
    assert steward.post("/datahub/standard/alias/", said | {"code": "没有的"}).status_code == 422
    assert steward.post("/datahub/standard/alias/", said | {"value": "统招本科"}).status_code == 422
    assert steward.post("/datahub/standard/alias/", said).status_code == 302
    steward.post(f"/datahub/batches/{report.batch}/replay/")
    assert Affiliation.objects.get(kind="student").category == "undergraduate"
    assert "四年制本科生" in steward.get("/datahub/standard/").content.decode()


@pytest.mark.capability("A004.6")
def test_a_row_under_another_name_is_decided_beside_the_person_and_each_look_is_theirs_to_see(steward, units, hand_in):
    hand_in(register(student()))
    report = hand_in(register(student(no="14231100002", name="王芳", 出生日期="2004-11-02", phone="13911112222")))
    review = Review.objects.get()
    listed = steward.get("/datahub/reviews/").content.decode()
    assert "名叫王芳" in listed
    page = steward.get(f"/datahub/reviews/{review.id}/").content.decode()
    assert "2004-11-02" in page
    assert id_number() not in page
    assert "13911112222" not in page
    row = LandingRow.objects.get(batch_id=report.batch)
    assert id_number() in steward.get(f"/datahub/rows/{row.id}/").content.decode()
    look = AuditEntry.objects.get(action="datahub.look_row")
    assert look.target == f"person:{review.left_id}"
    steward.post(f"/datahub/reviews/{review.id}/", {"verdict": "different", "reason": "两个人"})
    row.refresh_from_db()
    assert (row.state, row.person_id) == ("rejected", None)
    assert steward.get(f"/datahub/reviews/{review.id}/").status_code == 200


@pytest.mark.capability("A004.5")
def test_a_pair_is_compared_field_by_field_and_numbers_are_opened_for_a_reason_that_their_person_reads(
    steward, units, hand_in
):
    """Two slips of one passport number look alike under their masks; the page says where they differ, and shows them to who says why."""
    passport = {"证件类型": "护照", "国籍地区": "俄罗斯", "name": "Anna Petrova"}
    hand_in(register(student(document="E12345678", phone="13800138000", **passport)))
    hand_in(register(student(no="14231100002", document="E12345687", phone="13800138001", **passport)))
    review = Review.objects.get()
    here = f"/datahub/reviews/{review.pk}/"
    answer = steward.get(here)
    found = {one.label: (one.verdict, one.where) for one in answer.context["comparison"].rows}
    assert found["姓名"] == ("same", "")
    assert found["证件号码"] == ("near", "第 8、9 位对调")
    assert found["电话"] == ("near", "只差第 11 位")
    assert found["出生日期"] == ("same", "")
    assert found["学工号"] == ("", "")
    page = answer.content.decode()
    whole = ("E12345678", "E12345687", "13800138000", "13800138001")
    assert [one for one in whole if one in page] == []
    looks = AuditEntry.objects.filter(action__startswith="people.reveal_")
    assert steward.post(f"{here}numbers/", {"purpose": ""}).status_code == 422
    assert looks.count() == 0
    opened = steward.post(f"{here}numbers/", {"purpose": "与护照复印件核对"}).content.decode()
    assert [one for one in whole if one not in opened] == []
    assert {(one.target, one.reason) for one in looks} == {
        (f"person:{person}", "核对是否同一人：与护照复印件核对") for person in (review.left_id, review.right_id)
    }
    assert looks.count() == 4
    assert f'action="{here}"' in opened, "it is decided where it was compared"
    for verdict in ("left", "right", "different"):
        assert f'name="verdict" value="{verdict}"' in opened


def test_a_stranger_opens_no_numbers_of_a_pair(stranger, units, hand_in):
    passport = {"证件类型": "护照", "国籍地区": "俄罗斯", "name": "Anna Petrova"}
    hand_in(
        register(student(document="E12345678", **passport), student(no="14231100002", document="E12345687", **passport))
    )
    address = f"/datahub/reviews/{Review.objects.get().pk}/numbers/"
    assert (stranger.get(address).status_code, stranger.post(address, {"purpose": "想看"}).status_code) == (404, 404)
    assert not AuditEntry.objects.filter(action__startswith="people.reveal_").exists()


def test_a_row_is_compared_with_the_person_by_what_it_was_read_as(steward, units, hand_in):
    """A date in words says the same; another sex does not, and of the name one character."""
    hand_in(register(student(name="刘亮")))
    hand_in(register(student(no="14231100002", name="刘芳", 性别="女", 出生日期="2005年3月18号", phone="13911112222")))
    review = Review.objects.get()
    lines = steward.get(f"/datahub/reviews/{review.pk}/").context["comparison"].rows
    found = {one.label: (one.verdict, one.where) for one in lines}
    assert found["姓名"] == ("near", "差一个字")
    assert found["性别"] == ("other", "")
    assert (found["出生日期"], found["证件号码"]) == (("same", ""), ("same", ""))
    shown = {one.label: one.right for one in lines}
    assert shown["出生日期"] == "2005年3月18号", "as the file has it"
    assert id_number() not in shown.values()
    opened = steward.post(f"/datahub/reviews/{review.pk}/numbers/", {"purpose": "核对名册"}).context["comparison"].rows
    assert id_number() in {one.right for one in opened}


def test_numbers_stay_masked_in_pages_and_files_when_columns_shift(steward, units, hand_in):
    cells = student().split(",")
    report = hand_in(register(",".join([cells[0], cells[7], *cells[2:7], cells[1], *cells[8:]])))
    files = [f"/datahub/batches/{report.batch}/", f"/datahub/batches/{report.batch}/issues.csv"]
    for address in files:
        answer = steward.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert id_number() not in body.decode("utf-8-sig"), address


def test_the_csv_of_findings_is_no_formula(steward, units, hand_in):
    report = hand_in(register(student(name="=cmd|' /C calc'!A0")))
    answer = steward.get(f"/datahub/batches/{report.batch}/issues.csv")
    lines = list(csv.reader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()))
    assert lines[0][0] == "行"
    assert all(cell[:1] not in "=+-@" for line in lines for cell in line)


def test_every_page_stays_below_twenty_queries(steward, units, hand_in):
    report = hand_in(
        register(*(student(no=f"142311{n:05d}", document=id_number(order=n), name="王?") for n in range(60)))
    )
    row = LandingRow.objects.filter(batch_id=report.batch).first()
    steward.get("/datahub/")  # the first page after signing in also stores the session
    for address in [
        *DESK,
        f"/datahub/batches/{report.batch}/",
        f"/datahub/rows/{row.id}/",
        f"/datahub/batches/{report.batch}/rollback/",
    ]:
        assert len(queries_of(steward, address)) <= 20


@pytest.mark.capability("A005.2", "A005.4")
def test_a_register_in_one_offices_words_becomes_the_codes_of_the_standard(steward, units, run_jobs):
    rows = [
        student(性别="M", 民族="汉", 国籍地区="156"),
        student(no="14231100002", name="王五", document=id_number(order=3), 民族="火星族"),
    ]
    hand_in_by_page(steward, register(*rows))
    run_jobs()
    person = Person.objects.get(name="李明")
    assert (person.sex, person.ethnicity, person.nationality, person.document_kind) == ("1", "01", "CHN", "1")
    affiliation = Affiliation.objects.get(campus_no="14231100001")
    assert (affiliation.category, affiliation.category_name, affiliation.status_name) == (
        "undergraduate",
        "统招本科",
        "在读",
    )
    page = steward.get("/datahub/standard/").content.decode()
    assert "火星族" in page
    assert "GB/T 3304-1991" in page
    assert Person.objects.get(name="王五").ethnicity == ""


@pytest.mark.parametrize("length", [str(200 * 1024 * 1024), "9" * 5000])
def test_a_huge_upload_is_refused_before_its_body_is_read(steward, length):
    class Unread(io.BytesIO):
        def read(self, *_size):
            raise AssertionError("the body was read")

    answer = steward.generic(
        "POST",
        "/datahub/upload/",
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=length,
        **{"wsgi.input": Unread()},
    )
    assert answer.status_code == 413
    assert "超过上限" in answer.content.decode()
