"""The worker's loops: a dead one ends the process, so that somebody starts it again, and the doctor hears of it before."""

import asyncio
import signal
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from nanhu.kernel.jobs import worker
from nanhu.kernel.jobs.signs import give_sign, is_outage_untold
from nanhu.kernel.models import Heartbeat, Outage
from nanhu.kernel.processes.pulse import last_beat


@pytest.fixture
def calls(monkeypatch, tmp_path: Path) -> list[int]:
    calls: list[int] = []
    monkeypatch.setattr(worker.os, "kill", lambda _pid, number: calls.append(number))
    monkeypatch.setattr(worker, "configuration", lambda: type("Configured", (), {"data_dir": tmp_path}))
    return calls


def thread(*, is_alive: bool) -> threading.Thread:
    release = threading.Event()
    made = threading.Thread(target=release.wait, name="card_bank", daemon=True)
    made.start()
    if not is_alive:
        release.set()
        made.join()
    return made


def test_a_dead_loop_ends_the_worker(calls, tmp_path) -> None:
    loops = worker.Loops([thread(is_alive=True), thread(is_alive=False)])

    asyncio.run(loops.watch())

    assert loops.dead() == ["card_bank"]
    assert calls == [signal.SIGTERM]
    assert last_beat(tmp_path, "worker") is None


def test_it_beats_while_all_loops_are_alive(calls, tmp_path) -> None:
    async def look() -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(worker.Loops([thread(is_alive=True)]).watch(), 0.01)

    asyncio.run(look())
    assert last_beat(tmp_path, "worker") is not None
    assert calls == []


@pytest.mark.django_db
@pytest.mark.parametrize("ill", ["dead thread", "jobs stand still"])
def test_the_doctor_hears_no_heartbeat_of_a_worker_with_a_dead_loop(monkeypatch, ill: str) -> None:
    """The relay of events went on alone and said that the worker was well."""
    loops = worker.Loops([thread(is_alive=ill != "dead thread")])
    if ill == "jobs stand still":
        loops.turned_at -= worker.LATE_SECONDS + 1
    monkeypatch.setattr(worker, "alive", [loops])
    worker.relay_turn()
    assert not Heartbeat.objects.filter(name="worker").exists()

    monkeypatch.setattr(worker, "alive", [worker.Loops([thread(is_alive=True)])])
    worker.relay_turn()
    assert Heartbeat.objects.filter(name="worker").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "is_one"), [(29, False), (31, True)])
def test_that_no_worker_was_there_for_half_an_hour_is_kept_once(minutes: int, *, is_one: bool) -> None:
    assert not is_outage_untold()
    give_sign()
    assert not Outage.objects.exists(), "the first one was never away"
    gone = timezone.now() - timedelta(minutes=minutes)
    Heartbeat.objects.filter(name="worker").update(seen_at=gone)
    assert is_outage_untold() is is_one
    for _twice in range(2):
        give_sign()
        assert not is_outage_untold()
    assert [one.began_at for one in Outage.objects.all()] == ([gone] if is_one else [])


@pytest.mark.django_db
def test_a_clock_that_was_set_back_makes_no_outage_when_it_is_right_again() -> None:
    """After a power cut the machine began with 2000-01-01 until NTP answered: every deadline moved by 26 years."""
    gone = timezone.now() - timedelta(minutes=5)
    Heartbeat.objects.create(name="worker", seen_at=gone)
    with time_machine.travel("2000-01-01T00:00+08:00", tick=False):
        worker.give_sign()
    assert Heartbeat.objects.get(name="worker").seen_at == gone
    worker.give_sign()
    assert Heartbeat.objects.get(name="worker").seen_at > gone
    assert not Outage.objects.exists()


@pytest.mark.django_db
def test_what_is_longer_than_a_month_is_kept_and_not_believed(caplog) -> None:
    gone = timezone.now() - timedelta(days=31)
    Heartbeat.objects.create(name="worker", seen_at=gone)
    with caplog.at_level("ERROR"):
        worker.give_sign()
    assert Outage.objects.get().began_at == gone
    assert not Outage.believed().exists()
    assert "is the clock right?" in caplog.text
