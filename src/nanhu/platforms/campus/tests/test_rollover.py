"""Opening a term: each step once, whatever breaks; a rehearsal leaves nothing but what it would have done."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel import registry
from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.registry import Register, TermStep
from nanhu.platforms.campus.errors import TermWithoutMondayError
from nanhu.platforms.campus.models import Place, StepRun, Term
from nanhu.platforms.campus.queries import terms as queries
from nanhu.platforms.campus.registrations import count_days
from nanhu.platforms.campus.services import rollover
from nanhu.platforms.campus.services.rollover import open_term, rehearse, rehearse_steps, run_again, run_steps
from nanhu.platforms.campus.services.terms import TermOrder, move_term, plan_term

SYSTEM = Actor.system("test")


@pytest.fixture
def term(db):
    return plan_term(by=SYSTEM, order=TermOrder(year=2026, season=1, name="秋", first_monday=date(2026, 9, 7)))


@pytest.fixture
def steps(monkeypatch):
    """A register of this test's own."""
    own = Register()
    monkeypatch.setattr(rollover, "term_steps", own)
    return own


def writing(key, *, breaks=False):
    """A step that makes a place, and may break after it."""
    ran = []

    def run(term_key):
        ran.append(term_key)
        Place.objects.create(key=f"{key}{len(ran)}", name=key, kind="other")
        if breaks and len(ran) <= breaks:
            raise RuntimeError("no such thing")
        return {"places": Place.objects.count()}

    return TermStep(key=key, title=key, run=run, counts={"places": "地点"}), ran


def states(term, *, is_rehearsal=False):
    return dict(StepRun.objects.filter(term=term, is_rehearsal=is_rehearsal).values_list("step", "state"))


def test_each_step_runs_once_with_its_numbers_however_often_the_job_runs(term, steps):
    (one, ran_one), (two, ran_two) = writing("one"), writing("two")
    steps.add(one, two)
    open_term(by=SYSTEM, term=term)
    assert states(term) == {"one": "waiting", "two": "waiting"}
    for _time in range(3):
        run_steps(term_id=term.pk)
    assert ran_one == ran_two == ["2026-2027-1"]
    assert states(term) == {"one": "done", "two": "done"}
    assert StepRun.objects.get(step="two").counts == {"places": 2}
    with pytest.raises(IntegrityError), transaction.atomic():
        StepRun.objects.filter(step="one").update(state="waiting", ran_at=None)


def test_one_that_breaks_stops_no_other_and_is_done_when_it_can_be(term, steps):
    (one, ran_one), (two, ran_two) = writing("one", breaks=1), writing("two")
    steps.add(one, two)
    open_term(by=SYSTEM, term=term)
    with pytest.raises(ExceptionGroup):
        run_steps(term_id=term.pk)
    assert states(term) == {"one": "failed", "two": "done"}
    assert list(Place.objects.values_list("key", flat=True)) == ["two1"], "what it wrote before it broke is gone"
    assert StepRun.objects.get(step="one").error == "RuntimeError"
    late, _ran = writing("late")
    steps.add(late)
    run_again(by=SYSTEM, term=Term.objects.get(pk=term.pk))
    run_steps(term_id=term.pk)
    assert states(term) == {"one": "done", "two": "done", "late": "done"}
    assert (len(ran_one), len(ran_two)) == (2, 1)


def test_a_rehearsal_leaves_nothing_but_its_numbers(term, steps):
    (one, ran), (broken, _ran) = writing("one"), writing("broken", breaks=9)
    steps.add(one, broken)
    earlier = plan_term(by=SYSTEM, order=TermOrder(year=2025, season=2, name="春", first_monday=date(2026, 3, 2)))
    move_term(by=SYSTEM, term=earlier, state=Term.State.OPEN)
    rehearse(by=SYSTEM, term=term)
    for _time in range(2):
        rehearse_steps(term_id=term.pk)
    assert states(term, is_rehearsal=True) == {"one": "done", "broken": "failed"}
    assert StepRun.objects.get(step="one").counts == {"places": 1}
    assert not Place.objects.exists()
    assert (queries.open_term(), Term.objects.get(pk=term.pk).state) == (earlier, "planned")
    assert len(ran) == 2
    move_term(by=SYSTEM, term=earlier, state=Term.State.CLOSED)
    open_term(by=SYSTEM, term=term)
    with pytest.raises(WrongStateError):
        rehearse(by=SYSTEM, term=Term.objects.get(pk=term.pk))


def test_a_term_that_was_closed_meanwhile_is_not_rolled_over(term, steps):
    one, ran = writing("one")
    steps.add(one)
    open_term(by=SYSTEM, term=term)
    move_term(by=SYSTEM, term=term, state=Term.State.CLOSED)
    run_steps(term_id=term.pk)
    assert (ran, states(term)) == ([], {"one": "waiting"})


def test_a_term_that_was_opened_meanwhile_is_not_rehearsed(term, steps):
    one, ran = writing("one")
    steps.add(one)
    rehearse(by=SYSTEM, term=term)
    open_term(by=SYSTEM, term=term)
    rehearse_steps(term_id=term.pk)
    assert ran == []


def test_a_rehearsal_finds_what_the_database_checks_at_the_commit(term, steps):
    def orphan(_key):
        Place.objects.create(key="orphan", name="无处", kind="other", parent_id=10**9)
        return {"places": 1}

    after, _ran = writing("after")
    steps.add(TermStep(key="orphan", title="orphan", run=orphan, counts={"places": "地点"}), after)
    rehearse(by=SYSTEM, term=term)
    rehearse_steps(term_id=term.pk)
    assert states(term, is_rehearsal=True) == {"orphan": "failed", "after": "done"}
    assert StepRun.objects.get(step="orphan").error == "IntegrityError"


def test_only_an_open_term_is_rolled_over_and_one_without_a_monday_not_rehearsed(term, steps):
    with pytest.raises(WrongStateError):
        run_again(by=SYSTEM, term=term)
    bare = plan_term(by=SYSTEM, order=TermOrder(year=2027, season=1, name="远"))
    with pytest.raises(TermWithoutMondayError):
        rehearse(by=SYSTEM, term=bare)
    with pytest.raises(TermWithoutMondayError):
        open_term(by=SYSTEM, term=bare)
    assert not StepRun.objects.exists()


def test_the_rooms_own_step_counts_the_days_of_the_term(term):
    assert registry.term_steps.get("campus.days") is not None
    counts = count_days(term.key)
    assert sum(counts.values()) == 18 * 7
    assert counts["undecided"] == 2, "20 September and 10 October 2026"
