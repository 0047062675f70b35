"""Kept connections go over from a process of the server that holds more than its share to one that holds less."""

import os
import time
from types import SimpleNamespace

import pytest

from nanhu.kernel.connection_shares import FRESH_SECONDS, SILENT_SECONDS, SUFFIX, ConnectionShares, surplus_of
from nanhu.kernel.connections import Bounds, ConnectionGuard
from nanhu.kernel.doctor.checks import work
from nanhu.kernel.registry import Verdict
from nanhu.kernel.slow_bodies import BodyGuard
from nanhu.kernel.tests.test_connections import server  # noqa: F401  a fixture


def told(folder, process: int, held: int, *, parent: int | None = None, age: float = 0.0) -> None:
    path = folder / "processes" / f"{process}{SUFFIX}"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text(f"{os.getppid() if parent is None else parent} {held} 1")
    moment = time.time() - age
    os.utime(path, (moment, moment))


def surplus(tmp_path, held: int) -> int:
    shares = ConnectionShares(tmp_path)
    shares.look(held)
    return shares.surplus


def test_who_holds_more_than_the_mean_gives_up_the_rest(tmp_path):
    told(tmp_path, 1, 12)
    assert surplus(tmp_path, 20) == 3, "of 32 sixteen are his, and one more does not matter"
    told(tmp_path, 1, 20)
    assert surplus(tmp_path, 12) == 0
    told(tmp_path, 1, 100)
    told(tmp_path, 2, 100)
    assert surplus(tmp_path, 400) == 187


def test_other_servers_and_processes_that_ended_count_for_nothing(tmp_path):
    told(tmp_path, 1, 0, parent=1)
    told(tmp_path, 2, 0, age=FRESH_SECONDS + 1)
    (tmp_path / "processes" / f"4{SUFFIX}").write_text("")
    assert surplus(tmp_path, 20) == 0
    assert not (tmp_path / "processes" / f"2{SUFFIX}").exists()


@pytest.mark.parametrize(
    ("held", "others", "expected"), [(2, [1], 0), (1, [0], 0), (3, [0], 0), (5, [0], 1), (17, [15], 0)]
)
def test_two_that_differ_by_little_leave_each_other_in_peace(held, others, expected):
    assert surplus_of(held, [held, *others]) == expected


def test_so_many_answers_end_their_connections(tmp_path, server):  # noqa: F811
    """The process holds five, its sibling none: with the answer to the next request one leaves, and no other."""
    for _one in range(5):
        server.visit("127.0.0.1")
    told(tmp_path, 1, 0)
    guard = ConnectionGuard(Bounds(per_address=9, in_all=9), ConnectionShares(tmp_path))
    body_guard = BodyGuard(lambda _environ, start: start("200 OK", [("X", "1")]) or [b""], guard, threads=2)
    body_guard.is_watching = True
    guard.turn()
    heads = []
    for _time in range(3):
        list(body_guard({"REMOTE_ADDR": "127.0.0.1"}, lambda _status, headers: heads.append(headers)))
    assert heads == [[("X", "1"), ("Connection", "close")], [("X", "1")], [("X", "1")]]


def test_the_doctor_names_a_web_process_whose_guard_fails_each_time(tmp_path, monkeypatch):
    """Also where the pass over the bodies fails, which comes after that over the connections."""
    guard = ConnectionGuard(Bounds(per_address=9, in_all=9), ConnectionShares(tmp_path))
    monkeypatch.setattr(work, "configuration", lambda: SimpleNamespace(data_dir=tmp_path))
    path = tmp_path / "processes" / f"{os.getpid()}{SUFFIX}"
    guard.turn()
    assert work.check_guards().verdict == Verdict.OK
    guard.alongside.append(lambda: 1 / 0)
    moment = time.time() - SILENT_SECONDS - 1
    os.utime(path, (moment, moment))
    with pytest.raises(ZeroDivisionError):
        guard.turn()
    found = work.check_guards()
    assert (found.verdict, str(os.getpid()) in found.message) == (Verdict.FAIL, True)
    told(tmp_path, os.getpid(), 0, age=SILENT_SECONDS + 1)
    assert work.check_guards().verdict == Verdict.OK, "its number is another's by now, be it of the same parent"
