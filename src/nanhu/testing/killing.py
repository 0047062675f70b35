"""Work in a process of its own that is killed -9, and the same from many real connections. For tests on real transactions."""

import os
import signal
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import connection


def at_once[Given](jobs: Sequence[Callable[[], Given]]) -> list[Given]:
    def alone(job: Callable[[], Given]) -> Given:
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(alone, jobs))


def killed(work: Callable[[Callable[[], None]], object]) -> None:
    """`work(die)` in a child that ends where it calls `die`."""
    child = started(lambda: work(lambda: os.kill(os.getpid(), signal.SIGKILL)))
    if os.WTERMSIG(os.waitpid(child, 0)[1]) != signal.SIGKILL:
        raise AssertionError("it came to its end")


def started(work: Callable[[], object]) -> int:
    """`work` in a child of its own, to be killed from here; its number. Nothing of ours may stay open, it would speak on our line."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()  # why it was not killed
            raise
        finally:
            os._exit(0)
    return child


def kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
