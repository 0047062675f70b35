"""A few pages of a process are made at once, in the order in which they were asked for; a slow one keeps nobody out."""

import threading

import pytest

from nanhu.kernel import turns
from nanhu.kernel.turns import Turns
from nanhu.testing.patience import PATIENCE_SECONDS


class Pages:
    """A program whose pages end when they are let; `begun` names them in the order in which they were begun."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.has_begun = threading.Condition()
        self.may_end: dict[str, threading.Event] = {}

    def __call__(self, environ, _start_response):
        with self.has_begun:
            self.begun.append(environ["name"])
            self.has_begun.notify_all()
        self.may_end[environ["name"]].wait(PATIENCE_SECONDS)
        return [b"done"]

    def wait_for(self, *names: str) -> bool:
        with self.has_begun:
            return self.has_begun.wait_for(lambda: self.begun == list(names), PATIENCE_SECONDS)


@pytest.fixture
def house(monkeypatch):
    """Pages, the turns before them (two at once, without a bound on their time) and how somebody asks for one."""
    monkeypatch.setattr(turns, "TURN_SECONDS", PATIENCE_SECONDS)
    pages = Pages()
    line, threads = Turns(pages, at_once=2), []

    def ask(name: str) -> None:
        pages.may_end[name] = threading.Event()
        threads.append(threading.Thread(target=line, args=({"name": name}, None)))
        threads[-1].start()

    yield pages, line, ask
    for event in pages.may_end.values():
        event.set()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert (line.running, line.waiting) == ({}, {})


def in_line(line: Turns, count: int) -> bool:
    """Whether as many wait, once they do."""
    look = threading.Event()
    while len(line.waiting) != count:
        look.wait(0.001)
    return True


def test_so_many_are_made_at_once_and_the_others_follow_in_their_order(house):
    pages, line, ask = house
    for name in "ab":
        ask(name)
        assert pages.wait_for(*"ab"[: "ab".index(name) + 1])
    for place, name in enumerate("cde", 1):
        ask(name)
        assert in_line(line, place)
    pages.may_end["b"].set()
    assert pages.wait_for(*"abc")
    pages.may_end["a"].set()
    assert pages.wait_for(*"abcd")


def test_a_page_that_takes_long_counts_no_more(house, monkeypatch):
    pages, _line, ask = house
    ask("a")
    assert pages.wait_for("a")
    ask("b")
    assert pages.wait_for("a", "b")
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.01)
    ask("c")
    assert pages.wait_for("a", "b", "c"), "none of the two before it has ended"


def test_a_page_that_fails_gives_its_turn_back():
    def failing(_environ, _start_response):
        raise ZeroDivisionError

    line = Turns(failing, at_once=1)
    for _time in range(3):
        with pytest.raises(ZeroDivisionError):
            line({}, None)
    assert (line.running, line.waiting) == ({}, {})


def test_who_waits_for_another_system_lets_the_next_one_in(house):
    """A hash, a call outside, a sheet that is printed; whoever is back goes on at once."""
    pages, line, ask = house
    inner, back = pages.__call__, threading.Event()

    def waiting(environ, start_response):
        if environ["name"] in "ab":
            with turns.elsewhere():
                inner(environ, start_response)
            back.set()
            return []
        return inner(environ, start_response)

    line.program = waiting
    ask("a")
    assert pages.wait_for("a")
    ask("b")
    assert pages.wait_for("a", "b")
    ask("c")
    assert pages.wait_for("a", "b", "c")
    pages.may_end["a"].set()
    assert back.wait(PATIENCE_SECONDS)


def test_outside_a_page_nobody_has_a_turn_to_give():
    with turns.elsewhere():
        pass
