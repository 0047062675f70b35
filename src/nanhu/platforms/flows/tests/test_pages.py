"""The pages: applying, deciding, urging and withdrawing by HTTP; strangers find nothing, and what is typed is shown and never run."""

import csv
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
import time_machine

from nanhu.kernel import registry
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.tests.counting import queries_of
from nanhu.kernel.ui import dates
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.flows import choices
from nanhu.platforms.flows.body import Column, Field
from nanhu.platforms.flows.forms import FlowForm
from nanhu.platforms.flows.models import Case, Definition, Delegation, Task
from nanhu.platforms.flows.services import cases, definitions
from nanhu.platforms.flows.specs import specs
from nanhu.platforms.people import api as people
from nanhu.testing.structure import structure_faults

from .conftest import LEAVE, SYSTEM

SAID = {"kind": "事假", "days_first": "2026-12-01", "days_last": "2026-12-02", "reason": "回家看看"}
MOST_QUERIES = 20


def open_task(case):
    return Task.objects.get(case=case, state__in=["open", "claimed"])


def test_a_student_applies_and_the_counsellor_agrees(school):
    student, counsellor = school.client("S1"), school.client("T1")
    assert "请假" in student.get("/flows/new/").content.decode()
    form = student.get("/flows/new/test.leave/").content.decode()
    assert "来自人员主数据" in form, "what the school knows is not asked"
    assert 'name="name"' not in form
    sent = student.post("/flows/new/test.leave/", SAID | {"form_token": str(uuid4())}, follow=True)
    case = Case.objects.get()
    assert case.number in sent.content.decode()
    assert "计算机学院" in sent.content.decode(), "who holds it"
    todo = counsellor.get("/flows/").content.decode()
    assert all(said in todo for said in ("请假", "林晓湖", "事假", "回家看看", "您是申请人单位的辅导员"))
    task = open_task(case)
    done = counsellor.post(f"/flows/tasks/{task.public_id}/decide/", {"decision": "agree", "revision": task.revision})
    assert (done.status_code, done["Location"]) == (302, "/flows/")
    assert "没有等您办的事" in counsellor.get("/flows/").content.decode()
    assert "办结：同意" in student.get(f"/flows/cases/{case.public_id}/").content.decode()


def test_what_the_school_filled_in_leads_to_where_one_says_that_it_is_wrong(school):
    page = school.client("S1").get("/flows/new/test.leave/").content.decode()
    assert "林晓湖" in page
    assert 'href="/me/corrections/">有误' in page


def test_a_shared_table_fills_in_what_the_school_knows(school, monkeypatch):
    asked = [
        Field(key=key, label=label, source=f"hub:dorm.stay.{key}")
        for key, label in (("place", "房间"), ("state", "住宿"), ("gone", "没有这一栏"))
    ]
    body = msgspec.structs.replace(LEAVE.body, form=(*LEAVE.body.form, *asked))
    monkeypatch.setitem(specs, "test.room", replace(LEAVE, key="test.room", body=body))
    definitions.publish_all()
    beds = (("S1", "d1-101", "living"), ("S2", "d1-102", "left"))
    rows = [{"campus_no": number, "place": place, "state": state} for number, place, state in beds]
    datahub.put("dorm.stay", rows, by=SYSTEM)
    student, address = school.client("S1"), "/flows/new/test.room/"
    page = student.get(address).content.decode()
    assert "d1-101" in page
    assert "来自住宿：房间" in page
    assert student.post(address, SAID | {"form_token": str(uuid4()), "place": "d1-102"}).status_code == 302
    data = Case.objects.get().data
    assert (data["place"], data["state"], data["gone"]) == ("d1-101", "在住", "")


