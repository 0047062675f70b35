"""A vendor's export goes through the same door as every file: rehearsed, its faults told by line, taken back; and one writer a table."""

import io
import re
from datetime import date, datetime, timedelta
from uuid import uuid4

import msgspec
import openpyxl
import pytest

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import NotTheAuthorError, SamePersonError, WrongStateError
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.sheets.errors import FileRefusedError
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.batches.rehearsals import take_for_good
from nanhu.platforms.datahub.errors import (
    NotMendableError,
    SourceRefusedError,
    SwitchRefusedError,
    TooManyChangedError,
    TooManyGoneError,
    TooManyHeldError,
)
from nanhu.platforms.datahub.gate_words import sentences_of
from nanhu.platforms.datahub.models import Batch, Issue, LandingRow, WriterSwitch
from nanhu.platforms.datahub.services import settle_shared
from nanhu.platforms.datahub.services.mending import mend_row
from nanhu.platforms.datahub.shared.declarations import Field, shared_tables
from nanhu.platforms.datahub.shared.feeds import feeds
from nanhu.platforms.datahub.shared_rows import writers
from nanhu.platforms.datahub.shared_rows.agreeing import agree_tables
from nanhu.platforms.datahub.sources import SOURCES
from nanhu.platforms.datahub.tests import at_red
from nanhu.platforms.datahub.tests.conftest import BY, signed_in
from nanhu.platforms.datahub.views.standard import is_coded
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people.models import Person

ROSTER, ZHENGFANG = "academic.roster", "aa.zhengfang"
HEADER = "学年学期,教学班编号,学号,课程代码,课程名称,修读标记"
TERM = "2026-2027-1"


@pytest.fixture
def two(db):
    """Two accounts that may ask and agree."""
    made = []
    for n in range(2):
        person = Person.objects.create(name=f"甲{n}", pinyin="jia", document_kind="1")
        made.append(Account.objects.create(person=person))
    return [Actor(account_id=one.pk, name=f"甲{n}") for n, one in enumerate(made)]


def switched(two, table=ROSTER, source=ZHENGFANG, day=None):
    first, second = two
    asked = writers.ask_switch(
        by=first,
        token=uuid4(),
        table=shared_tables()[table],
        source=source,
        starts_on=day or campus_today(),
        reason="教务系统上线",
    )
    writers.agree(by=second, switch=asked)
    writers.known_writers.forget()
    return asked


@pytest.fixture
def supplied(two):
    return switched(two)


def redeclare(monkeypatch, fields):
    table = msgspec.structs.replace(shared_tables()[ROSTER], fields=fields)
    monkeypatch.setitem(shared_tables(), ROSTER, table)
    agree_tables()


def line(campus_no="14231100001", section="JX01", **other):
    cells = {
        "term": TERM,
        "section": section,
        "campus_no": campus_no,
        "course": "B001",
        "name": "高等数学",
        "kind": "初修",
    }
    return ",".join((cells | other).values())


def export(*lines, header=HEADER):
    return "\n".join([header, *lines]) + "\n"


def roster():
    return {(row.section, row.campus_no): row.course for row in datahub.rows(ROSTER)}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-8"])
def test_an_export_fills_its_table_in_every_encoding(supplied, hand_in, encoding):
    report = hand_in(export(line(), line("14231100002", kind="重修")), source_key=ZHENGFANG, encoding=encoding)
    assert (report.state, report.counts["created"], report.counts["rejected"]) == ("applied", 2, 0)
    rows = datahub.rows(ROSTER, {"kind": "again"})
    assert [(row.campus_no, row.course_name) for row in rows] == [("14231100002", "高等数学")]


def test_columns_in_the_ministrys_manner_are_understood(supplied, hand_in):
    hand_in(export(line(), header="XNXQ,JXB_ID,XH,KCH,KCMC,XDFS"), source_key=ZHENGFANG)
    assert roster() == {("JX01", "14231100001"): "B001"}


