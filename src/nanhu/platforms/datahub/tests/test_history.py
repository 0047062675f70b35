"""What offices' files said on a day: each batch in effect as one Parquet, cell by cell as it was landed, sealed where the landing is."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from zipfile import ZipFile

import duckdb
import pytest
import time_machine
from django.core.management import call_command
from django.test import TestCase
from openpyxl import Workbook

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.datahub import jobs
from nanhu.platforms.datahub.api import roll_back
from nanhu.platforms.datahub.history import as_of, parquet
from nanhu.platforms.datahub.models import Batch, HistoryFile
from nanhu.platforms.datahub.services.landing import stored_rows
from nanhu.platforms.datahub.services.mending import mend_row
from nanhu.platforms.datahub.tests.conftest import BY, id_number, register, student

pytestmark = pytest.mark.django_db
OTHER = student("14231100002", name="王芳", document=id_number(order=3), phone="13911112222")
CONTACTS = "学号,姓名,手机号码\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Of one test alone: batches of others have the same numbers."""
    monkeypatch.setattr(parquet, "folder", lambda: tmp_path / "history")
    return tmp_path / "history"


def rows_in(batch):
    with duckdb.connect() as line:
        found = line.execute(f"SELECT * FROM read_parquet('{parquet.path_of(batch)}') ORDER BY nanhu_place")  # noqa: S608
        heads = [one[0] for one in found.description]
        return [dict(zip(heads, row, strict=True)) for row in found.fetchall()]


def batch_of(report):
    return Batch.objects.get(pk=report.batch)


def page(steward, number="14231100001", day=None, source="aa.students"):
    said = {"source": source, "day": (day or campus_today()).isoformat(), "number": number}
    return steward.post("/datahub/history/", said)


def said_at_the_command(*words):
    out = StringIO()
    call_command("datahub", "history", *words, stdout=out)
    return out.getvalue()


def test_what_was_landed_stands_in_it_cell_by_cell_and_sealed_cells_are_not_to_be_read(hand_in, units):
    report = hand_in(register(student(), OTHER, ",,半行"), name="学籍 9月.csv")
    jobs.keep_history()
    batch, rows = batch_of(report), rows_in(batch_of(report))
    landed = list(stored_rows(batch))
    assert len(rows) == len(landed) == 3
    seen = 0
    for row, stored in zip(rows, landed, strict=True):
        shown = {parquet.heading_in(name): cell for name, cell in row.items() if not name.startswith("nanhu_")}
        assert list(shown)[: len(batch.headings)] == batch.headings
        hidden = {heading for heading, cell in shown.items() if cell is None and heading in stored.original}
        assert {heading: cell for heading, cell in shown.items() if cell is not None} == {
            heading: cell for heading, cell in stored.original.items() if heading not in hidden
        }
        assert (row["nanhu_batch"], row["nanhu_source"], row["nanhu_line"]) == (batch.pk, "aa.students", stored.line)
        assert row["nanhu_at"].replace(tzinfo=batch.finished_at.tzinfo) == batch.finished_at
        seen += len(hidden)
        for heading in hidden:
            assert all(str(stored.original[heading]) not in str(cell) for cell in row.values())
    assert seen == 8, "of two lines number, document, phone and the code of the class, which has eight digits"
    assert rows[0]["nanhu_key"] != rows[1]["nanhu_key"]
    assert rows[2]["nanhu_key"] is None
    assert HistoryFile.objects.get(batch=batch).size_bytes == parquet.path_of(batch).stat().st_size


def test_a_steward_reads_what_the_files_said_on_a_day_and_whose_line_it_is_finds_it(steward, hand_in, units):
    hand_in(register(student(), OTHER), name="一.csv")
    with time_machine.travel(now() + timedelta(days=3), tick=False):
        hand_in(register(student(民族="土家族", phone="13800138009"), OTHER), name="二.csv")
    first = page(steward).content.decode()
    assert "汉族" in first
    assert "土家族" not in first, "that came later"
    later = page(steward, day=campus_today() + timedelta(days=3)).content.decode()
    assert later.count("民族：土家族") == 1, "which file said so first"
    assert not any(secret in first + later for secret in (id_number(), "13800138000", "13800138009"))
    told = AuditEntry.objects.filter(action="datahub.look_history")
    assert [one.target for one in told] == ["source:aa.students"] * 2
    seen = AuditEntry.objects.filter(action="datahub.look_shared_rows", target__startswith="person:")
    assert [one.facts["campus_no"] for one in seen] == ["14231100001"] * 2


def test_who_stands_in_no_file_of_the_day_is_not_found_and_a_stranger_finds_no_page(steward, stranger, hand_in, units):
    hand_in(register(student()))
    assert page(stranger).status_code == 404
    assert page(steward, number="14231100009").status_code == 404
    assert page(steward, day=campus_today() - timedelta(days=1)).status_code == 404, "nothing was handed in by then"


