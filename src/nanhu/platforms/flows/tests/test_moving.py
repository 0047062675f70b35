"""A newer version over running cases: judged case by case with what breaks named, moved, asked, put back until somebody has decided."""

import io
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from django.db import IntegrityError, OperationalError, transaction
from openpyxl import load_workbook

from nanhu.kernel.errors import ReasonMissingError, WrongStateError
from nanhu.kernel.models import Progress
from nanhu.platforms.flows import assigning
from nanhu.platforms.flows.body import Body, Edge, Field, PersonIn, PostOf, Resolved, Step
from nanhu.platforms.flows.errors import MappingRefusedError, MoveAtWorkError, TooLateToWithdrawError
from nanhu.platforms.flows.models import Case, Definition, Entry, Move, MoveRow, Task, Token
from nanhu.platforms.flows.services import cases, definitions, moving, persons
from nanhu.platforms.flows.services.engine import actions
from nanhu.platforms.flows.sources import KEEPER
from nanhu.platforms.flows.specs import FlowSpec, specs
from nanhu.platforms.identity import api as identity

from .conftest import BOTH, LEAVE, SYSTEM, second_keeper

PHONE = Field(key="phone", label="电话", kind="phone")


@pytest.fixture
def publish(school, monkeypatch):
    """publish(LEAVE, form=…, steps=…) → the versions before and after."""

    def publish(spec, **body):
        changed = replace(spec, body=msgspec.structs.replace(spec.body, **body))
        monkeypatch.setitem(specs, spec.key, changed)
        definitions.publish_all()
        found = Definition.objects.get(key=spec.key).versions.order_by("number")
        return list(found)[-2:]

    return publish


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    """What the worker would do is done when the test says so."""
    monkeypatch.setattr(moving, "defer", lambda _name, **_arguments: None)


def work(move):
    moving.work_off(move_id=move.pk, by_name="system:test")
    move.refresh_from_db()


def judged(versions, **mapping):
    move = moving.ask(by=SYSTEM, source=versions[0], target=versions[1], mapping=mapping, reason="换表")
    work(move)
    return move


def moved(versions, **mapping):
    move = judged(versions, **mapping)
    moving.move(by=second_keeper(), move=move)
    work(move)
    return move


def undone(move):
    moving.undo(by=SYSTEM, move=move)
    work(move)


def verdicts(move):
    return {row.case.number: (row.verdict, row.words) for row in move.rows.select_related("case")}


def renamed(step, key):
    return msgspec.structs.replace(step, key=key, name="新的辅导员审批")


def test_a_case_goes_on_under_the_new_version_at_the_renamed_step(school, publish):
    case = school.apply(days={"first": "2026-12-01", "last": "2026-12-09"})
    first, head = LEAVE.body.steps
    versions = publish(LEAVE, steps=(renamed(first, "tutor"), head))
    move = moved(versions, counsellor="tutor")
    case.refresh_from_db()
    token, task = Token.objects.get(case=case), Task.objects.get(case=case)
    assert (case.version, token.step, task.step, task.revision) == (versions[1], "tutor", "tutor", 2)
    assert Entry.objects.filter(case=case, verb="moved").count() == 1
    assert move.state == "moved"
    school.decide("T1", task)
    assert Token.objects.get(case=case).step == "head", "and goes its way"


def test_a_step_that_is_gone_keeps_its_cases_on_the_old_version(school, publish):
    case = school.apply()
    move = moved(publish(LEAVE, steps=LEAVE.body.steps[1:]))
    case.refresh_from_db()
    assert verdicts(move)[case.number] == ("breaks", "新版本没有“辅导员审批”这一步")
    assert (case.version.number, Task.objects.get(case=case).state) == (1, "open")
    assert school.decide("T1", Task.objects.get(case=case)).outcome == "granted"


