"""The flow of data: what the pages draw, and the same as OpenLineage, held to its specification; told over HTTP, and again."""

import json
from collections import Counter, defaultdict
from datetime import date, timedelta
from uuid import UUID

import jsonschema_rs
import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F

from nanhu.kernel import outgoing
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.retries import drive
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub import queries
from nanhu.platforms.datahub.lineage import sending
from nanhu.platforms.datahub.lineage.picture import Box, drawn
from nanhu.platforms.datahub.lineage.statements import reads_of
from nanhu.platforms.datahub.models import Batch, DataSource, LineageRun, QualityDay, Reading, SharingDay
from nanhu.platforms.datahub.sharing import counting, golden
from nanhu.platforms.datahub.tests.conftest import BY, PASSWORD, id_number, register, student
from nanhu.platforms.datahub.tests.test_sharing import ask_grant, card, program, vendor  # noqa: F401  (fixtures)
from nanhu.platforms.datahub.views import quality, source_days
from nanhu.platforms.datahub.views.looks import LOOK, tell_persons_seen
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.people import api as people
from nanhu.testing import sessions

pytestmark = pytest.mark.django_db
FACET = {
    "type": "object",
    "required": ["_producer", "_schemaURL"],
    "properties": {
        "_producer": {"type": "string", "format": "uri"},
        "_schemaURL": {"type": "string", "format": "uri"},
        "fields": {},
    },
}
FACETS = {"type": "object", "additionalProperties": FACET}
NAMED = {"namespace": {"type": "string", "minLength": 1}, "name": {"type": "string", "minLength": 1}}
DATASET = {
    "type": "object",
    "required": ["namespace", "name"],
    "properties": {**NAMED, "facets": FACETS, "inputFacets": FACETS, "outputFacets": FACETS},
}
RUN_EVENT = {
    "type": "object",
    "required": ["eventTime", "producer", "schemaURL", "run", "job"],
    "properties": {
        "eventType": {"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
        "eventTime": {"type": "string", "format": "date-time"},
        "producer": {"type": "string", "format": "uri"},
        "schemaURL": {"type": "string", "format": "uri"},
        "run": {
            "type": "object",
            "required": ["runId"],
            "properties": {"runId": {"type": "string", "format": "uuid"}, "facets": FACETS},
        },
        "job": {"type": "object", "required": ["namespace", "name"], "properties": {**NAMED, "facets": FACETS}},
        "inputs": {"type": "array", "items": DATASET},
        "outputs": {"type": "array", "items": DATASET},
    },
}
"""What the specification 2-0-2 asks of a run event, in our own words."""


def told(capsys):
    call_command("datahub", "lineage")
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def register_in(hand_in, units):
    return hand_in(register(student()))


def test_events_hold_to_the_specification_and_name_columns_and_nobody(register_in, hand_in, capsys):
    hand_in("学号,姓名\n,\n", name="坏.csv")
    events = told(capsys)
    judge = jsonschema_rs.validator_for(RUN_EVENT, validate_formats=True)
    for event in events:
        judge.validate(event)
    runs = {event["run"]["runId"] for event in events}
    assert all(UUID(run).version == 5 for run in runs)
    assert len(events) == 2 * len(runs), "of each run where it began and how it ended"
    done = next(e for e in events if e["eventType"] == "COMPLETE" and e["job"]["name"] == "datahub.aa.students")
    person, tie = done["outputs"]
    assert (person["name"], tie["name"]) == ("people.person", "people.affiliation")
    carried = person["facets"]["columnLineage"]["fields"]
    assert carried["id_number"] == {"inputFields": [{"namespace": "file", "name": "aa.students", "field": "证件号码"}]}
    assert person["outputFacets"]["outputStatistics"]["rowCount"] == 1
    text = json.dumps(events, ensure_ascii=False)
    assert "李明" not in text
    assert "14231100001" not in text
    assert [told(capsys)[n] for n in range(len(events))] == events, "the same whenever it is told"


@pytest.mark.slow
def test_what_was_read_by_a_grant_on_a_day_is_told_when_the_day_is_over(vendor, program, monkeypatch, capsys):  # noqa: F811
    datahub.put("card.card", [card(1), card(2)], by=BY)
    grant = ask_grant("card.card", ["state"])
    assert program.get("card.card").status_code == 200
    counting.count_readings()
    monkeypatch.setattr(sending, "catalogue_address", lambda: "https://lineage.example.com/api/v1/lineage")
    assert sending.note_runs() == 0, "today is not over"
    SharingDay.objects.update(day=F("day") - timedelta(days=1))
    heard = []
    monkeypatch.setattr(
        outgoing, "send", lambda call: heard.append(json.loads(call.body)) or outgoing.Answer(status=201)
    )
    yesterday = SharingDay.objects.get().day
    late = Reading.objects.create(grant=grant, day=yesterday, actor="t", at=now(), rows=0, numbers=[], looked=[])
    assert sending.note_runs() == 0, "what was read just before midnight is not counted yet"
    late.delete()
    assert sending.note_runs() == 1
    drive(sending.RUNS)
    judge = jsonschema_rs.validator_for(RUN_EVENT, validate_formats=True)
    for event in heard:
        judge.validate(event)
    begun, done = heard
    (given,) = done["outputs"]
    assert (begun["eventType"], done["inputs"][0]["name"]) == ("START", "card.card")
    assert given["name"] == f"{grant.vendor.company}/card.card"
    assert set(given["facets"]["columnLineage"]["fields"]) == set(grant.fields)
    assert given["outputFacets"]["outputStatistics"]["rowCount"] == 2
    assert heard == told(capsys)


@pytest.mark.parametrize(
    ("query", "dialect", "tables", "column", "cells"),
    [
        ("SELECT xh AS stu, kch FROM xk WHERE kcmc <> '停'", "mysql", ["xk"], "stu", [("xk", "xh")]),
        ("SELECT * FROM `缴费`", "mysql", ["缴费"], "学号", [("缴费", "学号")]),
        (
            "SELECT a.XH, concat(b.xm, a.kch) AS n FROM jw.xk a JOIN xs b ON a.xh = b.xh",
            "postgres",
            ["jw.xk", "xs"],
            "N",
            [("xs", "xm"), ("jw.xk", "kch")],
        ),
        (
            "WITH x AS (SELECT xh, max(d) AS l FROM dl GROUP BY xh) SELECT l FROM x",
            "postgres",
            ["dl"],
            "l",
            [("dl", "d")],
        ),
        ("SELECT xh FROM a, b", "postgres", ["a", "b"], "xh", []),
        ("selec nonsense (", "mysql", [], "xh", []),
    ],
)
def test_a_select_names_what_it_reads(query, dialect, tables, column, cells):
    found = reads_of(query, dialect)
    assert (list(found.tables), sorted(found.cells(column))) == (tables, sorted(cells))


def test_a_batch_of_a_database_names_the_tables_and_columns_behind_it(steward, capsys):
    query = "SELECT x.xh AS stu, x.jxb, k.kch FROM xk x JOIN kb.kc k ON k.id = x.kc"
    DataSource.objects.create(
        key="aa.lessons",
        name="选课库",
        office="教务处",
        kind="mariadb",
        fills="academic.roster",
        address="db.example:3306/jw",
        user_name="hub",
        query=query,
        columns={"campus_no": "stu", "section": "jxb", "course": "kch"},
        made_by_name="管",
    )
    Batch.objects.create(
        source="aa.lessons",
        file_name="选课",
        sha256="0" * 64,
        size_bytes=1,
        state="applied",
        headings=["学号", "教学班号", "课程号"],
        columns={"campus_no": "学号", "section": "教学班号", "course": "课程号"},
        counts={"rows": 1, "accepted": 1},
        actor="t",
        account_id=None,
    )
    done = told(capsys)[-1]
    assert [(one["namespace"], one["name"]) for one in done["inputs"]] == [
        ("mysql://db.example:3306", "jw.xk"),
        ("mysql://db.example:3306", "kb.kc"),
    ]
    (table,) = done["outputs"]
    carried = table["facets"]["columnLineage"]["fields"]
    assert carried["course"]["inputFields"] == [
        {"namespace": "mysql://db.example:3306", "name": "kb.kc", "field": "kch"}
    ]
    assert carried["campus_no"]["inputFields"][0]["field"] == "xh"


def test_the_pages_draw_what_flows(register_in, vendor, steward):  # noqa: F811
    ask_grant("people.person", ["name"], masked=["name"])
    page = steward.get("/datahub/flow/").content.decode()
    for word in (
        "教务处 · 学籍名册",
        "人员身份",
        "图书公司",
        "本系统 · 校园卡",
        'href="/datahub/shared/people.person/flow/"',
    ):
        assert word in page, word
    page = steward.get("/datahub/shared/people.person/flow/").content.decode()
    for word in ("证件号码 · 学籍名册", "联系电话 · 学籍名册", "图书公司", "<path d="):
        assert word in page, word


def test_a_picture_joins_what_it_shows():
    picture = drawn([[Box("a", "甲" * 40)], [Box("b", "乙"), Box("c", "丙")]], [("a", "c"), ("a", "gone")])
    assert len(picture.lines) == 1
    assert picture.boxes[0].label.endswith("…")
    assert picture.boxes[2].y > picture.boxes[1].y


def test_a_catalogue_is_told_once_and_again_where_it_was_away(register_in, monkeypatch):
    assert sending.note_runs() == 0, "no address, nobody is told"
    monkeypatch.setattr(sending, "catalogue_address", lambda: "https://lineage.example.com/api/v1/lineage")
    answers, heard = [503, 201, 201], []

    def send(call):
        heard.append(json.loads(call.body)["eventType"])
        return outgoing.Answer(status=answers.pop(0) if answers else 201)

    monkeypatch.setattr(outgoing, "send", send)
    assert sending.note_runs() == 2
    assert sending.note_runs() == 0
    drive(sending.RUNS)
    assert (heard, LineageRun.objects.filter(told_at=None).count()) == (["START", "START", "COMPLETE"], 1)
    LineageRun.objects.filter(told_at=None).update(due_at=LineageRun.objects.first().batch.created_at)
    drive(sending.RUNS)
    assert not LineageRun.objects.filter(told_at=None).exists()


def days_ago(report, days):
    Batch.objects.filter(pk=report.batch).update(created_at=F("created_at") - timedelta(days=days))


def test_quality_is_seen_over_time(register_in, hand_in, steward):
    days_ago(register_in, 1)
    hand_in(register(student(), "x,,,,,,,,,,,,,,"), name="后来.csv")
    hand_in(register(student(), "y,,,,,,,,,,,,,,"), name="当天又一份.csv")
    page = steward.get("/datahub/quality/").content.decode()
    assert "学籍名册" in page
    assert '<span class="visually-hidden">100.0% 50.0%</span> <span aria-hidden="true">50.0–100.0%</span>' in page
    assert page.index("学籍名册") < page.index("组织机构"), "the worst first"


def test_each_rule_has_its_course_as_a_picture(units, hand_in, steward):
    """A rule that finds more than it is wont to is told apart; one that finds nothing any more stands at nought."""
    rows = [student(no=f"142311000{n:02d}", name=f"王{n}", document=id_number(order=2 * n + 1)) for n in range(10)]
    for turn in range(3):
        days_ago(hand_in(register(*rows, "x,,,,,,,,,,,,,,") + "\n" * turn, name=f"{turn}.csv"), 3 - turn)
    hand_in(register(*(row.replace("汉族", "火星族") for row in rows)), name="火星.csv")
    page = steward.get("/datahub/quality/aa.students/")
    rules = {one.code: one for one in page.context["rules"]}
    assert [value for _label, value in rules["unmapped_code"].points] == [0, 0, 0, 1000]
    assert rules["unmapped_code"].is_worse
    assert rules["name_missing"].last == 0
    body = page.content.decode()
    assert body.count("<svg") > len(rules)
    assert "比平常多" in body
    assert "/datahub/quality/aa.students/" in steward.get("/datahub/quality/").content.decode()
    assert steward.get("/datahub/quality/no.such/").status_code == 404


def rows_read(statement, facts):
    """By every node of its plan."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # which pays for the little that a test has
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", facts)
        (told,) = cursor.fetchone()
    nodes = [(json.loads(told) if isinstance(told, str) else told)[0]["Plan"]]
    for node in nodes:
        nodes += node.get("Plans", [])
    return sum((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in nodes)


def test_pages_ask_for_as_many_rows_as_they_show_however_much_a_followed_table_said(steward):
    """And what they show is what its batches in effect say, whichever came into effect and went out of it."""

    def fill(days, since):
        made = Batch.objects.bulk_create(
            Batch(
                source=f"aa.lessons{number % 3}",
                file_name="x",
                sha256=f"{since + number:064x}",
                size_bytes=1,
                state="applied",
                actor="x",
                counts={
                    "rows": 10,
                    "accepted": number % 11,
                    "changed": number % 3,
                    "removed": number % 2,
                    "codes": {"name_missing": number % 4, "bad_date": 1},
                },
            )
            for number in range(days * 12)
        )
        for number, one in enumerate(made):
            one.created_at -= timedelta(days=number // 12)
        Batch.objects.bulk_update(made, ["created_at"])
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE datahub_batch, datahub_quality_day")

    last = [(queries.LAST, {"applied_only": False}), (queries.COURSES, {"most": quality.SHOWN})]
    asked = [(quality.DAYS, {"key": "", "most": quality.SHOWN}), *last]
    fill(14, 0)
    few = [rows_read(*one) for one in asked]
    fill(60, 1000)
    assert all(rows_read(*one) <= 2 * before for one, before in zip(asked, few, strict=True)), (
        few,
        [rows_read(*one) for one in asked],
    )
    day = source_days.batches_of(QualityDay(source="aa.lessons1", day=campus_today() - timedelta(days=3)))
    assert rows_read(*day.query.sql_with_params()) < 60, "of the few of a day, not of all the source has"
    held = Batch.objects.filter(source="aa.lessons1").order_by("-id")
    newest, older = held[0], held[5]
    Batch.objects.filter(pk__in=[newest.pk, older.pk]).update(state="rolled_back")
    Batch.objects.filter(pk=held[7].pk).update(counts={"rows": 9, "accepted": 9})
    held[9].delete()
    told = defaultdict(list)
    for one in Batch.objects.filter(state="applied"):
        told[one.source, campus_time(one.created_at).date()].append(one)
    for source, day in told:
        sums = QualityDay.objects.get(source=source, day=day)
        batches = told[source, day]
        assert sums.last == max(one.pk for one in batches)
        assert sums.rows == sum(one.counts["rows"] for one in batches)
        for name in ("accepted", "created", "changed", "removed", "rejected"):
            assert getattr(sums, name) == sum(one.counts.get(name, 0) for one in batches), name
        assert sums.batches == len(batches)
        codes = sum((Counter(one.counts.get("codes", {})) for one in batches), Counter())
        assert sums.codes == {code: times for code, times in codes.items() if times}
    Batch.objects.filter(source="aa.lessons1").update(state="rolled_back")
    page = steward.get("/datahub/quality/").content.decode()
    assert ("aa.lessons0" in page, "aa.lessons1" in page) == (True, False)


def test_everybody_sees_where_their_own_values_come_from(hand_in, units, vendor, program):  # noqa: F811
    hand_in(register(student()))
    staff = "工号,姓名,证件号码,部门代码,人员类别,来校日期,手机\n0020200009,王红,{0},11,在编,2025-09-01,13900139000\n"
    hand_in(staff.format(id_number(order=9)), source_key="hr.staff", name="教职工.csv")
    golden.copy_changes()
    holder = people.find_people_by_campus_no(["14231100001", "0020200009"])
    identity.open_accounts(by=BY, person_ids=list(holder.values()))
    identity_sample.set_password_for_sample(by=BY, campus_no="14231100001", password=PASSWORD)
    ask_grant("card.card")
    lesson = {"term": "2026-2027-1", "section": "JX01", "campus_no": "14231100001", "course": "MA101", "kind": "again"}
    datahub.put("academic.roster", [lesson | {"course_name": "高等数学"}], by=BY)
    datahub.put("card.card", [card(1, campus_no="14231100001"), card(2)], by=BY)
    program.get("card.card")
    counting.count_readings()
    page = sessions.signed_in("14231100001").get("/datahub/mine/").content.decode()
    for word in ("2005年3月18日", "汉族", "居民身份证", "138****8000", "教务处 · 学籍名册", "计科23-1班", "第 2 行"):
        assert word in page, word
    for word in (
        "选课名单",
        "2026-2027-1 · 高等数学",
        "修读方式 重修",
        "校园卡",
        "卡状态 正常",
        "图书公司",
        "图书借阅",
    ):
        assert word in page, word
    for word in (id_number(), "13800138000", "王红", "0020200009", "/datahub/batches/"):
        assert word not in page, word
    for word in ("MA101", "JX01", "00000001", "card.card", "aa.students"):
        assert word not in page, "words, and no numbers of machines"


def two_who_had(number):
    """Who studied here long ago and works here now had a number that a student has today; both by name."""
    origin = people.Origin(source="test", title="测试")
    ended = {"state": "ended", "ends_on": date(2009, 6, 30)}
    ties = {
        "甲老师": (
            ("student", number, date(2005, 9, 1), ended),
            ("staff", "0020110001", date(2011, 9, 1), {"state": "active"}),
        ),
        "乙同学": (("student", number, date(2025, 9, 1), {"state": "active"}),),
    }
    records = [
        people.PersonRecord(
            key=name,
            name=name,
            affiliations=tuple(
                people.AffiliationRecord(kind=kind, campus_no=campus_no, starts_on=starts_on, **more)
                for kind, campus_no, starts_on, more in held
            ),
        )
        for name, held in ties.items()
    ]
    found = {}
    for record in records:
        made = people.apply_records(by=BY, records=[record], origin=origin)
        identity.open_accounts(by=BY, person_ids=made.person_ids.values())
        found |= made.person_ids
    return found


def test_who_was_seen_is_told_and_not_who_has_a_former_number_of_his(db):
    teacher, student_of_today = two_who_had("200511001").values()
    looks = AuditEntry.objects.filter(action=LOOK)
    tell_persons_seen([teacher], "待核对", by=BY)
    assert [(one.target, one.facts["campus_no"]) for one in looks] == [(f"person:{teacher}", "0020110001")]
    tell_persons_seen([student_of_today], "待核对", by=BY)
    assert looks.filter(target=f"person:{student_of_today}").count() == 1


def test_what_stands_under_a_number_that_was_given_to_somebody_else_is_that_ones(db, vendor, program):  # noqa: F811
    number = "200511001"
    two_who_had(number)
    lesson = {"term": "2026-2027-1", "section": "JX01", "campus_no": number, "course": "MA101", "kind": "again"}
    datahub.put("academic.roster", [lesson | {"course_name": "高等数学"}], by=BY)
    ask_grant("academic.roster")
    program.get("academic.roster")
    counting.count_readings()
    seen = {}
    for whose in ("0020110001", number):
        identity_sample.set_password_for_sample(by=BY, campus_no=whose, password=PASSWORD)
        page = sessions.signed_in(whose).get("/datahub/mine/").content.decode()
        seen[whose] = ("高等数学" in page, "图书公司" in page)
    assert seen == {"0020110001": (False, False), number: (True, True)}
