"""Who may do a task when people stand in, leave, vote twice or turn out to be one; what publication refuses."""

from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, transaction

from nanhu.kernel.clock import campus_today
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.registry import Waiting, WaitingLine
from nanhu.platforms.flows import queries, registrations
from nanhu.platforms.flows.assigning import resolvers
from nanhu.platforms.flows.body import Body, Edge, Field, PostOf, Resolved, Step, faults_of
from nanhu.platforms.flows.errors import (
    AddedSignerError,
    CannotTakeTaskError,
    DataRefusedError,
    DelegateRefusedError,
    DelegationDaysError,
    NotYoursError,
    TwinCaseError,
    VotedError,
)
from nanhu.platforms.flows.models import Case, Delegation, Task
from nanhu.platforms.flows.services import cases, definitions, delegations, persons, tasks, watching
from nanhu.platforms.flows.specs import FlowSpec, specs
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.lifecycle.suspensions import suspend
from nanhu.platforms.messages.models import Entry
from nanhu.platforms.people import api as people

from .conftest import SYSTEM
from .test_cases import end_post_of, open_task, todo

WORDS = "一二三四五"
PAPER = "430602200503180126"


def post(school, unit, office, number):
    people.appoint(
        by=SYSTEM,
        unit_id=school.units[unit],
        office=office,
        person_id=school[number],
        starts_on=date(2020, 1, 1),
        ends_on=None,
        document="任命",
    )


def delegate(school, owner, to, *, ends_on=None):
    return delegations.delegate(
        by=school.actor(owner),
        owner_id=school[owner],
        delegate_id=school[to],
        definition=None,
        starts_on=campus_today(),
        ends_on=ends_on or campus_today(),
        reason="出差",
    )


def does(school, number, task, **more):
    return {"by": school.actor(number), "person_id": school[number], "task": task} | more


def leave_the_school(school, number):
    tie = people.AffiliationRecord(
        kind="staff", campus_no=number, starts_on=date(2020, 9, 1), ends_on=date(2026, 1, 1), state="ended"
    )
    record = people.PersonRecord(key=number, person_id=school[number], affiliations=(tie,))
    people.apply_records(by=SYSTEM, records=[record], origin=people.Origin(source="test", title="测试"))


def publish(monkeypatch, key, *steps, form=()):
    spec = FlowSpec(key=key, name="试", unit="1001", promise=480, prefix="SX", body=Body(form=form, steps=steps))
    assert faults_of(spec.body) == []
    monkeypatch.setitem(specs, key, spec)
    definitions.publish(spec)
    return spec


def test_a_delegate_claims_for_whom_he_stands_in(school):
    delegate(school, "T1", "T4")
    case = school.apply()
    tasks.claim(**does(school, "T4", open_task(case)))
    assert open_task(case).claimed_by_id == school["T1"]
    assert (todo(school, "T1"), todo(school, "T4")) == ([case.pk], [case.pk])
    tasks.release(**does(school, "T4", open_task(case)))
    tasks.claim(**does(school, "T4", open_task(case)))
    school.decide("T4", open_task(case))
    assert [one.words for one in case.entries.filter(verb__in=["claimed", "released", "agree"])] == ["代陈辅导"] * 4


def test_a_claim_is_released_when_its_claimers_post_ends(school):
    post(school, "12", "counsellor", "T4")
    case = school.apply()
    tasks.claim(**does(school, "T1", open_task(case)))
    end_post_of(school["T1"])
    assert (todo(school, "T1"), todo(school, "T4")) == ([], [])
    persons.assign_vacant()
    assert (todo(school, "T4"), open_task(case).state) == ([case.pk], "open")