def test_what_is_over_fills_in_nothing_but_that_it_is(school, monkeypatch):
    asked = [
        Field(key=key, label=label, source=f"hub:{table}.{name}")
        for key, label, table, name in (
            ("place", "房间", "dorm.stay", "place"),
            ("state", "住宿", "dorm.stay", "state"),
            ("joined", "加入时间", "mobile.member", "joined_at"),
        )
    ]
    body = msgspec.structs.replace(LEAVE.body, form=(*LEAVE.body.form, *asked))
    monkeypatch.setitem(specs, "test.room", replace(LEAVE, key="test.room", body=body))
    definitions.publish_all()
    datahub.put("dorm.stay", [{"campus_no": "S1", "place": "d1-101", "state": "left"}], by=SYSTEM)
    at, member = datetime.fromisoformat("2026-09-05T18:30+00:00"), {"campus_no": "S1", "state": "active"}
    student, address = school.client("S1"), "/flows/new/test.room/"
    for days in (0, -1):
        last = campus_today() + timedelta(days=days)
        datahub.put("mobile.member", [{**member, "joined_at": at, "leaves_on": last}], by=SYSTEM)
        assert ("2026年9月6日 02:30:00" in student.get(address).content.decode()) == (days == 0)
    student.post(address, SAID | {"form_token": str(uuid4())})
    data = Case.objects.get().data
    assert (data["place"], data["state"], data["joined"]) == ("", "已退", "")


def test_what_a_shared_table_says_is_read_once_and_in_the_hours_of_the_campus(school, monkeypatch):
    asked = [
        Field(key=key, label=label, source=f"hub:onboarding.arrival.{key}")
        for key, label in (("state", "报到"), ("arrived_at", "报到时间"))
    ]
    body = msgspec.structs.replace(LEAVE.body, form=(*LEAVE.body.form, *asked))
    monkeypatch.setitem(specs, "test.arrived", replace(LEAVE, key="test.arrived", body=body))
    definitions.publish_all()
    at = datetime.fromisoformat("2026-09-05T18:30+00:00")
    datahub.put("onboarding.arrival", [{"campus_no": "S1", "state": "arrived", "arrived_at": at}], by=SYSTEM)
    student, address = school.client("S1"), "/flows/new/test.arrived/"
    read = [sql for sql in queries_of(student, address) if "onboarding.arrival" in sql]
    assert len(read) == 1, "\n".join(read)
    assert "2026年9月6日 02:30:00" in student.get(address).content.decode()
    student.post(address, SAID | {"form_token": str(uuid4())})
    data = Case.objects.get().data
    assert (data["state"], data["arrived_at"]) == ("已报到", "2026年9月6日 02:30:00")


def test_what_has_many_rows_a_person_fills_in_nothing():
    offered = choices.hub_sources().keys()
    assert {"hub:dorm.stay.place", "hub:people.person.sex"} <= offered
    assert not [one for one in offered if one.startswith(("hub:labs.session.", "hub:card.card."))]


@pytest.mark.capability("A007.1")
def test_a_form_sent_twice_is_one_case(school):
    student, token = school.client("S1"), str(uuid4())
    addresses = {
        student.post("/flows/new/test.leave/", SAID | {"form_token": token})["Location"] for _twice in range(2)
    }
    assert (len(addresses), Case.objects.count()) == (1, 1)


def test_what_is_missing_is_told_in_its_place(school):
    student = school.client("S1")
    answer = student.post("/flows/new/test.leave/", SAID | {"reason": "", "days_last": "2026-11-01"})
    assert (answer.status_code, Case.objects.count()) == (422, 0)
    assert "结束在开始之前" in answer.content.decode()
    assert "事假" in answer.content.decode(), "nothing is lost"


@pytest.mark.parametrize(
    ("kind", "said", "at"),
    [
        ("date", {"on": "yesterday"}, "on"),
        ("span", {"on_first": "yesterday", "on_last": "2199-01-01"}, "on_first"),
        ("date", {"on": "9999-12-31"}, "on"),
        ("span", {"on_first": "2026-12-01", "on_last": "2999-12-31"}, "on_last"),
        ("rows", {"on-0-day": "0202-01-01"}, "on-0-day"),
    ],
)
def test_a_day_that_is_over_or_of_a_mistyped_year_is_told_at_its_field(db, kind, said, at):
    columns = (Column(key="day", label="日期", kind="date"),) if kind == "rows" else ()
    field = Field(key="on", label="哪天", kind=kind, is_ahead="yesterday" in said.values(), columns=columns)
    yesterday = str(campus_today() - timedelta(days=1))
    form = FlowForm({name: yesterday if day == "yesterday" else day for name, day in said.items()}, asked=[field])
    assert not form.is_valid()
    assert list(form.errors) == [at.partition("-")[0]]