def test_what_was_mended_since_is_not_what_the_file_said(steward, hand_in, units):
    report = hand_in(register(student(班级代码="没有的班"), OTHER))
    row = batch_of(report).rows.get(state="rejected")
    mend_row(by=BY, row_id=row.pk, values={"班级代码": "11032301"})
    assert "没有的班" in page(steward).content.decode()


def test_of_files_that_each_name_a_part_the_newest_line_of_each_counts(hand_in, units):
    hand_in(register(student(), OTHER))
    hand_in(f"{CONTACTS}14231100001,李明,13800138001\n14231100002,王芳,13800138002\n", "sa.contacts", "一.csv")
    hand_in(f"{CONTACTS}14231100001,李明（大）,13800138003\n", "sa.contacts", "二.csv")
    said = said_at_the_command("--source", "sa.contacts")
    assert "共 2 行" in said
    assert "李明（大）" in said
    assert "姓名=李明，" not in said
    assert "王芳" in said
    assert "1380013800" not in said
    assert "14231100001" in said, "a number that is known is shown"
    one = said_at_the_command("--source", "sa.contacts", "--number", "14231100002")
    assert ("共 1 行" in one, "王芳" in one, "李明" in one) == (True, True, False)


def test_headings_that_differ_in_capitals_are_those_of_their_own_file(hand_in, units):
    hand_in(register(student(), OTHER))
    header = CONTACTS.removesuffix("\n")
    hand_in(f"{header},Dorm\n14231100001,李明,13800138001,3\n", "sa.contacts", "一.csv")
    hand_in(f"{header},dorm\n14231100002,王芳,13800138002,4\n", "sa.contacts", "二.csv")
    said = said_at_the_command("--source", "sa.contacts")
    assert ("Dorm=3" in said, "dorm=4" in said) == (True, True)


def test_of_a_number_in_very_many_lines_the_newest_are_told(steward, hand_in, units, monkeypatch):
    hand_in(register(student(), OTHER))
    lines = [*["14231100001,李明,13800138001"] * 410, "14231100001,李明（大）,13800138001"]
    hand_in(f"{CONTACTS}{'\n'.join(lines)}\n", "sa.contacts", "一.csv")
    said = page(steward, source="sa.contacts").content.decode()
    assert "姓名：李明（大）" in said
    assert "哪次变成这样（" not in said
    monkeypatch.setattr(as_of, "MOST_OF_ONE", 2)
    said = page(steward, source="sa.contacts").content.decode()
    assert "姓名：李明（大）" in said
    assert "哪次变成这样（最近的 2 行，一共 411 行）" in said


def test_a_file_that_is_as_long_as_it_was_but_not_to_be_read_is_written_anew(hand_in, units):
    hand_in(register(student(), OTHER))
    report = hand_in(f"{CONTACTS}14231100001,李明,13800138001\n", "sa.contacts", "一.csv")
    jobs.keep_history()
    path = parquet.path_of(batch_of(report))
    path.write_bytes(bytes(path.stat().st_size))
    assert "姓名=李明" in said_at_the_command("--source", "sa.contacts"), "whatever the power left of it"


def test_where_none_can_be_written_the_page_says_so(steward, hand_in, units, folder):
    hand_in(register(student()))
    folder.write_text("no folder")
    answer = page(steward)
    assert answer.status_code == 409
    assert "没有看成，什么也没有变" in answer.content.decode()


def test_units_are_told_as_of_a_day_too(steward, units):
    said = page(steward, number="11", source="org.units").content.decode()
    assert "计算机学院" in said
    assert not AuditEntry.objects.filter(action="datahub.look_shared_rows").exists(), "nobody's line"


def test_it_goes_with_its_batch(steward, hand_in, units, folder):
    report = hand_in(register(student()))
    jobs.keep_history()
    path = parquet.path_of(batch_of(report))
    assert path.is_file()
    with TestCase.captureOnCommitCallbacks(execute=True):
        roll_back(by=BY, batch_id=report.batch, reason="错")
    assert not path.exists()
    assert page(steward).status_code == 404
    jobs.keep_history()
    assert not path.exists()


def test_a_roll_back_that_stands_is_done_although_the_file_cannot_be_removed(hand_in, units, folder):
    report = hand_in(register(student()))
    folder.write_text("no folder")
    with TestCase.captureOnCommitCallbacks(execute=True):
        roll_back(by=BY, batch_id=report.batch, reason="错")
    assert batch_of(report).state == Batch.State.ROLLED_BACK


def test_killed_before_its_file_is_gone_the_next_turn_removes_it(hand_in, units):
    report = hand_in(register(student()))
    jobs.keep_history()
    path = parquet.path_of(batch_of(report))
    roll_back(by=BY, batch_id=report.batch, reason="错")  # what is done on commit is not done here
    assert path.is_file()
    jobs.keep_history()
    assert not path.exists()