def test_a_step_that_opens_after_the_due_time_is_told_once_a_promise(school, clock):
    clock("2026-09-24T16:00+08:00")
    case = school.apply(days={"first": "2026-12-01", "last": "2026-12-09"})
    clock("2026-09-28T18:10+08:00")
    school.decide("T1", open_task(case))
    assert watching.tell_late() == 1, "the case is late"
    for minute in range(11, 30, 3):
        clock(f"2026-09-28T18:{minute}+08:00")
        assert watching.tell_late() == 0
    assert open_task(case).level == 100
    clock("2028-09-28T10:00+08:00")
    assert (watching.tell_late(), open_task(case).level) == (1, 1000)
    clock("2032-09-28T10:00+08:00")
    assert watching.tell_late() == 0


def test_one_task_that_cannot_be_told_does_not_silence_the_others(school, clock, monkeypatch):
    clock("2026-09-24T16:00+08:00")
    first, second = school.apply(), school.apply("S2")
    clock("2026-09-28T18:00+08:00")
    tell = watching.tell

    def fail_for_the_first(holders, case, words):
        if case.pk == first.pk:
            raise IntegrityError("planted")
        tell(holders, case, words)

    monkeypatch.setattr(watching, "tell", fail_for_the_first)
    assert watching.tell_late() == 1
    assert (open_task(first).level, open_task(second).level) == (0, 100)


def test_a_signer_who_was_added_says_his_word_and_no_more(school):
    case = school.apply()
    tasks.add_signer(**does(school, "T1", open_task(case)), signer_id=school["T4"], where="after", comment="")
    school.decide("T1", open_task(case))
    for where in ("before", "after"):
        with pytest.raises(AddedSignerError):
            tasks.add_signer(**does(school, "T4", open_task(case)), signer_id=school["T5"], where=where, comment="")
    with pytest.raises(NotYoursError):
        school.decide("T4", open_task(case), "return", WORDS)
    school.decide("T4", open_task(case), "refuse", WORDS)
    case.refresh_from_db()
    assert case.outcome == "refused"


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_merge_leaves_nobody_waiting_for_ever(school, where):
    case = school.apply("S1", "test.both", colleague=school["T5"])
    right = open_task(case, "right")
    tasks.add_signer(**does(school, "T5", right), signer_id=school["T4"], where=where, comment="")
    people.merge_persons(by=SYSTEM, kept_id=school["T4"], gone_id=school["T5"], reason="同一人")
    persons.merge(kept_id=school["T4"], gone_id=school["T5"])
    (living,) = Task.objects.filter(case=case, step="right", state__in=["waiting", "open", "claimed"])
    assert (living.pk, living.state, living.person_id) == (right.pk, "open", school["T4"])
    assert registrations.check_stuck().verdict == "ok"
    school.decide("T4", living)


def test_the_doctor_names_a_case_where_everybody_waits(school):
    case = school.apply()
    Task.objects.filter(case=case).update(state="waiting")
    found = registrations.check_stuck()
    assert (found.verdict, case.number in found.message) == ("fail", True)


def test_the_record_that_turns_out_to_be_the_applicants_decides_nothing(school):
    case = school.apply("T4", "test.both", colleague=school["T5"])
    people.merge_persons(by=SYSTEM, kept_id=school["T4"], gone_id=school["T5"], reason="同一人")
    persons.merge(kept_id=school["T4"], gone_id=school["T5"])
    task = open_task(case, "right")
    assert (task.person_id, task.pool_unit_id, task.why) == (None, school.units["1001"], "owner")


def test_a_merged_record_that_a_form_names_is_the_kept_one(school):
    people.merge_persons(by=SYSTEM, kept_id=school["T4"], gone_id=school["T5"], reason="同一人")
    case = school.apply("S1", "test.both", colleague=school["T5"])
    assert open_task(case, "right").person_id == school["T4"]


def test_a_form_cannot_name_a_fellow_student_as_decider(school):
    case = school.apply("S1", "test.both", colleague=school["S2"])
    assert (open_task(case, "right").person_id, open_task(case, "right").why) == (None, "owner")


