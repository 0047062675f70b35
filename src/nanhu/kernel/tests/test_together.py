"""Calls that go together: one at a time, each answered by the call that carried it, whatever becomes of the others."""

from threading import Barrier, Event, Thread

import pytest

from nanhu.kernel.together import Together
from nanhu.testing.patience import PATIENCE_SECONDS


def test_what_arrives_while_one_is_under_way_goes_as_one():
    carried, under_way, may_go = [], Event(), Event()

    def carry(items):
        carried.append(list(items))
        under_way.set()
        assert may_go.wait(PATIENCE_SECONDS)
        return [item * 2 for item in items]

    together, answers = Together(carry, most=3), {}
    threads = [Thread(target=lambda item=item: answers.update({item: together(item)})) for item in range(6)]
    threads[0].start()
    assert under_way.wait(PATIENCE_SECONDS)
    for one in threads[1:]:
        one.start()
    while len(together.waiting) < 5:
        Event().wait(0.001)
    may_go.set()
    for one in threads:
        one.join(PATIENCE_SECONDS)
    assert answers == {item: item * 2 for item in range(6)}
    assert ([len(one) for one in carried], together.leaders) == ([1, 3, 2], 0)


def test_a_fault_reaches_each_of_its_call_and_no_other():
    def carry(items):
        if "bad" in items:
            raise ValueError("bad")
        return items

    together = Together(carry, most=8)
    with pytest.raises(ValueError, match="bad"):
        together("bad")
    assert together("good") == "good"


def test_an_answer_too_few_is_a_fault_of_all_and_leaves_nobody_waiting():
    together = Together(lambda _items: [], most=8)
    with pytest.raises(ValueError, match="shorter"):
        together("one")
    assert together.leaders == 0


def test_two_lead_at_once_where_that_is_said():
    both, carried = Barrier(2), []

    def carry(items):
        both.wait(PATIENCE_SECONDS)  # neither is back before the other is under way
        carried.append(list(items))
        return items

    together, answers = Together(carry, most=8, at_once=2), []
    threads = [Thread(target=lambda item=item: answers.append(together(item))) for item in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(PATIENCE_SECONDS)
    assert (sorted(answers), sorted(map(len, carried)), together.leaders) == ([0, 1], [1, 1], 0)


def test_calls_that_come_thick_begin_apart_and_carry_who_came_meanwhile(monkeypatch):
    carried, under_way, may_go, slept = [], Event(), Event(), []

    def carry(items):
        carried.append(list(items))
        under_way.set()
        assert may_go.wait(PATIENCE_SECONDS)
        return items

    def sleep(seconds):
        slept.append(seconds)
        threads[3].start()
        while not together.waiting:
            Event().wait(0.001)

    monkeypatch.setattr("nanhu.kernel.together.sleep", sleep)
    together, answers = Together(carry, most=8, at_once=2, apart=3600), []
    threads = [Thread(target=lambda item=item: answers.append(together(item))) for item in range(4)]
    threads[0].start()
    assert under_way.wait(PATIENCE_SECONDS)
    for one in threads[1:3]:
        one.start()
    while len(together.waiting) < 2:
        Event().wait(0.001)
    may_go.set()
    for one in threads:
        one.join(PATIENCE_SECONDS)
    assert [sorted(one) for one in carried] == [[0], [1, 2, 3]]
    assert (sorted(answers), len(slept), together.leaders) == ([0, 1, 2, 3], 1, 0)
