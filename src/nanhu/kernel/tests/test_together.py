"""Calls that go together: one at a time, each answered by the call that carried it, whatever becomes of the others."""

import asyncio
from threading import Barrier, Event, Thread

import pytest

from nanhu.kernel.together import Together, TogetherInLoop
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


def in_loop(carry, story, **bounds):
    """Runs a story with calls that go together in its loop, then waits for those under way."""

    async def told():
        together = TogetherInLoop(carry, **({"most": 8} | bounds))
        said = await asyncio.wait_for(story(together), PATIENCE_SECONDS)
        await asyncio.gather(*together.under_way)
        assert not together.waiting
        return said

    return asyncio.run(told())


def test_in_a_loop_what_arrives_together_goes_as_one_and_what_comes_meanwhile_as_the_next():
    carried, begun, may_go = [], asyncio.Event(), asyncio.Event()

    async def carry(items):
        carried.append(list(items))
        begun.set()
        await may_go.wait()
        return [item * 2 for item in items]

    async def story(together):
        first = [together(item) for item in range(2)]
        await begun.wait()
        later = [together(item) for item in range(2, 7)]
        await asyncio.sleep(0)
        may_go.set()
        return await asyncio.gather(*first, *later)

    assert in_loop(carry, story, most=4) == [item * 2 for item in range(7)]
    assert carried == [[0, 1], [2, 3, 4, 5], [6]]


def test_in_a_loop_a_long_call_is_not_waited_for_once_they_are_apart():
    carried, begun, may_go = [], asyncio.Event(), asyncio.Event()

    async def carry(items):
        carried.append(list(items))
        begun.set()
        if items[0] == "long":
            await may_go.wait()
        return items

    async def story(together):
        long = together("long")
        await begun.wait()
        quick = await together("quick")
        may_go.set()
        return [await long, quick]

    assert in_loop(carry, story, at_once=2, apart=0.001) == ["long", "quick"]
    assert carried == [["long"], ["quick"]]


def test_in_a_loop_no_more_are_under_way_than_is_said():
    under_way, most = 0, 0

    async def carry(items):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.002)
        under_way -= 1
        return items

    async def story(together):
        return await asyncio.gather(*[together(item) for item in range(9)])

    assert in_loop(carry, story, most=1, at_once=3) == list(range(9))
    assert most == 3


@pytest.mark.parametrize("answers", [[], ["one", "two"]])
def test_in_a_loop_a_fault_reaches_each_of_its_call_and_no_other(answers):
    async def carry(items):
        return items if items == ["good"] else answers

    async def story(together):
        with pytest.raises(ValueError, match="zip"):
            await together("one")
        return await together("good")

    assert in_loop(carry, story) == "good"


def test_in_a_loop_who_is_gone_keeps_nobody_from_an_answer():
    async def carry(items):
        await asyncio.sleep(0)
        return items

    async def story(together):
        gone, stays = together("gone"), together("stays")
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    assert in_loop(carry, story) == "stays"