def test_what_a_step_seals_is_nowhere_in_the_open(school, monkeypatch):
    paper = Field(key="paper", label="证件号码", kind="document_number")
    note = Field(key="note", label="备注", is_required=False)
    step = Step(key="check", name="核对", kind="work", who=(PostOf(office="head"),), fields=(paper, note))
    publish(monkeypatch, "test.sealed", step)
    case = school.apply("S1", "test.sealed")
    school.decide("T3", open_task(case), "done", data={"paper": PAPER, "note": "已核", "strange": "x"})
    case.refresh_from_db()
    done = Task.objects.get(case=case)
    assert (case.data, done.data) == ({"note": "已核"}, {"note": "已核"})
    assert PAPER in case.sealed


def test_one_person_has_one_vote(school, monkeypatch):
    post(school, "12", "secretary", "T2")
    signers = (PostOf(unit="12", office="head"), PostOf(unit="12", office="secretary"), PostOf(office="head"))
    publish(monkeypatch, "test.votes", Step(key="sign", name="会签", kind="countersign", who=signers, needed=2))
    case = school.apply("S1", "test.votes")
    first, second, third = Task.objects.filter(case=case).order_by("pk")
    assert [one.place for one in (first, second, third)] == [0, 1, 2]
    school.decide("T2", first)
    with pytest.raises(VotedError):
        school.decide("T2", second)
    with pytest.raises(IntegrityError, match="one_vote_a_person"), transaction.atomic():
        Task.objects.filter(pk=second.pk).update(
            state="done", decision="agree", done_by_id=school["T2"], done_at="2026-11-26T00:00Z"
        )
    school.decide("T3", third)
    case.refresh_from_db()
    assert case.outcome == "granted"


def test_a_vacant_signer_is_replaced_in_his_own_place(school, monkeypatch):
    post(school, "12", "secretary", "T4")
    post(school, "1000", "secretary", "T5")
    signers = (PostOf(unit="12", office="head"), PostOf(unit="12", office="secretary"))
    publish(monkeypatch, "test.place", Step(key="sign", name="会签", kind="countersign", who=signers))
    case = school.apply("S1", "test.place")
    second = Task.objects.get(case=case, place=1)
    end_post_of(school["T4"])
    assert persons.assign_vacant() == 1
    second.refresh_from_db()
    assert (second.pool_unit_id, second.pool_office) == (school.units["1000"], "secretary")


def test_a_pool_of_the_applicant_alone_is_reassigned(school):
    post(school, "12", "counsellor", "T4")
    post(school, "1000", "counsellor", "T5")
    case = school.apply("T4")
    assert todo(school, "T1") == [case.pk]
    end_post_of(school["T1"])
    assert persons.assign_vacant() == 1
    assert todo(school, "T5") == [case.pk]


def test_a_delegate_who_has_left_decides_nothing(school):
    delegate(school, "T1", "T4")
    case = school.apply()
    leave_the_school(school, "T4")
    assert todo(school, "T4") == []
    with pytest.raises(NotYoursError):
        school.decide("T4", open_task(case))
    persons.assign_tasks_of_leavers(person_ids={school["T4"]})
    assert Delegation.objects.get().ended_at is not None


def test_a_delegation_that_was_given_while_two_were_one_ends_with_the_parting(school):
    """Nothing here delivers events: until the worker's turn he would decide what waits for another."""
    tomorrow = campus_today() + timedelta(days=1)
    older = delegate(school, "T1", "T5")
    merged = people.merge_persons(by=SYSTEM, kept_id=school["T1"], gone_id=school["T4"], reason="同一人")
    for owner, to in (("T1", "T2"), ("T3", "T1")):
        delegations.delegate(
            by=school.actor(owner),
            owner_id=school[owner],
            delegate_id=school[to],
            definition=None,
            starts_on=tomorrow,
            ends_on=tomorrow,
            reason="出差",
        )
    assert Delegation.objects.filter(ended_at=None).count() == 3
    people.part_persons(by=SYSTEM, merge_id=merged.pk, reason="是两个人")
    assert list(Delegation.objects.filter(ended_at=None)) == [older]
    assert AuditEntry.objects.filter(action="flows.end_delegation").count() == 2