def test_wrong_columns_are_refused_and_their_own_source_is_named(supplied, hand_in):
    with pytest.raises(FileRefusedError, match="学号"):
        hand_in(export(line(), header="甲,乙,丙,课程代码,课程名称,丁"), source_key=ZHENGFANG)
    assert Batch.objects.get().state == "refused"
    assert roster() == {}


def test_what_the_system_in_the_box_writes_a_source_may_not(db, hand_in):
    assert hand_in(export(line()), source_key=ZHENGFANG, dry_run=True).state == "rehearsed"
    with pytest.raises(SourceRefusedError, match="本系统供给"):
        hand_in(export(line()), source_key=ZHENGFANG)
    assert roster() == {}
    assert "切换供给方" in Batch.objects.get(is_dry_run=False).note


def test_what_a_source_writes_the_system_in_the_box_may_not(supplied):
    row = {"term": TERM, "section": "JX01", "campus_no": "1", "course": "B001"}
    with pytest.raises(datahub.WriterRefusedError, match=r"“选课名单”现由数据源 aa\.zhengfang 供给，本系统只读。"):
        datahub.put(ROSTER, [row], by=BY)
    assert not datahub.is_ours(ROSTER)
    assert datahub.is_ours("card.card")


def test_another_source_may_not_either(supplied, hand_in):
    with pytest.raises(SourceRefusedError, match=r"数据源 aa\.zhengfang"):
        hand_in(export(line(), header="学年学期,上课班号,学号,课程编号,课程,修读性质"), source_key="aa.qingguo")


class TestASwitch:
    def test_needs_two_people(self, two):
        asked = writers.ask_switch(
            by=two[0],
            token=uuid4(),
            table=shared_tables()[ROSTER],
            source=ZHENGFANG,
            starts_on=campus_today(),
            reason="上线",
        )
        with pytest.raises(SamePersonError):
            writers.agree(by=two[0], switch=asked)
        assert datahub.writer_of(ROSTER) == ""
        writers.agree(by=two[1], switch=asked)
        assert datahub.writer_of(ROSTER) == ZHENGFANG
        actions = AuditEntry.objects.filter(target=f"shared_table:{ROSTER}").order_by("id")
        assert list(actions.values_list("action", "actor")) == [
            ("datahub.ask_switch", "甲0"),
            ("datahub.agree_switch", "甲1"),
        ]

    def test_holds_from_its_day_on(self, two):
        switched(two, day=campus_today() + timedelta(days=3))
        assert datahub.writer_of(ROSTER) == ""
        assert writers.writers(campus_today() + timedelta(days=3))[ROSTER][0] == ZHENGFANG

    def test_the_later_day_counts_and_the_box_may_write_again(self, two):
        switched(two)
        switched(two, source="")
        assert datahub.writer_of(ROSTER) == ""

    def test_that_is_planned_is_called_off_by_asking_for_who_writes_today(self, two):
        ahead = campus_today() + timedelta(days=10)
        planned = switched(two, day=ahead)
        kept = switched(two, source="aa.qingguo", day=ahead - timedelta(days=5))
        assert [one.pk for one in writers.planned(ROSTER)] == [kept.pk]
        planned.refresh_from_db()
        assert (planned.state, planned.approver_name) == ("overruled", "甲1")
        assert writers.writers(ahead)[ROSTER][0] == "aa.qingguo"
        switched(two, source="")
        assert writers.planned(ROSTER) == []
        assert writers.writers(ahead)[ROSTER][0] == ""

    def test_for_an_earlier_day_leaves_what_is_planned_before_it(self, two):
        ahead = campus_today() + timedelta(days=10)
        switched(two, day=ahead)
        switched(two, source="aa.qingguo", day=ahead + timedelta(days=1))
        assert [one.source for one in writers.planned(ROSTER)] == [ZHENGFANG, "aa.qingguo"]

    def test_is_taken_back_by_its_author_alone_and_another_may_be_asked(self, two):
        ask = {"by": two[0], "table": shared_tables()[ROSTER], "source": ZHENGFANG, "reason": "上线"}
        asked = writers.ask_switch(**ask, token=uuid4(), starts_on=campus_today())
        with pytest.raises(NotTheAuthorError):
            writers.take_back(by=two[1], switch=asked, answer="日期写错了")
        writers.take_back(by=two[0], switch=asked, answer="日期写错了")
        with pytest.raises(WrongStateError):
            writers.agree(by=two[1], switch=asked)
        assert datahub.writer_of(ROSTER) == ""
        writers.ask_switch(**ask, token=uuid4(), starts_on=campus_today())

    def test_one_waits_at_a_time_and_none_for_yesterday(self, two):
        ask = {"by": two[0], "table": shared_tables()[ROSTER], "source": ZHENGFANG, "reason": "上线"}
        writers.ask_switch(**ask, token=uuid4(), starts_on=campus_today())
        for day in (date(2020, 1, 1), campus_today()):
            with pytest.raises(SwitchRefusedError):
                writers.ask_switch(**ask, token=uuid4(), starts_on=day)
        assert WriterSwitch.objects.count() == 1