def test_a_field_that_no_version_has_is_not_kept(school):
    school.client("S1").post("/flows/new/test.leave/", SAID | {"outcome": "granted", "name": "李四", "extra": "x"})
    case = Case.objects.get()
    assert (set(case.data), case.data["name"], case.outcome) == ({"kind", "days", "reason", "name"}, "林晓湖", "")


@pytest.mark.capability("A007.2")
def test_strangers_find_nothing_and_change_nothing(school):
    case = school.apply()
    task = open_task(case)
    for number in ("S2", "T4", "T5"):
        stranger = school.client(number)
        for address in (
            f"/flows/cases/{case.public_id}/",
            f"/flows/tasks/{task.public_id}/",
            f"/flows/cases/{uuid4()}/",
        ):
            assert stranger.get(address).status_code == 404, (number, address)
        for address in (
            f"/flows/tasks/{task.public_id}/decide/",
            f"/flows/tasks/{task.public_id}/claim/",
            f"/flows/cases/{case.public_id}/withdraw/",
            f"/flows/cases/{case.public_id}/urge/",
            f"/flows/cases/{case.public_id}/resubmit/",
        ):
            said = {"decision": "agree", "comment": "一二三四五"}
            assert stranger.post(address, said).status_code == 404, (number, address)
    task.refresh_from_db()
    case.refresh_from_db()
    assert (task.state, task.revision, case.state) == ("open", 1, "running")


@pytest.mark.capability("A007.1")
def test_the_applicant_cannot_decide_by_hand(school):
    case = school.apply()
    task = open_task(case)
    answer = school.client("S1").post(f"/flows/tasks/{task.public_id}/decide/", {"decision": "agree"})
    assert (answer.status_code, Task.objects.get(pk=task.pk).state) == (404, "open")


def test_who_is_out_of_the_audience_finds_no_such_service(school, monkeypatch):
    from dataclasses import replace

    from nanhu.platforms.flows.services import definitions

    from .conftest import LEAVE

    monkeypatch.setitem(specs, LEAVE.key, replace(LEAVE, faces=frozenset({"student"})))
    definitions.publish_all()
    teacher = school.client("T1")
    assert "请假" not in teacher.get("/flows/new/").content.decode()
    assert teacher.get("/flows/new/test.leave/").status_code == 404
    assert teacher.post("/flows/new/test.leave/", SAID).status_code == 404
    assert teacher.get("/flows/new/nothing/").status_code == 404
    assert not Case.objects.exists()