def test_a_delegation_has_an_end_and_no_chain_through_a_transfer(school):
    with pytest.raises(DelegationDaysError, match="一年"):
        delegate(school, "T1", "T4", ends_on=campus_today() + timedelta(days=400))
    delegate(school, "T1", "T4")
    delegate(school, "T4", "T5")
    case = school.apply()
    with pytest.raises(CannotTakeTaskError):
        tasks.transfer(**does(school, "T4", open_task(case)), to_id=school["T4"], comment="")
    assert todo(school, "T5") == []
    tasks.transfer(**does(school, "T4", open_task(case)), to_id=school["T2"], comment="")
    line = AuditEntry.objects.filter(action="flows.transfer").latest("pk")
    assert set(line.facts["person_ids"]) == {school["T1"], school["T2"]}


def test_no_delegation_begins_on_a_day_that_is_over_or_ends_before_it_begins(school):
    today, leader = campus_today(), school.client("T1")
    said = {"delegate": "T4", "reason": "出差", "starts_on": str(today - timedelta(days=1)), "ends_on": str(today)}
    refused = leader.post("/flows/delegation/new/", said)
    assert (refused.status_code, "已经过去" in refused.content.decode()) == (422, True)
    said |= {"starts_on": str(today + timedelta(days=1))}
    assert leader.post("/flows/delegation/new/", said).status_code == 422
    far = leader.post("/flows/delegation/new/", said | {"ends_on": str(today + timedelta(days=400))})
    assert (far.status_code, 'id="id_ends_on_error"' in far.content.decode()) == (422, True), (
        "at the day, not the person"
    )
    with pytest.raises(DelegationDaysError, match="之前"):
        delegate(school, "T1", "T4", ends_on=today - timedelta(days=1))
    with pytest.raises(DelegateRefusedError, match="您自己"):
        delegate(school, "T1", "T1")
    leave_the_school(school, "T4")
    with pytest.raises(DelegateRefusedError, match="在职"):
        delegate(school, "T1", "T4")
    assert not Delegation.objects.exists()


def test_no_delegation_closes_a_circle_on_one_of_its_days(school):
    today = campus_today()
    delegate(school, "T1", "T4", ends_on=today + timedelta(days=3))
    delegate(school, "T4", "T5", ends_on=today + timedelta(days=1))
    for owner, to in (("T4", "T1"), ("T5", "T1"), ("T5", "T4")):
        with pytest.raises(DelegateRefusedError, match="又委托回到"):
            delegate(school, owner, to)
    said = {"delegate": "T1", "reason": "出差", "starts_on": str(today + timedelta(days=2))}
    said["ends_on"] = str(today + timedelta(days=3))
    assert school.client("T5").post("/flows/delegation/new/", said).status_code == 302, "not on the same days"
    assert Delegation.objects.count() == 3


def test_a_leaver_whose_event_was_missed_is_found_by_the_hour(school):
    case = school.apply("S1", "test.both", colleague=school["T5"])
    leave_the_school(school, "T5")
    assert persons.assign_left() == 1
    assert open_task(case, "right").why == "owner"


def test_whose_closed_account_was_missed_is_found_by_the_hour(school):
    case = school.apply(key="test.both", colleague=school["T5"])
    suspend(by=SYSTEM, account_id=identity.account_of(school["T5"]).pk, reason="停用")
    assert persons.assign_left() == 1
    assert open_task(case, "right").why == "owner"


def test_where_one_of_several_leaves_whose_first_word_counts_the_others_have_it_and_nobody_else(school, monkeypatch):
    monkeypatch.setitem(resolvers, "test.clerks", lambda _case: [school["T4"], school["T5"]])
    clerks = (Resolved(name="test.clerks"),)
    publish(monkeypatch, "test.first", Step(key="a", name="经办", kind="approve", who=clerks, needed="first"))
    case = school.apply("S1", "test.first")
    leave_the_school(school, "T5")
    assert persons.assign_left() == 0
    assert school.decide("T4", Task.objects.get(case=case, person=school["T4"])).outcome == "granted"


