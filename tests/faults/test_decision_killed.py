"""Kill -9 of the process between a decision and its event, and of the worker amid telling it: no token, task or event is lost or doubled."""

import pytest

from nanhu.kernel.events import deliver_pending, subscribe
from nanhu.kernel.events import outbox as events
from nanhu.kernel.models import OutboxEvent
from nanhu.platforms.flows.api import CaseClosed
from nanhu.platforms.flows.models import Case, Task, Token
from nanhu.platforms.flows.services import engine
from nanhu.platforms.flows.tests.conftest import flows_of_tests, make_school
from nanhu.testing.killing import killed

__all__ = ["flows_of_tests"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
HEARD = "faults.heard"


def closed_events():
    return OutboxEvent.objects.filter(name="flows.CaseClosed").count()


def test_a_decision_that_dies_before_its_event_was_never_made(flows_of_tests, monkeypatch):
    school = make_school()
    case = school.apply()
    task, tokens = Task.objects.get(case=case), list(Token.objects.values_list("step", "branch"))

    def dying(die):
        monkeypatch.setattr(engine, "publish", lambda *_events: die())
        school.decide("T1", task)

    killed(dying)

    task.refresh_from_db()
    assert (task.state, Case.objects.get().state, closed_events()) == ("open", "running", 0)
    assert list(Token.objects.values_list("step", "branch")) == tokens
    assert not case.entries.filter(verb="agree").exists()
    school.decide("T1", task)
    assert (Case.objects.get().outcome, closed_events(), Token.objects.count()) == ("granted", 1, 0)


def test_a_worker_that_dies_amid_telling_it_tells_it_again_and_once(flows_of_tests):
    school = make_school()
    last = [lambda: None]

    @subscribe(CaseClosed, name=HEARD)
    def hear(heard):
        OutboxEvent.objects.bulk_create(OutboxEvent(name=HEARD, payload={"case": one.number}) for one in heard)
        last[0]()

    try:
        case = school.apply()
        school.decide("T1", Task.objects.get(case=case))

        def dying(die):
            last[0] = die
            deliver_pending()

        killed(dying)
        assert not OutboxEvent.objects.filter(name=HEARD).exists()
        for _twice in range(2):
            deliver_pending()
        assert [one.payload for one in OutboxEvent.objects.filter(name=HEARD)] == [{"case": case.number}]
    finally:
        events.subscribers.pop(HEARD)