def test_what_the_new_form_asks_the_applicant_is_asked(school, publish):
    case = school.apply()
    move = moved(publish(LEAVE, form=(*LEAVE.body.form, PHONE)))
    case.refresh_from_db()
    assert verdicts(move)[case.number] == ("asks", "电话")
    assert (case.state, case.version.number, case.due_at, case.returns) == ("returned", 2, None, 0)
    assert not Token.objects.filter(case=case).exists()
    page = school.client("S1").get(f"/flows/cases/{case.public_id}/").content.decode()
    assert "请补填：电话" in page
    again = cases.resubmit(
        by=school.actor("S1"), person_id=school["S1"], case=case, data={**case.data, "phone": "13800000000"}
    )
    assert (again.state, Token.objects.get(case=case).step) == ("running", "counsellor")


def test_undo_puts_back_who_held_it_and_nothing_more(school, publish):
    safe = school.apply("S2")
    asked = school.apply()
    task = Task.objects.get(case=asked)
    Task.objects.filter(pk=task.pk).update(state="claimed", claimed_by_id=school["T1"])
    move = moved(
        publish(
            LEAVE,
            form=(*LEAVE.body.form, msgspec.structs.replace(PHONE, is_required=False), Field(key="to", label="去哪里")),
        )
    )
    assert {one for one, _words in verdicts(move).values()} == {"asks"}
    undone(move)
    for case in (safe, asked):
        case.refresh_from_db()
        assert (case.version.number, case.state, case.minutes_left) == (1, "running", None)
        assert case.due_at is not None
    row = Task.objects.get(pk=task.pk)
    assert (row.state, row.claimed_by_id, row.token.step) == ("claimed", school["T1"], "counsellor")
    assert school.decide("T1", row).outcome == "granted"
    assert Entry.objects.filter(case=asked, verb="moved_back").exists()


def test_undo_leaves_what_was_decided_since(school, publish):
    long = {"first": "2026-12-01", "last": "2026-12-09"}
    decided, untouched = school.apply(days=long), school.apply("S2", days=long)
    first, head = LEAVE.body.steps
    move = moved(publish(LEAVE, steps=(renamed(first, "tutor"), head)), counsellor="tutor")
    school.decide("T1", Task.objects.get(case=decided))
    undone(move)
    decided.refresh_from_db()
    untouched.refresh_from_db()
    assert (decided.version.number, untouched.version.number) == (2, 1)
    assert verdicts(move)[decided.number][1] == "新版本下已有人办过，不再放回"
    assert Token.objects.get(case=untouched).step == "counsellor"
    assert Task.objects.get(case=untouched).step == "counsellor"


def test_branches_that_would_not_meet_stay(school, publish):
    case = school.apply(key="test.both", colleague=school["T5"])
    split, left, right, meet, *rest = BOTH.body.steps
    third = Step(key="third", name="第三", kind="approve", who=(PostOf(office="head"),), edges=(Edge(to="meet"),))
    wider = msgspec.structs.replace(split, branches=("left", "right", "third"))
    move = judged(publish(BOTH, steps=(wider, left, right, third, meet, *rest)))
    assert verdicts(move)[case.number] == ("breaks", "从“分开”分开的几路在新版本里合不拢")
    same = judged(publish(BOTH, steps=(split, msgspec.structs.replace(left, name="左边"), right, meet, *rest)))
    assert verdicts(same) == {}, "of the version before it there is none"


def test_branches_with_other_names_go_on_and_meet(school, publish):
    case = school.apply(key="test.both", colleague=school["T5"])
    split, left, right, meet, *rest = BOTH.body.steps
    names = {"start": "fork", "meet": "met"}
    steps = (
        msgspec.structs.replace(split, key="fork", join="met"),
        msgspec.structs.replace(left, edges=(Edge(to="met"),)),
        msgspec.structs.replace(right, edges=(Edge(to="met"),)),
        msgspec.structs.replace(meet, key="met"),
        *rest,
    )
    moved(publish(BOTH, steps=steps), **names)
    assert set(Token.objects.filter(case=case).values_list("branch", flat=True)) == {"/fork.0", "/fork.1"}
    for number, step in (("T3", "left"), ("T5", "right")):
        school.decide(number, Task.objects.get(case=case, step=step))
    assert Token.objects.get(case=case).step == "sign"