def test_one_task_that_finds_nobody_keeps_no_other_from_its_successor(school, monkeypatch):
    """As its office's post ends, by the hour after somebody left, and as he leaves."""
    assign = persons.assign_anew

    def fail_for_the_first(task_id, *, by):
        if task_id == first.pk:
            raise IntegrityError("planted")
        return assign(task_id, by=by)

    monkeypatch.setattr(persons, "assign_anew", fail_for_the_first)
    first, _second = (
        open_task(school.apply(one, "test.both", colleague=school["T5"]), "right") for one in ("S1", "S2")
    )
    leave_the_school(school, "T5")
    assert persons.assign_tasks_of_leavers(person_ids={school["T5"]}) == 1
    assert persons.assign_left() == 0
    first, _second = (open_task(school.apply(who)) for who in ("S1", "S2"))
    end_post_of(school["T1"])
    assert persons.assign_vacant() == 1
    monkeypatch.undo()
    assert (persons.assign_vacant(), persons.assign_left()) == (1, 1)


def test_one_case_that_does_not_expire_keeps_no_other(school, clock, monkeypatch):
    clock("2026-11-02T10:00+08:00")
    first, second = school.apply(), school.apply("S2")
    for one in (first, second):
        school.decide("T1", open_task(one), "return", WORDS)
    clock("2026-11-24T10:00+08:00")
    lock = cases.locked_case

    def fail_for_the_first(case_id):
        if case_id == first.pk:
            raise IntegrityError("planted")
        return lock(case_id)

    monkeypatch.setattr(cases, "locked_case", fail_for_the_first)
    assert cases.expire_idle() == 1
    assert list(Case.objects.filter(outcome="expired")) == [second]


def test_a_returned_case_does_not_become_a_twin(school):
    first = school.apply()
    school.decide("T1", open_task(first), "return", WORDS)
    other = school.apply(kind="病假")
    with pytest.raises(TwinCaseError, match=other.number):
        cases.resubmit(
            by=school.actor("S1"), person_id=school["S1"], case=first, data=dict(first.data) | {"kind": "病假"}
        )
    first.refresh_from_db()
    assert first.state == "returned"


def test_a_value_of_another_kind_opens_no_case(school):
    for wrong in ({"days": "2026-12-01"}, {"days": {"first": "2026-12-09", "last": "2026-12-01"}}, {"kind": 3}):
        with pytest.raises(DataRefusedError):
            school.apply(**wrong)
    assert not Case.objects.exists()


def test_members_who_come_second_read_who_was_faster(school):
    post(school, "12", "counsellor", "T4")
    case = school.apply()
    task = open_task(case)
    said = {"decision": "agree", "revision": task.revision}
    first, second, stranger = (school.client(number) for number in ("T1", "T4", "T5"))
    assert first.post(f"/flows/tasks/{task.public_id}/claim/").status_code == 302
    late = second.post(f"/flows/tasks/{task.public_id}/decide/", said)
    assert (late.status_code, "陈辅导" in late.content.decode()) == (409, True)
    assert first.post(f"/flows/tasks/{task.public_id}/decide/", said | {"revision": 2}).status_code == 302
    late = second.post(f"/flows/tasks/{task.public_id}/decide/", said)
    assert (late.status_code, "陈辅导" in late.content.decode()) == (409, True)
    assert stranger.post(f"/flows/tasks/{task.public_id}/decide/", said).status_code == 404


def test_a_transfer_pressed_twice_says_who_has_it(school):
    task = open_task(school.apply("S1", "test.both", colleague=school["T5"]), "right")
    holder = school.client("T5")
    assert holder.post(f"/flows/tasks/{task.public_id}/transfer/", {"person": "T4", "revision": 1}).status_code == 302
    again = holder.post(f"/flows/tasks/{task.public_id}/transfer/", {"person": "T4", "revision": 1})
    assert (again.status_code, "赵同事" in again.content.decode()) == (409, True)