def test_a_table_that_is_no_more_breaks_no_list_of_its_switches(two, steward, monkeypatch):
    switched(two)
    monkeypatch.delitem(shared_tables(), ROSTER)
    assert ROSTER in steward.get("/datahub/shared/switches/").content.decode()


BAD = {
    "1.42311E+10": ("campus_no", "value_precision"),
    "": ("campus_no", "value_missing"),
    "1" * 21: ("campus_no", "value_too_long"),
}


@pytest.mark.parametrize("value", BAD)
def test_a_faulty_line_is_told_and_the_others_stand(supplied, hand_in, value):
    field, code = BAD[value]
    report = hand_in(export(line(), line(**{"campus_no": "14231100002", field: value})), source_key=ZHENGFANG)
    assert (report.counts["accepted"], report.counts["rejected"]) == (1, 1)
    issue = Issue.objects.get(severity="reject")
    assert (issue.line, issue.code, issue.column) == (3, code, field)
    assert roster() == {("JX01", "14231100001"): "B001"}


CODED = [
    (spec, name) for spec in SOURCES.values() if spec.kind == "shared" for name in spec.fields if is_coded(spec, name)
]
SOUND = {
    "term": TERM,
    "section": "JX01",
    "campus_no": "14231100001",
    "course": "B001",
    "course_name": "高等数学",
    "kind": "",
    "uid": "04A1B2C3",
    "number": "100001",
    "holder_class": "教师卡",
    "sub_class": "",
    "state": "正常",
    "valid_from": "2026-09-01",
    "valid_until": "2030-06-30",
    "lost_at": "",
}


def handed_in(hand_in, spec, **changes):
    """A sound line, and one with these cells."""
    lines = [SOUND, SOUND | {"campus_no": "14231100002", "uid": "04A1B2C4"} | changes]
    rows = [",".join(cells[one.field] for one in spec.columns) for cells in lines]
    return hand_in(export(*rows, header=",".join(one.headers[0] for one in spec.columns)), source_key=spec.key)


def unknown_on(steward):
    return steward.get("/datahub/standard/").content.decode().partition("落标率")[0]


@pytest.mark.capability("A005.2")
@pytest.mark.parametrize(("spec", "field"), CODED, ids=[f"{spec.key}-{field}" for spec, field in CODED])
def test_a_word_that_is_no_code_of_a_shared_field_stands_on_the_page_of_the_standard(
    two, steward, hand_in, spec, field
):
    switched(two, table=spec.table, source=spec.key)
    handed_in(hand_in, spec, **{field: "火星写法"})
    label = shared_tables()[spec.table].by_name[field].label
    assert re.search(rf">\s*火星写法\s*<.*?>\s*{label}\s*<", unknown_on(steward), re.DOTALL)


def test_a_moment_that_cannot_be_read_is_no_unknown_spelling(two, steward, hand_in):
    switched(two, table="card.card", source="card.jinzhi")
    handed_in(hand_in, SOURCES["card.jinzhi"], lost_at="某天")
    assert Issue.objects.get().code == "value_left_out"
    assert "某天" not in unknown_on(steward)


