"""Two at once, each on a connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Event
from uuid import uuid4

import msgspec
import pytest
from django.db import DatabaseError, connection

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError
from nanhu.kernel.models import OutboxEvent
from nanhu.platforms.flows.errors import TaskChangedError, TwinCaseError
from nanhu.platforms.flows.models import Case, Definition, PaperEntry, Task, Version
from nanhu.platforms.flows.services import definitions, moving, papering, tasks
from nanhu.platforms.flows.specs import specs
from nanhu.platforms.people import api as people
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.races import until_someone_waits

from .conftest import LEAVE, SYSTEM, make_school, second_keeper

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*moves):
    """What each gave or raised."""
    ready = Barrier(len(moves))

    def run(move):
        try:
            ready.wait()
            return move()
        except CampusError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(moves)) as pool:
        return list(pool.map(run, moves))


@pytest.mark.slow
def test_of_two_approvers_one_wins_and_the_other_reads_who(flows_of_tests):
    school = make_school()
    case = school.apply("S1", "test.both", colleague=school["T5"])
    task = Task.objects.get(case=case, step="right")
    tasks.transfer(by=school.actor("T5"), person_id=school["T5"], task=task, to_id=school["T4"], comment="")

    def decide(what):
        return lambda: school.decide("T4", task, what, "一二三四五")

    results = at_once(decide("agree"), decide("agree"))
    assert sorted(type(one).__name__ for one in results) == ["Case", "TaskChangedError"]
    (lost,) = [one for one in results if isinstance(one, TaskChangedError)]
    assert "赵同事" in lost.message
    assert Task.objects.filter(case=case, step="right", state="done").count() == 1


@pytest.mark.slow
def test_who_decides_while_the_case_is_moved_reads_that_it_changed(flows_of_tests, monkeypatch):
    """Not that there is no such case: a row that is locked with a join falls out where the join no longer holds after the wait."""
    monkeypatch.setattr(moving, "defer", lambda _name, **_arguments: None)
    school = make_school()
    case = school.apply()
    task = Task.objects.get(case=case)
    first, head = LEAVE.body.steps
    body = msgspec.structs.replace(LEAVE.body, steps=(first, msgspec.structs.replace(head, name="学院再审")))
    monkeypatch.setitem(specs, LEAVE.key, replace(LEAVE, body=body))
    definitions.publish_all()
    old, new = Version.objects.filter(definition=case.definition).order_by("number")
    move = moving.ask(by=SYSTEM, source=old, target=new, mapping={}, reason="换表")
    moving.work_off(move_id=move.pk, by_name="system:test")
    moving.move(by=second_keeper(), move=move)
    finish = moving.Walk.finish

    def finish_when_somebody_waits(walk):
        done = finish(walk)
        if walk.by.name == "system:test":
            has_it.set()
            until_someone_waits()
        return done

    has_it = Event()
    monkeypatch.setattr(moving.Walk, "finish", finish_when_somebody_waits)

    def decide():
        assert has_it.wait(PATIENCE_SECONDS)
        return school.decide("T1", task, revision=task.revision)

    results = at_once(lambda: moving.work_off(move_id=move.pk, by_name="system:test"), decide)
    assert [type(one) for one in results] == [type(None), TaskChangedError], results
    assert Case.objects.get(pk=case.pk).version == new


@pytest.mark.slow
def test_of_two_twins_one_is_opened(flows_of_tests):
    school = make_school()
    results = at_once(school.apply, school.apply)
    assert sorted(type(one).__name__ for one in results) == ["Case", "TwinCaseError"]
    assert any(isinstance(one, TwinCaseError) for one in results)
    assert Case.objects.count() == 1


@pytest.mark.slow
def test_of_two_who_enter_one_paper_one_is_told_that_it_stands_there(flows_of_tests):
    """However they write its number."""
    school = make_school()
    Definition.objects.filter(key="test.leave").update(fallback="填纸质单")

    def enter(number):
        yesterday = campus_today() - timedelta(days=1)
        days = {"first": yesterday.isoformat(), "last": yesterday.isoformat()}
        return lambda: papering.enter(
            by=school.actor("T3"),
            person_id=school["T3"],
            token=uuid4(),
            definition=Definition.objects.get(key="test.leave"),
            data={"kind": "病假", "days": days, "reason": "发烧"},
            paper=papering.Paper(
                applicant_id=school["S1"],
                outcome="granted",
                decider_id=school["T2"],
                decided_on=yesterday,
                number=number,
                reason="全校停电",
            ),
        )

    people.appoint(
        by=SYSTEM,
        unit_id=school.units["1000"],
        office="head",
        person_id=school["T4"],
        starts_on=date(2020, 1, 1),
        ends_on=None,
        document="任命",
    )
    results = at_once(enter("应急-007"), enter("应急—007"))
    assert sorted(type(one).__name__ for one in results) == ["Case", "PaperTwiceError"], results
    assert PaperEntry.objects.count() == 1


@pytest.mark.slow
def test_the_last_two_branches_meet_once(flows_of_tests):
    school = make_school()
    case = school.apply("S1", "test.both", colleague=school["T5"])
    left, right = (Task.objects.get(case=case, step=step) for step in ("left", "right"))
    results = at_once(lambda: school.decide("T3", left), lambda: school.decide("T5", right))
    assert all(isinstance(one, Case) for one in results), results
    assert list(case.tokens.values_list("step", "branch")) == [("sign", "")]
    assert Task.objects.filter(case=case, step="sign").count() == 3


@pytest.mark.slow
def test_a_database_that_dies_between_decision_and_event_leaves_nothing_half(flows_of_tests, monkeypatch):
    school = make_school()
    case = school.apply()
    task = Task.objects.get(case=case)

    def die(**_line):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as patch:
        patch.setattr(tasks.audit, "record", die)
        with pytest.raises(DatabaseError):
            school.decide("T1", task)
    connection.close()
    task.refresh_from_db()
    assert (task.state, case.entries.filter(verb="agree").count()) == ("open", 0)
    assert not OutboxEvent.objects.filter(name__in=["flows.TaskDone", "flows.CaseClosed"]).exists()
    school.decide("T1", task)
    assert OutboxEvent.objects.filter(name="flows.CaseClosed").count() == 1
    assert Case.objects.get(pk=case.pk).outcome == "granted"