def test_a_comment_with_html_is_shown_as_it_was_typed(school):
    case = school.apply()
    evil = "<script>alert(1)</script>请改"
    school.client("T1").post(
        f"/flows/tasks/{open_task(case).public_id}/decide/", {"decision": "return", "comment": evil, "revision": 1}
    )
    page = school.client("S1").get(f"/flows/cases/{case.public_id}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;请改" in page


def test_a_returned_case_is_mended_and_sent_again(school):
    case, student = school.apply(), school.client("S1")
    short = {"decision": "return", "comment": "改", "revision": 1}
    task = open_task(case)
    refused = school.client("T1").post(f"/flows/tasks/{task.public_id}/decide/", short)
    assert (refused.status_code, "至少 5 个字" in refused.content.decode()) == (422, True)
    school.client("T1").post(f"/flows/tasks/{task.public_id}/decide/", short | {"comment": "请写明去哪里"})
    page = student.get(f"/flows/cases/{case.public_id}/").content.decode()
    assert "等您修改" in page
    form = student.get(f"/flows/cases/{case.public_id}/resubmit/").content.decode()
    assert "请写明去哪里" in form
    assert "回家看看" in form, "what was sent stands in the form"
    student.post(f"/flows/cases/{case.public_id}/resubmit/", SAID | {"reason": "去长沙看病"})
    case.refresh_from_db()
    assert (case.state, case.data["reason"]) == ("running", "去长沙看病")


def test_it_is_urged_once_and_withdrawn(school):
    case, student = school.apply(), school.client("S1")
    address = f"/flows/cases/{case.public_id}/"
    assert f"{address}urge/" in student.get(address).content.decode()
    assert student.post(f"{address}urge/").status_code == 302
    assert f"{address}urge/" not in student.get(address).content.decode(), "done for today"
    again = student.post(f"{address}urge/")
    assert (again.status_code, "今天已经催过" in again.content.decode()) == (409, True)
    assert "催办" in school.client("T1").get("/flows/").content.decode()
    assert student.post(f"{address}withdraw/").status_code == 302
    assert Case.objects.get().outcome == "withdrawn"


def test_two_at_once_the_second_reads_who(school):
    case = school.apply()
    task = open_task(case)
    head = school.client("T1")
    said = {"decision": "agree", "revision": task.revision}
    head.post(f"/flows/tasks/{task.public_id}/decide/", said)
    answer = head.post(f"/flows/tasks/{task.public_id}/decide/", said)
    assert (answer.status_code, "陈辅导" in answer.content.decode()) == (409, True)


def test_a_task_is_handed_over_and_a_signer_added_by_hand(school):
    case = school.apply()
    address = f"/flows/tasks/{open_task(case).public_id}/"
    counsellor = school.client("T1")
    refused = counsellor.post(f"{address}transfer/", {"person": "S1", "revision": 1})
    assert (refused.status_code, "他就是申请人" in refused.content.decode()) == (409, True)
    assert counsellor.post(f"{address}signer/", {"person": "T4", "where": "before", "revision": 1}).status_code == 302
    colleague = school.client("T4")
    assert "同事请您会签" in colleague.get("/flows/").content.decode()
    colleague.post(
        f"/flows/tasks/{open_task(case).public_id}/decide/",
        {"decision": "agree", "comment": "我没有意见", "revision": 1},
    )
    assert "我没有意见" in counsellor.get(address).content.decode()
    assert counsellor.post(f"{address}transfer/", {"person": "T4", "comment": "他熟", "revision": 3}).status_code == 302
    assert "同事转交给您" in colleague.get("/flows/").content.decode()


def test_a_leader_who_is_away_is_stood_in_for(school):
    leader, day = school.client("T1"), campus_today()
    said = {
        "delegate": "T4",
        "starts_on": day.isoformat(),
        "ends_on": (day + timedelta(days=3)).isoformat(),
        "reason": "出差",
    }
    assert leader.post("/flows/delegation/new/", said).status_code == 302
    case = school.apply()
    stand_in = school.client("T4")
    assert "您是申请人单位的辅导员" in stand_in.get("/flows/").content.decode()
    stand_in.post(f"/flows/tasks/{open_task(case).public_id}/decide/", {"decision": "agree", "revision": 1})
    assert "代陈辅导" in school.client("S1").get(f"/flows/cases/{case.public_id}/").content.decode()
    end = f"/flows/delegation/{Delegation.objects.get().public_id}/end/"
    assert stand_in.post(end).status_code == 404
    assert leader.post(end).status_code == 302
    assert Delegation.objects.get().ended_at is not None
    assert school.client("S1").get("/flows/delegation/").status_code == 404


def test_sealed_fields_are_read_with_a_look(school):
    case = school.apply(paper="430602200503180126")
    counsellor = school.client("T1")
    page = counsellor.get(f"/flows/cases/{case.public_id}/").content.decode()
    assert "430602" not in page
    address = f"/flows/cases/{case.public_id}/reveal/"
    assert address in page
    for unsaid in ({}, {"purpose": "看看"}):
        assert counsellor.post(address, unsaid).status_code == 422
    assert not AuditEntry.objects.filter(action="flows.reveal_sealed").exists()
    shown = counsellor.post(address, {"purpose": "核对身份证件"})
    assert "430602200503180126" in shown.content.decode()
    assert re.search(
        r'class="watermark" aria-hidden="true"><span data-said="T1 \d{4}-\d\d-\d\d \d\d:\d\d"></span>',
        shown.content.decode(),
    )
    look = AuditEntry.objects.get(action="flows.reveal_sealed")
    assert (look.target, look.reason) == (f"person:{school['S1']}", f"{case.number}　核对身份证件")


def test_who_has_nothing_to_do_in_a_case_opens_nothing_that_is_sealed(school):
    case = school.apply(paper="430602200503180126")
    address = f"/flows/cases/{case.public_id}/reveal/"
    said = {"purpose": "核对身份证件"}
    for number in ("S1", "T3", "T4"):
        assert school.client(number).post(address, said).status_code == 404, number
    counsellor = school.client("T1")
    school.decide("T1", open_task(case))
    assert counsellor.post(address, said).status_code == 404, "he saw to it already"
    assert address not in counsellor.get(f"/flows/cases/{case.public_id}/").content.decode()


def test_what_is_sealed_asks_for_a_fresh_sign_in(school):
    case = school.apply(paper="430602200503180126")
    counsellor = school.client("T1")
    with time_machine.travel(now() + timedelta(hours=2)):
        answer = counsellor.post(f"/flows/cases/{case.public_id}/reveal/", {"purpose": "核对身份证件"})
    assert (answer.status_code, "430602" in answer.content.decode()) == (302, False)


def test_a_page_without_its_revision_decides_nothing(school):
    case = school.apply()
    address = f"/flows/tasks/{open_task(case).public_id}/"
    counsellor = school.client("T1")
    for name, said in (
        ("decide", {"decision": "agree"}),
        ("transfer", {"person": "T4"}),
        ("signer", {"person": "T4", "where": "before"}),
    ):
        answer = counsellor.post(f"{address}{name}/", said)
        assert (answer.status_code, "这个页面太旧" in answer.content.decode()) == (422, True), name
    assert open_task(case).revision == 1


def test_a_leader_sees_the_cases_of_the_units_processes(school):
    case = school.apply()
    assert case.number in school.client("T3").get("/flows/unit/").content.decode()
    for number, path, said in (("T3", "unit/", ["退回修改"]), ("S1", "mine/", ["等我改"])):
        shown = school.client(number).get(f"/flows/{path}").content.decode()
        assert [one for one in ("退回修改", "等我改") if one in shown] == said, "in the words of who looks"
    assert school.client("T4").get("/flows/unit/").status_code == 404
    school.decide("T1", open_task(case))
    sheet = b"".join(school.client("T3").get("/flows/unit/?export=csv").streaming_content).decode("utf-8-sig")
    [said] = csv.DictReader(sheet.splitlines())
    assert (said["编号"], said["申请人"], "要点" in said) == (case.number, "林晓湖", False), (
        "that, chosen steps alone see"
    )
    assert said["期限"], "of a closed one, too"


def test_a_leader_sees_at_which_step_cases_wait_and_how_they_ended(school):
    waits, ended = school.apply(), school.apply(days={"first": "2026-12-05", "last": "2026-12-05"})
    school.decide("T1", open_task(ended), "refuse", "这周有考试安排")
    Task.objects.filter(case=waits).update(opened_at=now() - timedelta(days=5))
    head = school.client("T3")
    assert "最早 5 天" in head.get("/flows/unit/").content.decode()
    told = head.get("/flows/unit/statistics.json")
    (process,) = told.json()["processes"]
    assert (process["opened"], process["open_now"], process["refused"], process["granted"]) == (2, 1, 1, 0)
    assert [(one["count"], one["oldest"][:10]) for one in process["waiting"]] == [
        (1, f"{now() - timedelta(days=5):%Y-%m-%d}")
    ]
    assert "林晓湖" not in told.content.decode()
    assert school.client("T4").get("/flows/unit/statistics.json").status_code == 404


def test_a_student_names_who_works_here_by_number_and_learns_of_nobody_else(school):
    Definition.objects.filter(key="test.both").update(faces=["student", "staff"], is_offered=True)
    student, address = school.client("S1"), "/flows/new/test.both/"
    told = {}
    for typed in ("S2", "刘一帆", "Z9", "没有人", "赵同事"):
        answer = student.post(address, {"colleague": typed})
        told[typed] = (answer.status_code, answer.content.decode().count("没有这个工号的在职教职工"))
        assert "刘一帆" not in answer.content.decode().replace('value="刘一帆"', "")
    assert len(set(told.values())) == 1
    assert told["S2"][0] == 422
    assert student.post(address, {"colleague": "T4"}).status_code == 302
    assert school.client("T4").post(address, {"colleague": "钱老师"}).status_code == 302, "a colleague finds names"


def test_a_case_that_several_sign_waits_once_at_their_step(school):
    case = school.apply("S1", "test.both", colleague=school["T5"])
    school.decide("T3", Task.objects.get(case=case, step="left"))
    school.decide("T5", Task.objects.get(case=case, step="right"))
    assert Task.objects.filter(case=case, step="sign", state="open").count() == 3
    (process,) = school.client("T3").get("/flows/unit/statistics.json").json()["processes"]
    assert [(one["step"], one["count"]) for one in process["waiting"]] == [("会签", 1)]


@pytest.mark.parametrize(
    "address",
    ["/flows/", "/flows/new/", "/flows/mine/", "/flows/unit/", "/flows/delegation/", "/flows/delegation/new/"],
)
def test_pages_stand_in_both_languages_and_for_who_cannot_see(school, address):
    head = school.client("T3")
    for language in ("zh-hans", "en"):
        answer = head.get(address, headers={"accept-language": language})
        assert answer.status_code == 200
        assert structure_faults(answer.content.decode()) == []


def test_many_todos_cost_no_more_queries_than_one(school):
    counsellor = school.client("T1")
    school.apply()
    few = queries_of(counsellor, "/flows/")
    for number in range(20):
        school.apply(days={"first": f"2026-12-{number + 3:02}", "last": f"2026-12-{number + 3:02}"})
    many = queries_of(counsellor, "/flows/")
    assert len(many) <= MOST_QUERIES, "\n".join(many)
    assert len(many) <= len(few) + 2, "\n".join(many)


def test_ones_own_cases_say_which_is_which_at_the_cost_of_one_and_a_closed_one_is_due_no_more(school):
    student, first = school.client("S1"), school.apply()
    few = queries_of(student, "/flows/mine/")
    assert 'data-label="期限"' in student.get("/flows/mine/").content.decode()
    school.decide("T1", open_task(first))
    (row,) = student.get("/flows/mine/").context["list"].lines
    said = {str(cell.label): str(cell.shown) for cell in row.cells}
    days = dates.span_words(date(2026, 12, 1), date(2026, 12, 2))
    assert (said["要点"], said["期限"]) == (f"事假 · {days} · 回家看看", "—")
    assert said["进度"] == '<span class="code">100%</span>'
    for number in range(5):
        school.apply(days={"first": f"2026-12-{number + 3:02}", "last": f"2026-12-{number + 3:02}"})
    many = queries_of(student, "/flows/mine/")
    assert len(many) <= len(few) + 2, "\n".join(many)


@pytest.mark.capability("A025.1")
def test_todos_stand_on_the_home_and_in_the_bar(school):
    school.apply()
    home = school.client("T1").get("/").content.decode()
    assert re.search(
        r'class="bottom-item[^>]*>\s*<span class="bottom-icon">.*?</span><span>待办</span>', home, re.DOTALL
    )
    assert "林晓湖 请假" in home


def test_who_holds_six_offices_and_stands_in_for_another_costs_no_more(school):
    for unit, office in (
        ("12", "deputy"),
        ("12", "secretary"),
        ("1001", "deputy"),
        ("1000", "head"),
        ("1000", "deputy"),
    ):
        people.appoint(
            by=SYSTEM,
            unit_id=school.units[unit],
            office=office,
            person_id=school["T1"],
            starts_on=campus_today() - timedelta(days=9),
            ends_on=None,
            document="任命",
        )
    Delegation.objects.create(
        owner_id=school["T2"],
        delegate_id=school["T1"],
        starts_on=campus_today(),
        ends_on=campus_today(),
        reason="出差",
    )
    school.apply(days={"first": "2026-12-01", "last": "2026-12-09"})
    asked = queries_of(school.client("T1"), "/flows/")
    assert len(people.posts_of(school["T1"])) == 6
    assert len(asked) <= MOST_QUERIES, "\n".join(asked)


def test_deadlines_of_ones_todos_stand_in_the_calendar(school):
    case = school.apply()
    task = open_task(case)
    feed = registry.calendar_feeds.get("flows.deadlines")
    day = campus_time(task.due_at).date()

    def of(number, ahead=1):
        face = "student" if number.startswith("S") else "staff"
        viewer = registry.Viewer(
            account_id=school.actor(number).account_id,
            person_id=school[number],
            name="",
            campus_no=number,
            faces=frozenset({face}),
            face=face,
        )
        return list(feed.load(viewer, day - timedelta(days=1), day + timedelta(days=ahead)))

    (one,) = of("T1", 400)
    assert (one.starts, one.uid, one.is_cancelled) == (task.due_at, f"flows.task.{task.public_id}", False)
    assert of("S1", 400) == of("T4", 400) == []
    tutor, chosen = school.client("T1"), {"form_token": str(uuid4()), "feeds": ["flows.deadlines"]}
    secret = re.search(r"/calendar/[\w-]+\.ics", tutor.post("/calendar/subscription/make/", chosen).content.decode())
    assert secret is not None
    outside = tutor.get(secret[0]).content.decode().replace("\r\n ", "")
    name = case.applicant_name
    assert name in tutor.get(f"/calendar/?view=day&on={day.isoformat()}").content.decode()
    assert case.definition.name in outside
    assert name not in outside, "others may get hold of the address"
    cases.withdraw(by=school.actor("S1"), person_id=school["S1"], case=case)
    (ended,) = of("T1", 400)
    assert (ended.uid, ended.is_cancelled, ended.sequence > one.sequence) == (one.uid, True, True)
    assert of("T1") == [], "no page pays for it"


def offered(page):
    """Processes that the filter of a list offers."""
    return re.findall(r'<option value="(test\.\w+)"', page.content.decode())


def test_the_filter_offers_a_reader_the_processes_that_wait_for_him_and_takes_no_other(school):
    case = school.apply()
    school.apply("S2", "test.both", colleague=school["T4"])
    counsellor, head, colleague = (school.client(number) for number in ("T1", "T3", "T4"))
    assert offered(counsellor.get("/flows/")) == ["test.leave"]
    assert offered(colleague.get("/flows/")) == ["test.both"]
    forged = counsellor.get("/flows/", {"flow": "test.both"})
    assert forged.context["list"].filters.chips == []
    assert forged.context["list"].filters.form.errors
    assert "林晓湖" in forged.content.decode(), "and narrows nothing"
    school.decide("T1", case.tasks.get(state="open"))
    assert offered(counsellor.get("/flows/")) == []
    kept = counsellor.get("/flows/", {"flow": "test.leave"})
    assert [chip.words for chip in kept.context["list"].filters.chips] == ["请假"], "who kept the address has met it"
    assert offered(head.get("/flows/unit/")) == offered(head.get("/flows/unit/", {"flow": "test.both"}))
    assert set(offered(head.get("/flows/unit/"))) == {"test.leave", "test.both"}
    Definition.objects.filter(key="test.both").update(unit=school.units["12"])
    assert offered(head.get("/flows/unit/")) == ["test.leave"]
    assert head.get("/flows/unit/", {"flow": "test.both"}).context["list"].filters.chips == []