def test_the_applicant_and_stand_ins_are_told_and_nobody_of_his_own_case(school):
    delegate(school, "T1", "T4")
    post(school, "12", "counsellor", "T2")
    case = school.apply("T2")
    holders = Entry.objects.filter(message__link="/flows/").values_list("person_id", flat=True)
    assert sorted(holders) == sorted([school["T1"], school["T4"]])
    Entry.objects.all().delete()
    school.decide("T1", open_task(case))
    mine = Entry.objects.filter(person=school["T2"]).values_list("message__link", "message__text")
    assert list(mine) == [(f"/flows/cases/{case.public_id}/", f"同意：{case}")]


def test_what_was_decided_is_not_deleted(school):
    case = school.apply()
    school.decide("T1", open_task(case))
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM flows_task WHERE case_id = %s", [case.pk])


def test_what_an_applicant_and_a_holder_do_is_in_the_audit_log(school):
    case = school.apply()
    tasks.claim(**does(school, "T1", open_task(case)))
    tasks.release(**does(school, "T1", open_task(case)))
    cases.urge(by=school.actor("S1"), person_id=school["S1"], case=case)
    school.decide("T1", open_task(case), "return", WORDS)
    cases.resubmit(by=school.actor("S1"), person_id=school["S1"], case=case, data=dict(case.data))
    cases.withdraw(by=school.actor("S1"), person_id=school["S1"], case=case)
    lines = AuditEntry.objects.filter(target=f"case:{case.number}").order_by("pk").values_list("action", flat=True)
    assert [one.removeprefix("flows.") for one in lines] == [
        "open_case",
        "claim",
        "release",
        "urge",
        "decide",
        "resubmit",
        "withdraw",
    ]


@pytest.mark.capability("A007.2")
def test_one_room_that_fails_takes_no_list_away(school, monkeypatch):
    def fail(_viewer, _most):
        raise RuntimeError("planted")

    def tell(viewer, _most):
        line = WaitingLine(title="核对名册", url="/elsewhere/7/", who="学工处")
        return Waiting(count=1, url="/elsewhere/", lines=[line]) if viewer.campus_no == "T1" else None

    known = next(iter(queries.waiting_work))
    rooms = [replace(known, load=fail), replace(known, key="test.elsewhere", title="别的系统", load=tell)]
    monkeypatch.setattr(queries, "waiting_work", rooms)
    case = school.apply()
    page = school.client("T1").get("/flows/")
    assert (page.status_code, case.applicant_name in page.content.decode()) == (200, True)
    assert [word in page.content.decode() for word in ("核对名册", 'href="/elsewhere/7/"')] == [True, True]
    assert '<span class="n">2</span>' in page.content.decode(), "the tab counts what tile and bell count"
    assert "核对名册" not in school.client("T4").get("/flows/").content.decode(), "what waits for another"


def test_a_look_is_noted_where_something_was_sealed(school):
    case, open_case = school.apply(paper=PAPER), school.apply(kind="病假")
    counsellor = school.client("T1")
    for one, status in ((case, 200), (open_case, 404)):
        answer = counsellor.post(f"/flows/cases/{one.public_id}/reveal/", {"purpose": "核对身份证件"})
        assert answer.status_code == status
    looks = AuditEntry.objects.filter(action="flows.reveal_sealed")
    assert list(looks.values_list("target", "reason")) == [(f"person:{school['S1']}", f"{case.number}　核对身份证件")]


def test_whose_account_is_closed_holds_nothing_any_more(school):
    held = school.apply(key="test.both", colleague=school["T5"])
    claimed = school.apply()
    tasks.claim(by=school.actor("T1"), person_id=school["T1"], task=open_task(claimed))
    for number in ("T5", "T1"):
        suspend(by=SYSTEM, account_id=identity.account_of(school[number]).pk, reason="停用")
    persons.assign_tasks_of_closed(person_ids={school["T5"], school["T1"]})
    right = Task.objects.get(case=held, step="right", state__in=["open", "claimed"])
    assert (right.person_id, right.why) == (None, "owner")
    assert (open_task(claimed).state, open_task(claimed).claimed_by_id) == ("open", None)


