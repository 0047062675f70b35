"""Retries, whatever is retried: leases, back-off, giving up, and whose word counts."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, models
from django.test.utils import isolate_apps

from nanhu.kernel import pauses
from nanhu.kernel.clock import now
from nanhu.kernel.models import Retried
from nanhu.kernel.pauses import doubling, listed
from nanhu.kernel.retries import Again, Done, Engine, Never, Retries, drive

pytestmark = pytest.mark.django_db(transaction=True)

with isolate_apps("nanhu.kernel"):

    class Parcel(Retried):
        due_at = models.DateTimeField(null=True, default=now)
        state = models.TextField(default="waiting")
        whose = models.BigIntegerField(default=0)

        class Meta:
            app_label = "kernel"
            db_table = "test_parcel"


@pytest.fixture(autouse=True)
def table(transactional_db, monkeypatch):
    monkeypatch.setattr(pauses, "chance", lambda: 0.0)
    with connection.schema_editor() as editor:
        editor.create_model(Parcel)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Parcel)


def parcels(*answers, **options):
    """A kind of row whose steps answer one after the other; the last answer over and over."""
    said = list(answers)
    return Retries(
        model=Parcel,
        step=lambda _row: said.pop(0) if len(said) > 1 else said[0],
        **{"pause": doubling("5s", "1min"), "given_up": lambda: {"state": "given_up"}, **options},
    )


def facts():
    return Parcel.objects.values_list("state", "due_at", "attempts", "error").get()


def test_what_is_done_is_left_alone():
    Parcel.objects.create()
    kind = parcels(Done({"state": "done"}))
    assert (drive(kind), drive(kind)) == (1, 0)
    assert facts() == ("done", None, 1, "")


def test_pauses_grow_until_it_is_given_up_in_words():
    kind, waits = parcels(Again("HTTP 503"), most=6), []
    with time_machine.travel(now(), tick=False) as clock:
        Parcel.objects.create()
        while (due := Parcel.objects.get().due_at) is not None:
            waits.append((due - now()).total_seconds())
            clock.move_to(due)
            assert drive(kind) == 1
    assert waits == [0, 5, 10, 20, 40, 60]
    assert facts() == ("given_up", None, 6, "HTTP 503")


def test_it_is_given_up_at_once_where_trying_is_of_no_use():
    Parcel.objects.create()
    drive(parcels(Never("550 no such mailbox")))
    assert facts() == ("given_up", None, 1, "550 no such mailbox")


def test_the_last_attempt_comes_when_time_is_up_and_not_after():
    Parcel.objects.create()
    end = now() + timedelta(seconds=7)
    kind = parcels(Again("silent"), until=lambda _row: end)
    drive(kind)
    with time_machine.travel(end - timedelta(seconds=1), tick=False):
        drive(kind)
        assert Parcel.objects.get().due_at == end
    with time_machine.travel(end, tick=False):
        drive(kind)
    assert facts() == ("given_up", None, 3, "silent")


def test_a_step_after_a_step_is_counted_anew():
    Parcel.objects.create()
    with time_machine.travel(now() + timedelta(seconds=1), tick=False):
        drive(parcels(Done({"state": "sent"}, then=timedelta(seconds=10))))
        assert facts() == ("sent", now() + timedelta(seconds=10), 0, "")


def test_a_step_that_breaks_is_tried_again_and_harms_no_other():
    for _number in range(2):
        Parcel.objects.create()

    def step(row):
        if row.pk == Parcel.objects.earliest("pk").pk:
            raise KeyError("no key")
        return Done({"state": "done"})

    assert drive(replace(parcels(None), step=step)) == 2
    assert list(Parcel.objects.order_by("pk").values_list("state", "error")) == [
        ("waiting", "KeyError: 'no key'"),
        ("done", ""),
    ]


def test_of_many_workers_one_has_each_row_and_the_dead_ones_are_taken_after_their_lease():
    for _number in range(20):
        Parcel.objects.create()
    kind, taken = parcels(None), []

    def work() -> None:
        taken.extend(kind.take(7))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sorted(taken) == list(Parcel.objects.order_by("pk").values_list("pk", flat=True))
    assert kind.take(20) == []
    with time_machine.travel(now() + kind.lease + timedelta(seconds=1)):
        assert sorted(kind.take(50)) == sorted(taken)


def test_who_comes_back_after_his_lease_may_say_it_is_done_but_not_put_it_off():
    Parcel.objects.create()
    kind = parcels(None)
    [late] = kind.rows(kind.take(1))
    with time_machine.travel(now() + kind.lease + timedelta(seconds=1)):
        [holder] = kind.rows(kind.take(1))
    kind.conclude(late, Again("silent"))
    assert Parcel.objects.get().due_at == holder.due_at
    kind.conclude(late, Done({"state": "done"}))
    kind.conclude(holder, Again("silent"))
    kind.conclude(holder, Never("silent"))
    assert facts() == ("done", None, 2, "")


def test_what_a_step_did_before_a_crash_is_written_by_nobody():
    """Taken, called, and killed: nothing is concluded, it is due when the lease is over."""
    Parcel.objects.create()

    def step(_row):
        raise SystemExit

    kind = replace(parcels(None), step=step)
    with pytest.raises(SystemExit):
        drive(kind)
    assert facts()[0] == "waiting"
    assert drive(parcels(Done({"state": "done"}))) == 0
    with time_machine.travel(now() + kind.lease + timedelta(seconds=1)):
        assert drive(parcels(Done({"state": "done"}))) == 1


def test_a_lane_gets_its_calls_and_one_while_it_is_away():
    for number in range(12):
        Parcel.objects.create(whose=number % 2)
    gate = threading.Event()

    def silent():
        gate.wait()
        raise ConnectionRefusedError

    kind = replace(parcels(silent), lane="whose", lane_at_once=2, at_once=16)
    with ThreadPoolExecutor(16) as pool:
        engine = Engine(kind, pool)
        engine.turn()
        assert sorted(row.whose for row in engine.flights.values()) == [0, 0, 1, 1]
        gate.set()
        while engine.flights.keys() and any(not one.done() for one in engine.flights):
            pass
        engine.turn()
        assert engine.away == {0, 1}
        assert sorted(row.whose for row in engine.flights.values()) == [0, 1]
        while engine.turn():
            pass


def test_an_answer_that_cannot_be_kept_silences_nobody():
    Parcel.objects.bulk_create([Parcel(whose=n) for n in range(3)])
    said = [Again("zeros: \0 \ud800"), Done({"state": "\0"}), Done({"state": "done"})]
    kind = Retries(model=Parcel, step=lambda row: said[row.whose], pause=doubling("5s", "1min"))
    with ThreadPoolExecutor(1) as pool:
        Engine(kind, pool).turn()
    found = Parcel.objects.order_by("whose").values_list("state", "error")
    assert list(found) == [("waiting", "zeros:   ?"), ("waiting", "DataError"), ("done", "")]


def test_pauses_are_shortened_by_up_to_a_tenth(monkeypatch):
    monkeypatch.setattr(pauses, "chance", lambda: 1.0)
    assert pauses.spread(timedelta(seconds=10)) == timedelta(seconds=9)


@pytest.mark.parametrize(
    ("pause", "seconds"),
    [(doubling("5s", "6h"), [5, 10, 20, 40]), (listed("10s", "1min"), [10, 60, 60, 60])],
)
def test_pauses(pause, seconds):
    assert [pause(number).total_seconds() for number in range(1, 5)] == seconds
    assert pause(40) <= timedelta(hours=6)