@pytest.mark.capability("A005.2")
def test_an_optional_cell_that_cannot_be_read_is_left_empty_and_told(supplied, hand_in):
    report = hand_in(export(line(kind="免修")), source_key=ZHENGFANG)
    assert (report.counts["accepted"], report.counts["rejected"]) == (1, 0)
    issue = Issue.objects.get()
    assert (issue.line, issue.code, issue.severity, issue.column) == (2, "value_left_out", "notice", "kind")
    assert datahub.rows(ROSTER)[0].kind is None


@pytest.mark.capability("A001.2")
def test_a_list_of_one_term_says_nothing_of_another(supplied, hand_in):
    hand_in(export(*(line(f"1423110{n:04d}") for n in range(100))), source_key=ZHENGFANG)
    spring = [line(f"1423110{n:04d}", term="2026-2027-2") for n in range(100)]
    assert hand_in(export(*spring), source_key=ZHENGFANG).counts["removed"] == 0
    assert len(roster()) == 100
    assert len(datahub.rows(ROSTER)) == 200
    assert hand_in(export(*spring[1:]), source_key=ZHENGFANG).counts["removed"] == 1
    assert len(datahub.rows(ROSTER, {"term": TERM})) == 100


YONGYOU = "人员编码,岗位,部门编码,岗位等级,手机"


def test_a_list_of_changes_counts_what_stands_as_a_whole_list_does(supplied, hand_in):
    for term, number in ((TERM, 3), ("2025-2026-2", 2)):
        lines = (f"{term},JX{n:03d},1423110000{n},MA101,高等数学,初修" for n in range(number))
        hand_in("\n".join([HEADER, *lines]).encode(), ZHENGFANG, f"{term}.csv")
    table = shared_tables()[ROSTER]
    for places, scopes in (([], set()), ([0], {(TERM,)}), ([0, 1], {(TERM, "JX001"), ("2025-2026-2", "JX009")})):
        rows = settle_shared.standing_rows(table, places, scopes)
        assert settle_shared.count_standing(table, places, scopes) == len(rows) > 0
        assert settle_shared.standing_of(table, list(rows)) == rows


def test_a_column_that_a_file_does_not_have_leaves_what_stands(two, hand_in):
    switched(two, table="hr.establishment", source="hr.yongyou")
    hand_in(export("14231100001,院长,1017,4,13800000001", header=YONGYOU), source_key="hr.yongyou")
    short = YONGYOU.removesuffix(",岗位等级,手机")
    report = hand_in(export("14231100001,院长,1018", "14231100002,科员,1018", header=short), source_key="hr.yongyou")
    assert (report.counts["changed"], report.counts["created"]) == (1, 1)
    first, second = datahub.sensitive_rows("hr.establishment", by=BY, purpose="应急联络")
    assert (first.unit_code, first.level, first.mobile) == ("1018", 4, "13800000001")
    assert (second.level, second.mobile) == (None, None)
    hand_in(export("14231100001,院长,1018,,", "14231100002,科员,1018,,", header=YONGYOU), source_key="hr.yongyou")
    first, _second = datahub.sensitive_rows("hr.establishment", by=BY, purpose="应急联络")
    assert (first.level, first.mobile) == (None, None)


