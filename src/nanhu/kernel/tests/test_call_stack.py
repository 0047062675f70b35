"""A call stack in one piece: the same answer, and memory is not asked for at each call over an edge."""

import resource
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from nanhu.kernel.call_stack import in_one_piece


def nested(depth: int) -> int:
    return nested(depth - 1) + 1 if depth else 0


def faults_of(work: Callable[[], object]) -> int:
    """Pages of memory that the kernel had to give a thread of its own for it: this one's stack is in one piece already."""

    def count() -> int:
        before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
        work()
        return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(count).result()


def at_every_depth() -> None:
    for _round in range(20):
        for depth in range(10, 300, 10):
            nested(depth)


def test_it_is_the_call_itself():
    assert in_one_piece(nested, 200) == 200
    assert in_one_piece(lambda *given: given, 1, "b") == (1, "b")
    with pytest.raises(ZeroDivisionError):
        in_one_piece(lambda: 1 / 0)


def test_calls_over_an_edge_ask_for_no_memory():
    assert faults_of(lambda: in_one_piece(at_every_depth)) < faults_of(at_every_depth) / 2
