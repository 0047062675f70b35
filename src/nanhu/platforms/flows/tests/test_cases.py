"""Cases from the form to their end: who decides, what comes back, what is refused."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.errors import CampusError, NotFoundError, WrongStateError
from nanhu.kernel.models import AuditEntry, Outage, OutboxEvent
from nanhu.platforms.flows import hours
from nanhu.platforms.flows.errors import (
    CannotTakeTaskError,
    DelegateRefusedError,
    NobodyFoundError,
    NotYoursError,
    OwnCaseError,
    ReasonTooShortError,
    ReturnedTooOftenError,
    TaskChangedError,
    TwinCaseError,
    UrgedTodayError,
)
from nanhu.platforms.flows.models import Case, Definition, Task, Token
from nanhu.platforms.flows.policies import visible_cases, waiting_for
from nanhu.platforms.flows.services import cases, definitions, delegations, persons, tasks, watching
from nanhu.platforms.flows.services.engine import MOST_RETURNS
from nanhu.platforms.flows.specs import specs
from nanhu.platforms.people import api as people

from .conftest import LEAVE, SYSTEM


def open_task(case: Case, step: str = "") -> Task:
    rows = Task.objects.filter(case=case, state__in=["open", "claimed"])
    return rows.get(step=step) if step else rows.get()


def todo(school, number):
    return [task.case_id for task in waiting_for(school[number])]


def test_a_short_leave_ends_with_the_counsellor(school):
    case = school.apply()
    assert case.number.startswith("QJ-")
    assert todo(school, "T1") == [case.pk]
    assert todo(school, "T2") == []
    school.decide("T1", open_task(case))
    case.refresh_from_db()
    assert (case.state, case.outcome, case.percent) == ("closed", "granted", 100)
    assert not Token.objects.filter(case=case).exists()
    assert [one.verb for one in case.entries.order_by("pk")] == ["opened", "agree", "closed_granted"]
    assert {one.name for one in OutboxEvent.objects.filter(name__startswith="flows.")} == {
        "flows.CaseOpened",
        "flows.TaskOpened",
        "flows.TaskDone",
        "flows.CaseClosed",
    }


def test_a_long_leave_goes_on_to_the_head(school):
    case = school.apply(days={"first": "2026-12-01", "last": "2026-12-09"})
    school.decide("T1", open_task(case))
    assert open_task(case).step == "head"
    school.decide("T2", open_task(case), "refuse", "这周有考试安排")
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("closed", "refused")


@pytest.mark.capability("A007.1")
def test_the_same_form_is_one_case_and_a_twin_is_refused(school):
    token = uuid4()
    data = {"kind": "事假", "days": {"first": "2026-12-01", "last": "2026-12-02"}, "reason": "回家"}
    given = {"by": school.actor("S1"), "key": "test.leave", "applicant_id": school["S1"], "data": data}
    first = cases.open_case(**given, token=token)
    assert cases.open_case(**given, token=token).pk == first.pk
    assert AuditEntry.objects.filter(action="flows.open_case", target=f"case:{first.number}").count() == 1
    with pytest.raises(TwinCaseError, match=first.number):
        cases.open_case(**given, token=uuid4())
    school.decide("T1", open_task(first))
    assert cases.open_case(**given, token=uuid4()).pk != first.pk


def test_nobody_decides_his_own_case_and_the_next_one_up_does(school):
    people.appoint(
        by=SYSTEM,
        unit_id=school.units["1000"],
        office="counsellor",
        person_id=school["T5"],
        starts_on=date(2020, 1, 1),
        ends_on=None,
        document="任命",
    )
    case = school.apply("T1")
    task = open_task(case)
    assert (task.pool_unit_id, todo(school, "T5"), todo(school, "T1")) == (school.units["1000"], [case.pk], [])
    with pytest.raises(OwnCaseError):
        school.decide("T1", task)
    school.decide("T5", task)


def test_the_database_itself_refuses_the_applicant_as_decider(school):
    task = open_task(school.apply())
    with pytest.raises(IntegrityError, match="decider_is_not_the_applicant"), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(
            state="done", decision="agree", done_by_id=school["S1"], done_at="2026-11-26T00:00Z"
        )


def test_a_timeline_and_a_version_are_append_only(school):
    case = school.apply()
    for statement in (
        "UPDATE flows_entry SET words = 'nothing' WHERE case_id = %s",
        "DELETE FROM flows_entry WHERE case_id = %s",
        "UPDATE flows_version SET content = '{}' WHERE id = (SELECT version_id FROM flows_case WHERE id = %s)",
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [case.pk])


def test_a_running_case_without_a_token_is_refused(school):
    case = school.apply()
    with pytest.raises(IntegrityError, match="is running with 0 tokens"), transaction.atomic():
        Task.objects.filter(case=case).update(state="cancelled", token=None)
        Token.objects.filter(case=case).delete()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_stranger_decides_nothing(school):
    case = school.apply()
    for number in ("T3", "T4", "S2"):
        with pytest.raises(NotYoursError):
            school.decide(number, open_task(case))
    assert Task.objects.get(case=case).state == "open"


def test_who_comes_second_reads_who_was_faster(school):
    people.appoint(
        by=SYSTEM,
        unit_id=school.units["12"],
        office="counsellor",
        person_id=school["T4"],
        starts_on=date(2020, 1, 1),
        ends_on=None,
        document="任命",
    )
    case = school.apply()
    task = open_task(case)
    school.decide("T1", task)
    with pytest.raises(TaskChangedError, match=r"陈辅导.*同意"):
        school.decide("T4", task)


def test_a_stale_page_is_refused(school):
    case = school.apply()
    task = open_task(case)
    tasks.claim(by=school.actor("T1"), person_id=school["T1"], task=task)
    with pytest.raises(TaskChangedError):
        school.decide("T1", task, revision=task.revision)
    school.decide("T1", task, revision=task.revision + 1)


@pytest.mark.capability("A007.2")
def test_a_claimed_task_is_one_members_until_it_is_released(school):
    people.appoint(
        by=SYSTEM,
        unit_id=school.units["12"],
        office="counsellor",
        person_id=school["T4"],
        starts_on=date(2020, 1, 1),
        ends_on=None,
        document="任命",
    )
    task = open_task(school.apply())
    tasks.claim(by=school.actor("T1"), person_id=school["T1"], task=task)
    assert (todo(school, "T4"), len(todo(school, "T1"))) == ([], 1)
    with pytest.raises(TaskChangedError, match="陈辅导"):
        school.decide("T4", task)
    tasks.release(by=school.actor("T1"), person_id=school["T1"], task=task)
    school.decide("T4", task)


def test_a_return_wants_a_reason_stops_the_clock_and_comes_back(school):
    case = school.apply()
    with pytest.raises(ReasonTooShortError):
        school.decide("T1", open_task(case), "return", "改改")
    school.decide("T1", open_task(case), "return", "请写明去哪里")
    case.refresh_from_db()
    assert (case.state, case.due_at, case.returns) == ("returned", None, 1)
    assert 0 < (case.minutes_left or 0) <= 480
    with pytest.raises(NotFoundError):
        cases.resubmit(by=school.actor("S2"), person_id=school["S2"], case=case, data={})
    data = {"kind": "事假", "days": {"first": "2026-12-01", "last": "2026-12-02"}, "reason": "去长沙看病"}
    cases.resubmit(by=school.actor("S1"), person_id=school["S1"], case=case, data=data)
    case.refresh_from_db()
    assert (case.state, case.minutes_left, case.data["reason"]) == ("running", None, "去长沙看病")
    assert (open_task(case).step, open_task(case).due_at) == ("counsellor", case.due_at), "the clock goes on"


def test_it_is_not_returned_for_ever_and_then_the_owner_decides(school):
    case = school.apply()
    data = dict(case.data)
    for _time in range(MOST_RETURNS):
        school.decide("T1", open_task(case), "return", "请再改一改")
        cases.resubmit(by=school.actor("S1"), person_id=school["S1"], case=case, data=data)
    with pytest.raises(NotYoursError):
        school.decide("T1", open_task(case), "agree")
    assert "退回已满 10 次，由主管单位的" in school.client("T3").get("/flows/").content.decode()
    with pytest.raises(ReturnedTooOftenError):
        school.decide("T3", open_task(case), "return", "请再改一改")
    assert school.decide("T3", open_task(case)).outcome == "granted"


def test_what_the_owner_decides_after_ten_returns_goes_to_the_head_above_where_his_post_is_vacant(school):
    case = school.apply()
    Case.objects.filter(pk=case.pk).update(returns=MOST_RETURNS - 1)
    school.decide("T1", open_task(case), "return", "请再改一改")
    cases.resubmit(by=school.actor("S1"), person_id=school["S1"], case=case, data=dict(case.data))
    assert todo(school, "T3") == [case.pk]
    people.appoint(
        by=SYSTEM,
        unit_id=school.units["1000"],
        office="head",
        person_id=school["T5"],
        starts_on=date(2020, 1, 1),
        ends_on=None,
        document="任命",
    )
    end_post_of(school["T3"])
    assert persons.assign_vacant() == 1
    assert (todo(school, "T1"), todo(school, "T5")) == ([], [case.pk]), "not to him who returned it"
    assert open_task(case).why == "returned"


def test_it_is_withdrawn_by_its_applicant_alone_and_once(school):
    case = school.apply()
    with pytest.raises(NotFoundError):
        cases.withdraw(by=school.actor("S2"), person_id=school["S2"], case=case)
    cases.withdraw(by=school.actor("S1"), person_id=school["S1"], case=case)
    with pytest.raises(WrongStateError):
        cases.withdraw(by=school.actor("S1"), person_id=school["S1"], case=case)
    assert (todo(school, "T1"), Task.objects.get(case=case).state) == ([], "cancelled")


def test_it_is_urged_once_a_day(school):
    case = school.apply()
    cases.urge(by=school.actor("S1"), person_id=school["S1"], case=case)
    assert open_task(case).urged_at is not None
    with pytest.raises(UrgedTodayError):
        cases.urge(by=school.actor("S1"), person_id=school["S1"], case=case)


@pytest.mark.capability("A007.1")
def test_branches_meet_and_signers_decide_by_number(school):
    case = school.apply("S1", "test.both", colleague=school["T5"])
    assert {task.step for task in Task.objects.filter(case=case)} == {"left", "right"}
    school.decide("T3", open_task(case, "left"))
    assert Token.objects.filter(case=case).count() == 2
    school.decide("T5", open_task(case, "right"))
    signers = Task.objects.filter(case=case, step="sign")
    assert signers.count() == 3
    school.decide("T5", signers.get(person_id=school["T5"]), "refuse", "不同意这样办")
    school.decide("T3", signers.get(pool_unit_id=school.units["1001"]))
    school.decide("T2", signers.get(pool_unit_id=school.units["12"]))
    case.refresh_from_db()
    assert list(case.tokens.values_list("step", flat=True)) == ["pay"]
    assert case.due_at is None, "the clock stands while the school waits"
    cases.go_on(by=SYSTEM, case_id=case.pk, step="hand")
    cases.go_on(by=SYSTEM, case_id=case.pk, step="pay")
    cases.go_on(by=SYSTEM, case_id=case.pk, step="pay")
    case.refresh_from_db()
    assert case.due_at is not None
    with pytest.raises(NotYoursError):
        school.decide("T3", open_task(case, "hand"), "refuse", "不是这样办")
    assert open_task(case, "hand").due_at == case.due_at
    school.decide("T3", open_task(case, "hand"), "done")
    case.refresh_from_db()
    assert case.outcome == "granted"


def test_a_refusal_in_one_branch_ends_the_other(school):
    case = school.apply("S1", "test.both", colleague=school["T5"])
    school.decide("T3", open_task(case, "left"), "refuse", "材料不全，不办")
    case.refresh_from_db()
    assert (case.outcome, todo(school, "T5")) == ("refused", [])


def test_a_task_is_handed_over(school):
    case = school.apply()
    give = {"by": school.actor("T1"), "person_id": school["T1"], "comment": "他熟悉"}
    for number in ("S1", "S2"):
        with pytest.raises(CannotTakeTaskError):
            tasks.transfer(**give, task=open_task(case), to_id=school[number])
    tasks.transfer(**give, task=open_task(case), to_id=school["T4"])
    assert (todo(school, "T1"), todo(school, "T4")) == ([], [case.pk])
    school.decide("T4", open_task(case))


@pytest.mark.parametrize(("opinion", "outcome"), [("agree", "granted"), ("refuse", "granted")])
def test_a_signer_before_gives_an_opinion_and_the_holder_decides(school, opinion, outcome):
    case = school.apply()
    tasks.add_signer(
        by=school.actor("T1"),
        person_id=school["T1"],
        task=open_task(case),
        signer_id=school["T4"],
        where="before",
        comment="",
    )
    assert (todo(school, "T1"), todo(school, "T4")) == ([], [case.pk])
    school.decide("T4", open_task(case), opinion, "我的意见在这里")
    assert todo(school, "T1") == [case.pk]
    school.decide("T1", open_task(case))
    case.refresh_from_db()
    assert case.outcome == outcome


@pytest.mark.parametrize(("last", "outcome"), [("agree", "granted"), ("refuse", "refused")])
def test_a_signer_after_says_the_last_word(school, last, outcome):
    case = school.apply()
    tasks.add_signer(
        by=school.actor("T1"),
        person_id=school["T1"],
        task=open_task(case),
        signer_id=school["T4"],
        where="after",
        comment="",
    )
    assert todo(school, "T4") == []
    school.decide("T1", open_task(case))
    school.decide("T4", open_task(case), last, "我的意见在这里")
    case.refresh_from_db()
    assert case.outcome == outcome


@pytest.mark.capability("A007.2")
def test_a_delegate_decides_in_anothers_name(school):
    delegations.delegate(
        by=school.actor("T1"),
        owner_id=school["T1"],
        delegate_id=school["T4"],
        definition=None,
        starts_on=campus_today(),
        ends_on=campus_today(),
        reason="出差",
    )
    case = school.apply()
    assert todo(school, "T4") == [case.pk]
    school.decide("T4", open_task(case))
    done = Task.objects.get(case=case)
    assert (done.done_by_id, done.done_for_id) == (school["T4"], school["T1"])
    assert "代陈辅导" in case.entries.get(verb="agree").words


def test_a_delegation_never_chains_nor_reaches_the_applicant(school):
    for owner, delegate in (("T1", "T4"), ("T4", "T5")):
        delegations.delegate(
            by=school.actor(owner),
            owner_id=school[owner],
            delegate_id=school[delegate],
            definition=None,
            starts_on=campus_today(),
            ends_on=campus_today() + timedelta(days=3),
            reason="出差",
        )
    assert todo(school, "T5") == []
    case = school.apply()
    assert (todo(school, "T4"), todo(school, "T5")) == ([case.pk], [])
    own = school.apply("T4")
    assert own.pk not in todo(school, "T4")
    with pytest.raises(OwnCaseError):
        school.decide("T4", open_task(own))
    with pytest.raises(DelegateRefusedError):
        delegations.delegate(
            by=school.actor("T1"),
            owner_id=school["T1"],
            delegate_id=school["T5"],
            definition=None,
            starts_on=campus_today(),
            ends_on=campus_today(),
            reason="又出差",
        )


def test_a_leavers_task_is_found_a_new_holder(school):
    case = school.apply("S1", "test.both", colleague=school["T5"])
    right = open_task(case, "right")
    origin = people.Origin(source="test", title="测试")
    tie = people.AffiliationRecord(
        kind="staff", campus_no="T5", starts_on=date(2020, 9, 1), ends_on=date(2026, 1, 1), state="ended"
    )
    record = people.PersonRecord(key="T5", person_id=school["T5"], affiliations=(tie,))
    people.apply_records(by=SYSTEM, records=[record], origin=origin)
    assert persons.assign_tasks_of_leavers(person_ids={school["T5"]}) == 1
    right.refresh_from_db()
    assert (right.person_id, right.pool_unit_id, right.why) == (None, school.units["1001"], "owner")
    assert persons.assign_tasks_of_leavers(person_ids={school["T5"]}) == 0


def test_a_vacant_post_hands_its_tasks_to_the_one_above(school):
    case = school.apply()
    people.appoint(
        by=SYSTEM,
        unit_id=school.units["1000"],
        office="counsellor",
        person_id=school["T5"],
        starts_on=date(2020, 1, 1),
        ends_on=None,
        document="任命",
    )
    held = people.posts_of(school["T1"])
    assert [one.office for one in held] == ["counsellor"]
    end_post_of(school["T1"])
    assert persons.assign_vacant() == 1
    assert todo(school, "T5") == [case.pk]


def end_post_of(person_id: int) -> None:
    from nanhu.platforms.people.models import Post

    people.end_post(by=SYSTEM, post=Post.objects.get(person_id=person_id), reason="届满")


def test_without_anybody_a_case_is_not_opened(school):
    for number in ("T1", "T3"):
        end_post_of(school[number])
    with pytest.raises(NobodyFoundError):
        school.apply()
    assert not Case.objects.exists()


def test_two_records_that_were_one_person_are_one_holder(school):
    case = school.apply("S1", "test.both", colleague=school["T5"])
    people.merge_persons(by=SYSTEM, kept_id=school["T4"], gone_id=school["T5"], reason="同一人")
    for _twice in range(2):
        persons.merge(kept_id=school["T4"], gone_id=school["T5"])
    assert case.pk in todo(school, "T4")
    people.merge_persons(by=SYSTEM, kept_id=school["S2"], gone_id=school["S1"], reason="同一人")
    persons.merge(kept_id=school["S2"], gone_id=school["S1"])
    case.refresh_from_db()
    assert case.applicant_id == school["S2"]


def test_a_promise_over_a_holiday_and_what_is_late(school, clock):
    clock("2026-09-24T16:00+08:00")
    case = school.apply()
    case.refresh_from_db()
    assert f"{campus_time(case.due_at):%m-%d %H:%M}" == "09-28 17:30"
    clock("2026-09-28T10:00+08:00")
    assert watching.tell_late() == 0
    clock("2026-09-28T16:10+08:00")
    assert watching.tell_late() == 1
    assert watching.tell_late() == 0
    clock("2026-09-28T18:00+08:00")
    assert watching.tell_late() == 1
    assert [one.verb for one in case.entries.order_by("pk")] == ["opened", "nearly_late", "late"]


def test_a_new_promise_is_for_new_cases(school, clock):
    """Those that run are warned of, and measured, by the promise that their applicants were given."""
    clock("2026-09-21T10:00+08:00")
    case = school.apply()
    Definition.objects.filter(key="test.leave").update(promise=48)
    clock("2026-09-21T12:00+08:00")
    assert watching.tell_late() == 0, "120 of 480 minutes"
    school.decide("T1", Task.objects.get(case=case))
    case.refresh_from_db()
    assert (case.promised, hours.used_of_case(case, now())) == (480, 120)


def test_a_returned_case_expires_after_fourteen_working_days(school, clock):
    clock("2026-11-02T10:00+08:00")
    case = school.apply()
    school.decide("T1", open_task(case), "return", "请写明去哪里")
    clock("2026-11-20T10:00+08:00")
    assert cases.expire_idle() == 0
    clock("2026-11-24T10:00+08:00")
    assert cases.expire_idle() == 1
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("closed", "expired")


def test_days_on_which_the_program_was_away_are_none_of_the_fourteen(school, clock):
    clock("2026-11-02T10:00+08:00")
    case = school.apply()
    school.decide("T1", open_task(case), "return", "请写明去哪里")
    away = [("11-05T17:00", "11-06T10:00"), ("11-14T09:00", "11-14T18:00"), ("11-17T20:00", "11-18T07:00")]
    for began, ended in away:
        at = [datetime.fromisoformat(f"2026-{one}+08:00") for one in (began, ended)]
        Outage.objects.create(began_at=at[0], ended_at=at[1])
    clock("2026-11-24T10:00+08:00")
    assert cases.expire_idle() == 0, "an evening and the morning after it"
    clock("2026-11-26T10:00+08:00")
    assert cases.expire_idle() == 1


def test_no_program_refuses_what_did_not_come(school):
    case = school.apply("S1", "test.both", colleague=school["T4"])
    for number in ("T3", "T4", "T3", "T4"):
        school.decide(number, Task.objects.filter(case=case, state="open").order_by("pk").first())
    assert list(case.tokens.values_list("step", flat=True)) == ["pay"]
    cases.did_not_come(by=SYSTEM, case_id=case.pk, step="pay")
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("closed", "expired")


def test_a_changed_body_is_a_new_version_and_cases_go_on_under_theirs(school, monkeypatch):
    case = school.apply()
    body = LEAVE.body
    from dataclasses import replace

    import msgspec

    shorter = replace(LEAVE, body=msgspec.structs.replace(body, steps=body.steps[1:]))
    monkeypatch.setitem(specs, LEAVE.key, shorter)
    assert definitions.publish(shorter)
    assert not definitions.publish(shorter)
    newer = school.apply("S2")
    assert (case.version.number, newer.version.number) == (1, 2)
    assert open_task(newer).step == "head"
    school.decide("T1", open_task(case))


def test_what_is_sealed_is_nowhere_in_the_open(school):
    case = school.apply(paper="430602200503180126")
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text, sealed FROM flows_case WHERE id = %s", [case.pk])
        text, sealed = cursor.fetchone()
    assert "430602" not in text
    assert b"430602" not in bytes(sealed)


def test_who_may_see_a_case(school):
    case = school.apply()
    sees = {number for number in school.persons if visible_cases(school[number]).filter(pk=case.pk).exists()}
    assert sees == {"S1", "T1", "T3"}, "the applicant, the holder, the head of the unit that owns the process"


def test_faults_of_a_decision_change_nothing(school):
    case = school.apply()
    for decision in ("done", "nonsense", ""):
        with pytest.raises(CampusError):
            school.decide("T1", open_task(case), decision, "一二三四五")
    assert [one.verb for one in case.entries.all()] == ["opened"]