def test_much_that_changes_at_once_takes_effect_only_as_it_was_rehearsed_and_its_office_says(
    supplied, hand_in, run_jobs, steward
):
    head = at_red.head_of(at_red.unit("教务处", "0005"), "王处长", "0020209010")
    everyone = [f"1423110{n:04d}" for n in range(100)]
    hand_in(export(*map(line, everyone)), source_key=ZHENGFANG)
    shifted = export(*(line(one, course="高等数学", name="B001") for one in everyone))
    with pytest.raises(TooManyChangedError, match="现有 100 行，文件要改 100 行"):
        hand_in(shifted, source_key=ZHENGFANG)
    assert set(roster().values()) == {"B001"}
    rehearsed = hand_in(shifted, source_key=ZHENGFANG, dry_run=True)
    page = steward.get(f"/datahub/batches/{rehearsed.batch}/").content.decode()
    assert "生效时会等放行：要负责部门和数据管理员看过" in page
    take_for_good(by=BY, batch_id=rehearsed.batch, title="导入")
    run_jobs()
    assert (at_red.state_of(rehearsed.batch), set(roster().values())) == ("waiting", {"B001"})
    assert at_red.found_right(head, rehearsed.batch).status_code == 302
    assert at_red.agreed(steward, rehearsed.batch).status_code == 302
    run_jobs()
    assert set(roster().values()) == {"高等数学"}
    few = [
        *(line(one, course="B002") for one in everyone[:50]),
        *(line(one, course="高等数学", name="B001") for one in everyone[50:]),
    ]
    assert hand_in(export(*few), source_key=ZHENGFANG).counts["changed"] == 50


def test_a_campus_number_that_lost_its_zeros_is_the_same_persons(two, hand_in):
    switched(two, table="hr.establishment", source="hr.yongyou")
    lines = ["0020200771,院长,1017,4,", "20200772,科员,1017,9,", "20200773123,科员,1017,9,"]
    hand_in(export(*lines, header=YONGYOU), source_key="hr.yongyou")
    assert {row.campus_no for row in datahub.rows("hr.establishment")} == {"0020200771", "0020200772", "20200773123"}


def test_a_rehearsal_passes_only_what_somebody_saw_in_it(supplied, hand_in, run_jobs):
    everyone = [line(f"1423110{n:04d}") for n in range(100)]
    hand_in(export(*everyone), source_key=ZHENGFANG)
    few = hand_in(export(*everyone[:92]), source_key=ZHENGFANG, dry_run=True)
    take_for_good(by=BY, batch_id=few.batch, title="导入")
    run_jobs()
    rehearsed = hand_in(export(*everyone[:85]), source_key=ZHENGFANG, dry_run=True)
    assert (rehearsed.counts["removed"], len(roster())) == (7, 92), "of what is amber a steward saw enough"
    datahub.roll_back(by=BY, batch_id=few.batch, reason="少了")
    take_for_good(by=BY, batch_id=rehearsed.batch, title="导入")
    run_jobs()
    held = Batch.objects.get(pk=rehearsed.batch)
    assert (held.state, held.gate_level, len(roster())) == ("waiting", "red", 100)
    assert sentences_of(held.gate) == ["现有 100 行，这一批少了 15 行（15.0%）。"]


def test_an_older_list_does_not_go_over_a_newer_one_of_its_term(supplied, hand_in, run_jobs, steward):
    older = hand_in(export(line(), line("14231100002")), source_key=ZHENGFANG, dry_run=True)
    spring = hand_in(export(line(term="2026-2027-2")), source_key=ZHENGFANG, dry_run=True)
    hand_in(export(line(course="B002")), source_key=ZHENGFANG)
    answer = steward.post(f"/datahub/batches/{older.batch}/take/", follow=True)
    assert "过时了" in answer.content.decode()
    take_for_good(by=BY, batch_id=spring.batch, title="导入")
    run_jobs()
    assert {(row.term, row.course) for row in datahub.rows(ROSTER)} == {(TERM, "B002"), ("2026-2027-2", "B001")}


def test_a_list_that_was_queued_before_a_newer_one_is_refused(supplied, hand_in, run_jobs):
    older = hand_in(export(line()), source_key=ZHENGFANG, dry_run=True)
    take_for_good(by=BY, batch_id=older.batch, title="导入")
    hand_in(export(line(course="B002")), source_key=ZHENGFANG)
    run_jobs()
    refused = Batch.objects.get(pk=older.batch)
    assert (refused.state, {row.course for row in datahub.rows(ROSTER)}) == ("refused", {"B002"})
    assert "过时了" in refused.note