def test_nobody_empties_what_is_history(school):
    for table in ("flows_task", "flows_version", "flows_entry"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"TRUNCATE {table} CASCADE")


def test_where_something_must_be_typed_the_list_offers_no_agreeing(school, monkeypatch):
    note = Field(key="note", label="备注")
    step = Step(key="check", name="核对", kind="approve", who=(PostOf(office="head"),), fields=(note,))
    wait = Step(key="pay", name="等缴费", kind="wait")
    publish(monkeypatch, "test.typed", step, wait)
    case = school.apply("S1", "test.typed")
    assert 'value="agree"' not in school.client("T3").get("/flows/").content.decode()
    said = {"decision": "agree", "note": "已核", "revision": 1}
    address = f"/flows/tasks/{open_task(case).public_id}/decide/"
    assert school.client("T3").post(address, said).status_code == 302
    assert "等您修改" not in school.client("S1").get(f"/flows/cases/{case.public_id}/").content.decode()


HEAD = (PostOf(office="head"),)
APPROVE = Step(key="a", name="甲", kind="approve", who=HEAD)
FORM = (
    Field(key="n", label="数", kind="number"),
    Field(key="on", label="日", kind="date"),
    Field(key="span", label="段", kind="span"),
    Field(key="kind", label="种类", kind="one_of", choices=("甲", "乙")),
    Field(key="paper", label="证件", kind="document_number"),
    Field(key="who", label="人", kind="person"),
)


def edged(when):
    return msgspec.structs.replace(APPROVE, edges=(Edge(to="end", when=when), Edge(to="end")))


@pytest.mark.parametrize(
    "when",
    [
        "n = '3'",
        "n > 2026-01-01",
        "on > 3",
        "on.days > 3",
        "span > 3",
        "kind > 3",
        "kind in (1)",
        "paper = '1'",
        "who = '1'",
    ],
)
def test_a_condition_between_two_kinds_is_not_published(when):
    assert faults_of(Body(form=FORM, steps=(edged(when),)))


@pytest.mark.parametrize("when", ["n > 3.5", "on in (2026-12-01)", "span.days > 3", "kind in ('甲')", "who = 5"])
def test_a_condition_of_one_kind_is_published(when):
    assert faults_of(Body(form=FORM, steps=(edged(when),))) == []


@pytest.mark.parametrize(
    ("form", "step", "said"),
    [
        ((), msgspec.structs.replace(APPROVE, edges=(Edge(to="end", when="n > 3"),)), "may lead nowhere"),
        ((), Step(key="j", name="汇合", kind="join"), "no step splits"),
        ((), Step(key="c", name="会签", kind="countersign", who=HEAD, needed=2), "2 of 1"),
        ((), Step(key="c", name="会签", kind="countersign", who=HEAD, needed=0), "0 of 1"),
        ((Field(key="p", label="证件", kind="document_number", is_key=True),), APPROVE, "sealed"),
    ],
)
def test_what_would_hinder_cases_is_not_published(form, step, said):
    assert any(said in one for one in faults_of(Body(form=form, steps=(step,))))


@pytest.mark.parametrize(
    "step",
    [
        Step(key="a", name="自动", kind="automatic", action="nobody.registered"),
        Step(key="a", name="甲", kind="approve", who=(Resolved(name="nobody"),)),
    ],
)
def test_what_no_room_registered_is_not_published(db, step):
    spec = FlowSpec(key="test.none", name="无", unit="1001", promise=1, prefix="SX", body=Body(form=(), steps=(step,)))
    with pytest.raises(ImproperlyConfigured, match="registered nowhere"):
        definitions.publish(spec)
