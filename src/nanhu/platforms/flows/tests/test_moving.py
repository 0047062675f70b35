"""A newer version over running cases: judged case by case with what breaks named, moved, asked, put back until somebody has decided."""

from dataclasses import replace

import msgspec
import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.errors import WrongStateError
from nanhu.platforms.flows.body import Edge, Field, PostOf, Step
from nanhu.platforms.flows.errors import MappingRefusedError, MoveAtWorkError
from nanhu.platforms.flows.models import Case, Definition, Entry, Move, Task, Token
from nanhu.platforms.flows.services import cases, definitions, moving
from nanhu.platforms.flows.sources import KEEPER
from nanhu.platforms.identity import api as identity

from .conftest import BOTH, LEAVE, SYSTEM

PHONE = Field(key="phone", label="电话", kind="phone")


@pytest.fixture
def publish(school, monkeypatch):
    """publish(LEAVE, form=…, steps=…) → the versions before and after."""

    def publish(spec, **body):
        changed = replace(spec, body=msgspec.structs.replace(spec.body, **body))
        monkeypatch.setitem(definitions.specs, spec.key, changed)
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
    move = moving.ask(by=SYSTEM, source=versions[0], target=versions[1], mapping=mapping)
    work(move)
    return move


def moved(versions, **mapping):
    move = judged(versions, **mapping)
    moving.move(by=SYSTEM, move=move)
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
    moving.move(by=SYSTEM, move=move)
    carry, carried = moving.Worker.carry, []

    def breaking(worker, case, *more):
        if len(carried) == 2:
            raise ConnectionError
        carried.append(case.number)
        carry(worker, case, *more)

    monkeypatch.setattr(moving.Worker, "carry", breaking)
    with pytest.raises(ConnectionError):
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
        moving.ask(by=SYSTEM, source=versions[0], target=versions[1], mapping={"nothing": "counsellor"})
    with pytest.raises(MappingRefusedError):
        moving.ask(by=SYSTEM, source=versions[1], target=versions[0], mapping={})
    move = moving.ask(by=SYSTEM, source=versions[0], target=versions[1], mapping={})
    with pytest.raises(MoveAtWorkError):
        moving.ask(by=SYSTEM, source=versions[0], target=versions[1], mapping={})
    for early in (moving.move, moving.undo):
        with pytest.raises(WrongStateError):
            early(by=SYSTEM, move=move)
    with pytest.raises(IntegrityError), transaction.atomic():
        Move.objects.filter(pk=move.pk).update(target=versions[0])


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
    keeper, stranger = school.client("T5"), school.client("T4")
    pair = f"{versions[0].pk}-{versions[1].pk}"
    wrong = keeper.post("/flows/keeping/moves/new/", {"pair": pair, "mapping": "counsellor"})
    assert wrong.status_code == 422
    address = keeper.post("/flows/keeping/moves/new/", {"pair": pair, "mapping": ""})["Location"]
    move = Move.objects.get()
    assert "试算中" in keeper.get(address).content.decode()
    work(move)
    page = keeper.get(address).content.decode()
    assert all(said in page for said in ("请申请人补填 1 件", case.number, "电话"))
    for name in ("", "carry-out/", "undo/"):
        assert stranger.post(f"{address}{name}").status_code == 404
    assert keeper.post(f"{address}carry-out/").status_code == 302
    work(move)
    assert "撤销迁移" in keeper.get(address).content.decode()
    assert keeper.post(f"{address}undo/").status_code == 302
    work(move)
    case.refresh_from_db()
    assert (case.version.number, case.state) == (1, "running")
    assert "请假" in keeper.get("/flows/keeping/moves/").content.decode()