def test_who_is_gone_is_listed_before_it_takes_effect(supplied, hand_in, steward):
    everyone = [line(f"1423110{n:04d}") for n in range(100)]
    hand_in(export(*everyone), source_key=ZHENGFANG)
    rehearsed = hand_in(export(*everyone[:40]), source_key=ZHENGFANG, dry_run=True)
    page = steward.get(f"/datahub/batches/{rehearsed.batch}/").content.decode()
    assert "14231100040" in page
    assert "14231100039" not in page
    listed = b"".join(steward.get(f"/datahub/batches/{rehearsed.batch}/gone.csv")).decode()
    assert [number for number in (40, 70, 99) if f"1423110{number:04d}" not in listed] == []
    assert "14231100039" not in listed


def test_the_right_file_after_a_wrong_one_takes_effect_again(two, supplied, hand_in):
    right, wrong = export(line()), export(line(course="B002"))
    hand_in(right, source_key=ZHENGFANG)
    assert hand_in(right, source_key=ZHENGFANG).state == "duplicate"
    hand_in(wrong, source_key=ZHENGFANG)
    assert hand_in(right, source_key=ZHENGFANG).counts["changed"] == 1
    assert roster() == {("JX01", "14231100001"): "B001"}
    switched(two, source="")
    datahub.remove(ROSTER, [(TERM, "JX01", "14231100001")], by=BY)
    switched(two)
    assert hand_in(right, source_key=ZHENGFANG).counts["created"] == 1


class TestCards:
    HEADER = "物理卡号,学工号,卡类,卡状态,启用日期,有效期,挂失时间,卡子类"
    GOOD = "04A1B2C3,14231100001,学生卡,正常,2026-09-01,2027-09-01,,"

    @pytest.fixture
    def told(self, two, hand_in):
        switched(two, table="card.card", source="card.jinzhi")

        def told(*lines):
            report = hand_in(export(*lines, header=self.HEADER), source_key="card.jinzhi")
            return report, {row.uid: row for row in datahub.rows("card.card")}

        return told

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("2026/11/1 8:30", "2026-11-01T08:30:00+08:00"),
            ("2026年11月1日 08:30:15", "2026-11-01T08:30:15+08:00"),
            ("2026/11/1", "2026-11-01T00:00:00+08:00"),
            ("不详", None),
            ("2026/11/1 25:00", None),
            ("2026-11-01T08:00:00+23:59", None),
            ("0001-01-01T00:00:00", None),
        ],
    )
    def test_a_loss_is_read_however_its_moment_is_written(self, told, written, read):
        told(self.GOOD)
        _report, cards = told(f"04A1B2C3,14231100001,学生卡,挂失,2026-09-01,2027-09-01,{written},")
        assert cards["04A1B2C3"].state == "lost"
        assert cards["04A1B2C3"].lost_at == (datetime.fromisoformat(read) if read else None)

    def test_a_card_whose_line_cannot_be_read_is_good_no_more(self, told):
        told(self.GOOD)
        report, cards = told(self.GOOD.replace("正常", "丢了"))
        assert (report.state, report.counts["rejected"], cards["04A1B2C3"].state) == ("applied", 1, "frozen")
        assert Issue.objects.filter(batch=report.batch, code="row_held").exists()
        _report, cards = told(self.GOOD)
        assert cards["04A1B2C3"].state == "issued"

    def test_where_most_lines_cannot_be_read_no_card_is_stopped(self, told):
        many = [self.GOOD.replace("04A1B2C3", f"04A1{n:04X}") for n in range(60)]
        told(*many)
        with pytest.raises(TooManyHeldError, match="60"):
            told(*(one.replace("正常", "01") for one in many))
        assert {row.state for row in datahub.rows("card.card")} == {"issued"}

    def test_numbers_of_chips_are_kept_as_readers_say_them(self, told):
        report, cards = told(self.GOOD.replace("04A1B2C3", "04a1b2c3"), self.GOOD.replace("04A1B2C3", "9E123456"))
        assert (report.counts["rejected"], set(cards)) == (0, {"04A1B2C3", "9E123456"})

    @pytest.mark.parametrize("number", ["4A1B2C3", "04A1B2C3D", "9.1E+07"])
    def test_what_is_no_number_of_a_chip_is_told(self, told, number):
        report, cards = told(self.GOOD, self.GOOD.replace("04A1B2C3", number))
        assert (report.counts["rejected"], set(cards)) == (1, {"04A1B2C3"})