def test_killed_while_it_is_written_the_next_turn_writes_it(hand_in, units, folder, monkeypatch):
    report = hand_in(register(student()))

    def killed(*_arguments, **_named):
        raise KeyboardInterrupt

    for where, name in ((parquet, "write_landed"), (HistoryFile.objects, "update_or_create")):
        with monkeypatch.context() as power, pytest.raises(KeyboardInterrupt):
            power.setattr(where, name, killed)
            jobs.keep_history()
        assert not HistoryFile.objects.filter(batch=report.batch).exists()
    jobs.keep_history()
    assert [row["003 性别"] for row in rows_in(batch_of(report))] == ["男"]
    assert [one.name for one in (folder / "aa.students").iterdir()] == [f"{report.batch}.parquet"]


def test_one_that_cannot_be_written_keeps_no_other_from_it(hand_in, units, monkeypatch):
    reports = [hand_in(register(student(民族=one)), name=f"{one}.csv") for one in ("汉族", "土家族")]
    writes = parquet.write_landed

    def failing(work):
        if "土家族" in Path(work["lines"]).read_text(encoding="utf-8"):
            raise OSError
        writes(work)

    with monkeypatch.context() as broken:
        broken.setattr(parquet, "write_landed", failing)
        jobs.keep_history()
    assert [parquet.path_of(batch_of(one)).exists() for one in reports] == [True, False]
    jobs.keep_history()
    assert parquet.path_of(batch_of(reports[1])).exists()


def test_it_is_written_once_and_again_where_it_lacks_is_broken_or_a_key_was_changed(hand_in, units, monkeypatch):
    report = hand_in(register(student()))
    jobs.keep_history()
    batch = batch_of(report)
    path, noted = parquet.path_of(batch), HistoryFile.objects.get(batch=batch).written_at

    def is_written_anew():
        before = path.read_bytes() if path.exists() else b""
        jobs.keep_history()
        return path.read_bytes() != before

    assert not is_written_anew()
    assert HistoryFile.objects.get(batch=batch).written_at == noted
    path.unlink()
    assert is_written_anew(), "of a data folder that was restored without it"
    other = f"{parquet.keys_in_effect()} and another"
    with monkeypatch.context() as rotated:
        rotated.setattr(parquet, "keys_in_effect", lambda: other)
        assert is_written_anew()
        assert not is_written_anew()
    HistoryFile.objects.update(keys=parquet.keys_in_effect())
    sound = path.read_bytes()
    path.write_bytes(sound[:-1] + b"x")
    assert "姓名=李明" in said_at_the_command("--source", "aa.students"), "what lies there is not what was written"
    assert rows_in(batch)[0]["002 姓名"] == "李明"


def rotated(monkeypatch, data="", index=""):
    """As if the keys had been changed: what is sealed stays readable, and nothing is found by digests of before."""
    keys = as_of.keys_in_effect().split("/")
    for module in (as_of, parquet):
        monkeypatch.setattr(module, "keys_in_effect", lambda: f"{data or keys[0]}/{index or keys[1]}")


def test_after_a_rotation_no_look_writes_files_and_the_job_does(steward, hand_in, units, monkeypatch):
    report = hand_in(register(student(), OTHER))
    jobs.keep_history()
    path = parquet.path_of(batch_of(report))
    before = path.read_bytes()
    rotated(monkeypatch, data="977")
    assert "汉族" in said_at_the_command("--source", "aa.students"), "sealed by the former key, and read"
    assert path.read_bytes() == before
    rotated(monkeypatch, index="978")
    refused = page(steward)
    assert (refused.status_code, "还有 1 个" in refused.content.decode()) == (409, True)
    assert path.read_bytes() == before
    jobs.keep_history()
    assert path.read_bytes() != before
    assert HistoryFile.objects.get(batch=report.batch).keys.endswith("/978")


def in_numeric_cells(path, **texts):
    """The workbook with these numbers written otherwise, as no writer of ours does."""
    with ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    for number, text in texts.items():
        sheet = sheet.replace(f"<v>{number.removeprefix('_')}</v>", f"<v>{text}</v>")
    with ZipFile(path, "w") as book:
        for name, part in (parts | {"xl/worksheets/sheet1.xml": sheet.encode()}).items():
            book.writestr(name, part)
    return path.read_bytes()


def test_a_cell_that_is_no_number_stands_there_as_it_was_written(hand_in, units, tmp_path):
    """As a program of statistics writes a missing value into a workbook."""
    header, cells = register(student()).splitlines()
    book = Workbook()
    book.active.append([*header.split(","), "绩点", "补考"])
    book.active.append([*cells.split(","), 977, 978])
    book.save(tmp_path / "学籍.xlsx")
    report = hand_in(in_numeric_cells(tmp_path / "学籍.xlsx", _977="NaN", _978="INF"), name="学籍.xlsx")
    jobs.keep_history()
    assert (batch_of(report).state, next(stored_rows(batch_of(report))).original["绩点"]) == ("applied", "nan")
    [row] = rows_in(batch_of(report))
    said = {parquet.heading_in(name): cell for name, cell in row.items() if not name.startswith("nanhu_")}
    assert (said["绩点"], said["补考"]) == ("nan", "inf")