def test_a_move_begun_again_after_a_break_does_nothing_twice(school, publish, monkeypatch):
    made = [school.apply(days={"first": f"2026-12-{day:02}", "last": f"2026-12-{day:02}"}) for day in range(1, 5)]
    first, head = LEAVE.body.steps
    move = judged(publish(LEAVE, steps=(renamed(first, "tutor"), head)), counsellor="tutor")
    moving.move(by=second_keeper(), move=move)
    carry, carried = moving.Worker.carry, []

    def breaking(worker, case, *more):
        if len(carried) == 2:
            raise OperationalError
        carried.append(case.number)
        carry(worker, case, *more)

    monkeypatch.setattr(moving.Worker, "carry", breaking)
    with pytest.raises(OperationalError):
        work(move)
    assert Case.objects.filter(version=move.target).count() == 2
    monkeypatch.setattr(moving.Worker, "carry", carry)
    work(move)
    assert Case.objects.filter(version=move.target).count() == len(made)
    assert Entry.objects.filter(verb="moved").count() == len(made)


def test_only_what_was_judged_is_moved_and_each_once(school, publish):
    school.apply()
    versions = publish(LEAVE, steps=LEAVE.body.steps[:1])
    with pytest.raises(MappingRefusedError):
        moving.ask(by=SYSTEM, source=versions[0], target=versions[1], mapping={"nothing": "counsellor"}, reason="换表")
    with pytest.raises(MappingRefusedError):
        moving.ask(by=SYSTEM, source=versions[1], target=versions[0], mapping={}, reason="换表")
    move = moving.ask(by=SYSTEM, source=versions[0], target=versions[1], mapping={}, reason="换表")
    with pytest.raises(MoveAtWorkError):
        moving.ask(by=SYSTEM, source=versions[0], target=versions[1], mapping={}, reason="换表")
    one = second_keeper().account_id
    for early in (moving.move, moving.undo):
        with pytest.raises(WrongStateError):
            early(by=SYSTEM, move=move)
    with pytest.raises(ReasonMissingError):
        moving.ask(by=SYSTEM, source=versions[0], target=versions[1], mapping={}, reason=" ")
    with pytest.raises(IntegrityError), transaction.atomic():
        Move.objects.filter(pk=move.pk).update(target=versions[0])
    for by_one in ({"state": "moved"}, {"state": "moved", "asked_by": one, "moved_by": one}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Move.objects.filter(pk=move.pk).update(**by_one)


def test_of_many_generated_cases_the_three_planted_to_break_are_named(school, publish):
    """One at a step that is gone, one whose condition ahead asks for what it does not say, one at a signing whose signers changed."""
    long = {"first": "2026-12-01", "last": "2026-12-09"}
    made = [
        school.apply(
            ("S1", "S2")[number % 2],
            reason=f"第{number}次",
            days={"first": f"2026-{number % 11 + 1:02}-01", "last": f"2026-{number % 11 + 1:02}-0{number % 2 + 1}"},
            kind=("事假", "病假")[number // 22 % 2],
        )
        for number in range(30)
    ]
    gone = school.apply(days=long)
    school.decide("T1", Task.objects.get(case=gone))
    silent = school.apply("S2", days=long)
    Case.objects.filter(pk=silent.pk).update(data={**silent.data, "reason": ""})
    first, head = LEAVE.body.steps
    asks_reason = msgspec.structs.replace(
        first, edges=(Edge(to="end", when="reason = '回家'"), Edge(to="dean", when="days.days > 3"), Edge(to="end"))
    )
    form = tuple(
        msgspec.structs.replace(one, source="people.name") if one.key == "reason" else one for one in LEAVE.body.form
    )
    leave = judged(publish(LEAVE, form=form, steps=(asks_reason, msgspec.structs.replace(head, key="dean"))))
    found = verdicts(leave)
    assert len(found) == len(made) + 2
    assert {number: words for number, (verdict, words) in found.items() if verdict == "breaks"} == {
        gone.number: "新版本没有“学院审批”这一步",
        silent.number: "后面的条件要用“事由”，这件申请没有填",
    }
    signed = school.apply(key="test.both", colleague=school["T5"])
    for number, step in (("T3", "left"), ("T5", "right")):
        school.decide(number, Task.objects.get(case=signed, step=step))
    sign = next(step for step in BOTH.body.steps if step.key == "sign")
    others = tuple(msgspec.structs.replace(sign, needed=3) if step is sign else step for step in BOTH.body.steps)
    assert verdicts(judged(publish(BOTH, steps=others))) == {signed.number: ("breaks", "“会签”的会签人变了")}


def test_by_hand_from_the_dry_run_to_the_undo(school, publish):
    case = school.apply()
    versions = publish(LEAVE, form=(*LEAVE.body.form, PHONE))
    account = identity.account_of(school["T5"])
    identity.grant_role(by=SYSTEM, account_id=account.pk, role=KEEPER)
    identity.grant_role(by=SYSTEM, account_id=second_keeper().account_id, role=KEEPER)
    keeper, second, stranger = school.client("T5"), school.client("T4"), school.client("T3")
    pair = f"{versions[0].pk}-{versions[1].pk}"
    wrong = keeper.post("/flows/keeping/moves/new/", {"pair": pair, "mapping": "counsellor", "reason": "换表"})
    assert wrong.status_code == 422
    address = keeper.post("/flows/keeping/moves/new/", {"pair": pair, "mapping": "", "reason": "换表"})["Location"]
    move = Move.objects.get()
    assert "试算中" in keeper.get(address).content.decode()
    work(move)
    page = keeper.get(address).content.decode()
    assert all(said in page for said in ("请申请人补填 1 件", case.number, "电话"))
    assert f"{address}carry-out/" not in page, "offered to another than who asked"
    for name in ("", "carry-out/", "undo/"):
        assert stranger.post(f"{address}{name}").status_code == 404
    assert keeper.post(f"{address}carry-out/").status_code == 409, "by another than who asked"
    move.refresh_from_db()
    assert (move.state, move.moved_by_id) == ("checked", None)
    assert [address in one.get("/flows/").content.decode() for one in (second, keeper)] == [True, False]
    assert second.post(f"{address}carry-out/").status_code == 302
    work(move)
    assert address not in second.get("/flows/").content.decode()
    assert "撤销迁移" in keeper.get(address).content.decode()
    assert keeper.post(f"{address}undo/").status_code == 302
    work(move)
    case.refresh_from_db()
    assert (case.version.number, case.state) == (1, "running")
    assert "请假" in keeper.get("/flows/keeping/moves/").content.decode()


def test_what_a_dry_run_says_of_each_is_taken_out_as_a_sheet(school, publish):
    case = school.apply()
    move = judged(publish(LEAVE, form=(*LEAVE.body.form, PHONE)))
    account = identity.account_of(school["T5"])
    identity.grant_role(by=SYSTEM, account_id=account.pk, role=KEEPER)
    address = f"/flows/keeping/moves/{move.public_id}/rows.xlsx"
    sheet = school.client("T5").get(address)
    heads, line = load_workbook(io.BytesIO(b"".join(sheet.streaming_content))).active.iter_rows(values_only=True)
    assert (heads[0], line[0], "电话" in line[3]) == ("编号", case.number, True)
    assert school.client("T3").get(address).status_code == 404


LONG = {"first": "2026-12-01", "last": "2026-12-09"}


def test_a_step_that_comes_to_stand_inside_a_split_keeps_its_cases(school, publish):
    """Its branch would come alone to a join that waits for two, or for none."""
    case = school.apply(days=LONG)
    first, head = LEAVE.body.steps
    inside = msgspec.structs.replace(first, edges=(Edge(to="meet"),))
    steps = (
        Step(key="start", name="分开", kind="split", branches=("counsellor", "right"), join="meet"),
        inside,
        Step(key="right", name="右", kind="approve", who=(PostOf(office="head"),), edges=(Edge(to="meet"),)),
        Step(key="meet", name="汇合", kind="join"),
        head,
    )
    move = moved(publish(LEAVE, steps=steps))
    assert verdicts(move)[case.number] == ("breaks", "“辅导员审批”在新版本里是另一路上的一步")
    school.decide("T1", Task.objects.get(case=case))
    assert Token.objects.get(case=case).step == "head", "and goes on where it was"


def test_a_branch_whose_step_comes_to_stand_behind_the_join_stays(school, publish):
    case = school.apply(key="test.both", colleague=school["T5"])
    split, left, right, meet, *rest = BOTH.body.steps
    third = Step(key="third", name="第三", kind="approve", who=(PostOf(office="head"),), edges=(Edge(to="meet"),))
    last = msgspec.structs.replace(left, edges=(Edge(to="sign"),))
    steps = (msgspec.structs.replace(split, branches=("third", "right")), third, right, meet, last, *rest)
    move = judged(publish(BOTH, steps=steps))
    assert verdicts(move)[case.number] == ("breaks", "“左”在新版本里是另一路上的一步")


def test_a_case_that_fails_stays_and_hinders_no_other(school, publish, monkeypatch):
    odd, good = school.apply(days=LONG), school.apply("S2", days=LONG)
    first, head = LEAVE.body.steps

    def resolver(case):
        if case.pk == odd.pk:
            raise KeyError("hub")
        return [school["T1"]]

    monkeypatch.setitem(assigning.resolvers, "odd", resolver)
    asked = msgspec.structs.replace(first, who=(Resolved(name="odd"),))
    move = moved(publish(LEAVE, steps=(asked, head)))
    assert verdicts(move)[odd.number] == ("breaks", "这一件出错了，没有动：KeyError")
    assert (move.state, verdicts(move)[good.number][0]) == ("moved", "safe")
    assert list(Case.objects.filter(version=move.target)) == [good]


def test_a_case_that_fails_while_it_is_moved_stays_too(school, publish, monkeypatch):
    odd, good = school.apply(days=LONG), school.apply("S2", days=LONG)
    first, head = LEAVE.body.steps
    move = judged(publish(LEAVE, steps=(first, msgspec.structs.replace(head, name="学院再审"))))
    carry = moving.Worker.carry

    def failing(worker, case, *more):
        carry(worker, case, *more)
        if case.pk == odd.pk:
            raise ValueError

    monkeypatch.setattr(moving.Worker, "carry", failing)
    moving.move(by=second_keeper(), move=move)
    work(move)
    odd.refresh_from_db()
    assert (odd.version, move.rows.get(case=odd).state) == (move.source, "kept")
    assert verdicts(move)[odd.number][1] == "这一件出错了，没有动：ValueError"
    assert Case.objects.get(pk=good.pk).version == move.target


def test_work_that_came_to_a_stand_is_begun_again_by_hand(school, publish):
    school.apply()
    versions = publish(LEAVE, steps=LEAVE.body.steps[:1])
    move = moving.ask(by=SYSTEM, source=versions[0], target=versions[1], mapping={}, reason="换表")
    account = identity.account_of(school["T5"])
    identity.grant_role(by=SYSTEM, account_id=account.pk, role=KEEPER)
    keeper, address = school.client("T5"), f"/flows/keeping/moves/{move.public_id}/"
    assert "接着办" not in keeper.get(address).content.decode()
    Progress.objects.update(changed_at=Progress.objects.get().changed_at - timedelta(minutes=5))
    assert "接着办" in keeper.get(address).content.decode()
    assert school.client("T4").post(f"{address}go-on/").status_code == 404
    assert keeper.post(f"{address}go-on/").status_code == 302
    work(move)
    assert move.state == "checked"
    assert keeper.post(f"{address}go-on/").status_code == 409


BILLED = FlowSpec(
    key="test.billed",
    name="缴费",
    unit="1001",
    promise=480,
    prefix="JF",
    faces=frozenset({"student"}),
    body=Body(
        form=(Field(key="reason", label="事由"),),
        steps=(
            Step(key="bill", name="开单", kind="automatic", action="test.bill"),
            Step(key="pay", name="等缴费", kind="wait"),
            Step(key="issue", name="发证", kind="work", who=(PostOf(office="head"),), is_final=True),
            Step(key="hand", name="寄出", kind="work", who=(PostOf(office="head"),)),
        ),
    ),
)


@pytest.fixture
def billed(school, monkeypatch):
    monkeypatch.setitem(specs, BILLED.key, BILLED)
    monkeypatch.setitem(actions, "test.bill", lambda _case, _by: None)
    definitions.publish_all()
    return school.apply(key=BILLED.key, reason="补办")


def test_who_waits_for_a_payment_is_not_sent_back_to_the_beginning(publish, billed):
    move = moved(publish(BILLED, form=(*BILLED.body.form, PHONE)))
    verdict, words = verdicts(move)[billed.number]
    assert (verdict, words) == (
        "breaks",
        "要补填，可它停在“等缴费”，不能从头再办；要补填，可它办过的步骤不能再办一遍",
    )
    cases.go_on(by=SYSTEM, case_id=billed.pk, step="pay")
    assert Token.objects.get(case=billed).step == "issue", "the payment that comes is not lost"


def test_who_has_paid_is_not_billed_again(publish, billed):
    cases.go_on(by=SYSTEM, case_id=billed.pk, step="pay")
    move = judged(publish(BILLED, form=(*BILLED.body.form, PHONE)))
    assert verdicts(move)[billed.number] == ("breaks", "要补填，可它办过的步骤不能再办一遍")


def test_a_step_that_waits_keeps_its_name(publish, billed):
    bill, pay, *rest = BILLED.body.steps
    move = judged(publish(BILLED, steps=(bill, msgspec.structs.replace(pay, key="paid"), *rest)), pay="paid")
    assert verdicts(move)[billed.number] == ("breaks", "“等缴费”改了名，它等的那一方找不到它")


def test_what_is_done_for_good_is_not_withdrawn_after_a_move(school, publish, billed):
    cases.go_on(by=SYSTEM, case_id=billed.pk, step="pay")
    school.decide("T3", Task.objects.get(case=billed), "done")
    bill, pay, issue, hand = BILLED.body.steps
    moved(publish(BILLED, steps=(bill, pay, msgspec.structs.replace(issue, key="hand_out", is_final=False), hand)))
    billed.refresh_from_db()
    assert billed.version.number == 2
    with pytest.raises(TooLateToWithdrawError):
        cases.withdraw(by=school.actor("S1"), person_id=school["S1"], case=billed)


def test_pages_of_tasks_that_were_decided_before_the_move_open(school, publish):
    """Also the page of who was slower, and its form."""
    case = school.apply(days=LONG)
    task = Task.objects.get(case=case)
    school.decide("T1", task)
    _first, head = LEAVE.body.steps
    moved(publish(LEAVE, steps=(msgspec.structs.replace(head, name="学院再审"),)))
    case.refresh_from_db()
    assert case.version.number == 2
    counsellor, address = school.client("T1"), f"/flows/tasks/{task.public_id}/"
    page = counsellor.get(address)
    assert (page.status_code, "辅导员审批" in page.content.decode()) == (200, True)
    again = counsellor.post(f"{address}decide/", {"decision": "agree", "comment": "", "revision": 1})
    assert again.status_code == 409
    assert "辅导员审批：同意" in school.client("S1").get(f"/flows/cases/{case.public_id}/").content.decode()


def test_of_two_dry_runs_one_is_moved_at_a_time(school, publish):
    school.apply()
    versions = publish(LEAVE, steps=LEAVE.body.steps[1:])
    first, second = judged(versions), judged(versions)
    moving.move(by=second_keeper(), move=first)
    with pytest.raises(MoveAtWorkError):
        moving.move(by=second_keeper(), move=second)
    second.refresh_from_db()
    assert second.state == "checked"


def test_undo_gives_a_task_of_two_records_that_were_joined_back_once(school, publish, monkeypatch):
    both = replace(
        LEAVE,
        body=msgspec.structs.replace(
            LEAVE.body,
            form=(Field(key="one", label="甲", kind="person"), Field(key="two", label="乙", kind="person")),
            steps=(
                Step(
                    key="sign",
                    name="会签",
                    kind="countersign",
                    who=(PersonIn(field="one"), PersonIn(field="two"), PostOf(office="head")),
                    needed=2,
                ),
            ),
        ),
    )
    monkeypatch.setitem(specs, LEAVE.key, both)
    definitions.publish_all()
    case = cases.open_case(
        by=SYSTEM, key=LEAVE.key, applicant_id=school["S1"], data={"one": school["T4"], "two": school["T5"]}
    )
    pool = Task.objects.get(case=case, person=None)
    Task.objects.filter(pk=pool.pk).update(state="claimed", claimed_by_id=school["T4"])
    versions = publish(both, form=(*both.body.form, PHONE))
    move = moved(versions)
    assert verdicts(move)[case.number][0] == "asks"
    persons.merge(kept_id=school["T5"], gone_id=school["T4"])
    undone(move)
    found = Task.objects.filter(case=case).order_by("pk").values_list("person_id", "state", "claimed_by_id")
    assert list(found) == [
        (school["T5"], "open", None),
        (school["T5"], "cancelled", None),
        (None, "open", None),
    ], "and the claim of who holds no such post is free"
    assert MoveRow.objects.get(case=case).state == "undone"


def test_undo_does_not_give_the_applicant_his_own_case(school, publish):
    case = school.apply(key="test.both", colleague=school["T5"])
    move = moved(publish(BOTH, form=(*BOTH.body.form, PHONE)))
    persons.merge(kept_id=school["S1"], gone_id=school["T5"])
    undone(move)
    task = Task.objects.get(case=case, step="right")
    assert task.state == "open"
    assert task.person_id != school["S1"]


def test_undo_gives_back_the_time_that_it_stood_and_says_so(school, publish, clock):
    clock("2026-11-30T10:00+08:00")
    case = school.apply()
    before = Task.objects.get(case=case).due_at
    move = moved(publish(LEAVE, form=(*LEAVE.body.form, PHONE)))
    clock("2026-12-03T10:00+08:00")
    undone(move)
    case.refresh_from_db()
    task = Task.objects.get(case=case)
    assert task.due_at - before == timedelta(days=3)
    assert task.due_at == case.due_at


def test_a_mapping_is_written_with_blanks_and_names_each_step_once(school, publish):
    case = school.apply(days=LONG)
    first, head = LEAVE.body.steps
    versions = publish(LEAVE, steps=(renamed(first, "tutor"), head))
    account = identity.account_of(school["T5"])
    identity.grant_role(by=SYSTEM, account_id=account.pk, role=KEEPER)
    keeper, pair = school.client("T5"), f"{versions[0].pk}-{versions[1].pk}"
    twice = {"pair": pair, "mapping": "counsellor=tutor\ncounsellor=head", "reason": "换表"}
    assert keeper.post("/flows/keeping/moves/new/", twice).status_code == 422
    said = {"pair": pair, "mapping": " counsellor = tutor \n\n", "reason": "换表"}
    assert keeper.post("/flows/keeping/moves/new/", said).status_code == 302
    move = Move.objects.get()
    work(move)
    assert verdicts(move)[case.number][0] == "safe"


def test_who_chose_what_is_offered_no_more_is_asked(school, publish):
    gone, there = school.apply(), school.apply("S2", kind="病假")
    form = tuple(
        msgspec.structs.replace(one, choices=("病假", "公假")) if one.key == "kind" else one for one in LEAVE.body.form
    )
    move = judged(publish(LEAVE, form=form))
    assert verdicts(move) == {gone.number: ("asks", "种类"), there.number: ("safe", "")}


def test_the_form_names_the_steps_that_a_mapping_is_written_with(school, publish):
    school.apply()
    first, head = LEAVE.body.steps
    publish(LEAVE, steps=(renamed(first, "tutor"), head))
    account = identity.account_of(school["T5"])
    identity.grant_role(by=SYSTEM, account_id=account.pk, role=KEEPER)
    page = school.client("T5").get("/flows/keeping/moves/new/").content.decode()
    assert "counsellor（辅导员审批）、head（学院审批）" in page
    assert "tutor（新的辅导员审批）、head（学院审批）" in page