def test_a_row_of_an_export_is_not_mended_by_hand(supplied, hand_in):
    hand_in(export(line(), line(campus_no="")), source_key=ZHENGFANG)
    row = LandingRow.objects.get(state="rejected")
    with pytest.raises(NotMendableError):
        mend_row(by=BY, row_id=row.pk, values={"学号": "14231100009"})
    with pytest.raises(NotMendableError):
        datahub.replay(by=BY, batch_id=row.batch_id)


def test_formulas_of_a_workbook_are_told(supplied, hand_in):
    book = openpyxl.Workbook()
    book.active.append(HEADER.split(","))
    book.active.append([TERM, "JX01", 14231100001, "B001", "高数", "初修"])
    book.active.append([TERM, "JX01", "=1+1", "B001", "高数", "初修"])
    book.active.append([TERM, "JX01", 1e9, "B001", "=1+1", "初修"])
    content = io.BytesIO()
    book.save(content)
    hand_in(content.getvalue(), source_key=ZHENGFANG, name="选课.xlsx")
    assert {row.campus_no for row in datahub.rows(ROSTER)} == {"14231100001"}
    assert set(Issue.objects.filter(severity="reject").values_list("line", "code")) >= {
        (3, "formula_without_value"),
        (4, "formula_without_value"),
    }


def test_the_same_file_after_another_changes_back(supplied, hand_in):
    hand_in(export(line()), source_key=ZHENGFANG)
    second = hand_in(export(line(course="B002")), source_key=ZHENGFANG)
    assert second.counts["changed"] == 1
    assert second.differences[0] | {"name": ""} == {
        "campus_no": "14231100001",
        "name": "",
        "field": "课程号",
        "before": "B001",
        "after": "B002",
    }


@pytest.mark.capability("A001.2")
def test_what_a_whole_list_lacks_is_removed(supplied, hand_in):
    everyone = [line(f"1423110{n:04d}") for n in range(100)]
    hand_in(export(*everyone), source_key=ZHENGFANG)
    report = hand_in(export(*everyone[:98]), source_key=ZHENGFANG)
    assert (report.counts["removed"], len(roster())) == (2, 98)
    assert next(datahub.history(ROSTER, (TERM, "JX01", "14231100099"))).row is None


@pytest.mark.capability("A001.2")
def test_too_much_is_removed_only_after_two_saw_it(supplied, hand_in, run_jobs, steward):
    everyone = [line(f"1423110{n:04d}") for n in range(100)]
    hand_in(export(*everyone), source_key=ZHENGFANG)
    with pytest.raises(TooManyGoneError, match="现有 100 行，文件里少了 97 行"):
        hand_in(export(*everyone[:3]), source_key=ZHENGFANG)
    assert len(roster()) == 100
    rehearsed = hand_in(export(*everyone[:3]), source_key=ZHENGFANG, dry_run=True)
    assert (rehearsed.counts["removed"], len(roster())) == (97, 100)
    take_for_good(by=BY, batch_id=rehearsed.batch, title="导入")
    run_jobs()
    assert (at_red.state_of(rehearsed.batch), len(roster())) == ("waiting", 100), "97 of 100 are no one steward's"
    at_red.stood_in(steward, rehearsed.batch)
    assert at_red.agreed(signed_in("管二号", "0020209009", "datahub.steward"), rehearsed.batch).status_code == 302
    run_jobs()
    assert len(roster()) == 3


def test_where_a_line_is_nobodys_nothing_is_removed(supplied, hand_in):
    everyone = [line(f"1423110{n:04d}") for n in range(100)]
    hand_in(export(*everyone), source_key=ZHENGFANG)
    report = hand_in(export(*everyone[:99], line(campus_no="1.4E+10")), source_key=ZHENGFANG)
    assert report.counts["removed"] == 0
    assert Issue.objects.filter(batch=report.batch, code="gone_kept").exists()


class TestTakingBack:
    def test_brings_back_what_was_before(self, supplied, hand_in):
        hand_in(export(line(), line("14231100002")), source_key=ZHENGFANG)
        before = roster()
        second = hand_in(export(line(course="B009"), line("14231100002"), line("14231100003")), source_key=ZHENGFANG)
        preview = datahub.roll_back(by=BY, batch_id=second.batch, reason="交错了")
        assert preview.values_restored == 2
        assert roster() == before
        assert len(list(datahub.history(ROSTER, (TERM, "JX01", "14231100001")))) == 3

    def test_brings_back_what_was_removed(self, supplied, hand_in):
        everyone = [line(f"1423110{n:04d}") for n in range(100)]
        hand_in(export(*everyone), source_key=ZHENGFANG)
        second = hand_in(export(*everyone[:99]), source_key=ZHENGFANG)
        datahub.roll_back(by=BY, batch_id=second.batch, reason="交错了")
        assert len(roster()) == 100

    def test_is_refused_where_a_later_file_stands_on_it(self, supplied, hand_in):
        first = hand_in(export(line()), source_key=ZHENGFANG)
        second = hand_in(export(line(course="B002")), source_key=ZHENGFANG)
        with pytest.raises(datahub.RollbackRefusedError, match=f"#{second.batch}"):
            datahub.roll_back(by=BY, batch_id=first.batch, reason="交错了")
        datahub.roll_back(by=BY, batch_id=second.batch, reason="交错了")
        datahub.roll_back(by=BY, batch_id=first.batch, reason="都交错了")
        assert roster() == {}

    def test_leaves_out_what_is_declared_no_more_and_refuses_where_something_became_required(
        self, supplied, hand_in, monkeypatch
    ):
        hand_in(export(line()), source_key=ZHENGFANG)
        second = hand_in(export(line(course="B002")), source_key=ZHENGFANG)
        first_fields = shared_tables()[ROSTER].fields
        later = [one for one in first_fields if one.name != "course_name"]
        redeclare(monkeypatch, later)
        datahub.roll_back(by=BY, batch_id=second.batch, reason="交错了")
        assert roster() == {("JX01", "14231100001"): "B001"}
        third = hand_in(export(line(course="B003")), source_key=ZHENGFANG)
        added = Field(name="room", label="教室", type="text", longest=9, required=True)
        redeclare(monkeypatch, [*later, added])
        with pytest.raises(datahub.RollbackRefusedError, match="教室"):
            datahub.roll_back(by=BY, batch_id=third.batch, reason="交错了")

    def test_is_refused_when_another_writes_the_table_by_now(self, two, supplied, hand_in):
        first = hand_in(export(line()), source_key=ZHENGFANG)
        switched(two, source="")
        with pytest.raises(SourceRefusedError):
            datahub.roll_back(by=BY, batch_id=first.batch, reason="晚了")
        assert Batch.objects.get(pk=first.batch).state == "applied"


def test_sensitive_cells_lie_sealed_in_landing_and_table(two, hand_in):
    switched(two, table="hr.establishment", source="hr.yongyou")
    hand_in("人员编码,岗位,部门编码,手机,是否在编\n0020209001,院长,11,13800138000,是\n", source_key="hr.yongyou")
    assert "13800138000" not in str(list(LandingRow.objects.values_list("raw", flat=True)))
    (row,) = datahub.rows("hr.establishment")
    assert (row.post, row.is_budgeted, row.mobile) == ("院长", True, None)
    assert datahub.sensitive_rows("hr.establishment", by=BY, purpose="应急联络")[0].mobile == "13800138000"


def test_every_feed_is_a_source_and_fills_a_table():
    for feed in feeds():
        assert SOURCES[feed.key].table in shared_tables()
    vendors = {"zhengfang", "qingguo", "qiangzhi", "yongyou", "jinzhi", "tutors"}
    assert {feed.key.partition(".")[2] for feed in feeds()} == vendors
