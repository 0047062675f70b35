"""Shared tables under two writers at once, a switch amid a write, and kill -9: all of a write or nothing, and its event always."""

import threading
import time
from uuid import uuid4

import pytest
from django.db import connection, transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.events import outbox as event_outbox
from nanhu.kernel.models import EventDelivery, OutboxEvent
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.models import Batch, SharedRow
from nanhu.platforms.datahub.shared.declarations import shared_tables
from nanhu.platforms.datahub.shared_rows import writers
from nanhu.platforms.datahub.sharing import pages
from nanhu.platforms.datahub.tests.conftest import BY
from nanhu.platforms.datahub.tests.test_shared_sources import (
    ROSTER,
    TERM,
    ZHENGFANG,
    export,
    line,
    switched,
    two,  # noqa: F401  (a fixture)
)
from nanhu.platforms.datahub.tests.test_sharing import CARD, all_rows, ask_grant, card, cards, reader_of, registered
from nanhu.testing.killing import kill, started
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.races import until_someone_waits

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 20_000


def put_many():
    rows = ({"term": TERM, "section": f"JX{n % 500}", "campus_no": f"{n}", "course": "B001"} for n in range(MANY))
    datahub.put(ROSTER, rows, by=BY)


def row(campus_no="1", course="B001"):
    return {"term": "2026-2027-1", "section": "JX1", "campus_no": campus_no, "course": course}


def in_thread(work):
    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_until(happened):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_rows_are_read_with_the_table_locked():
    """A list read before the lock would write yesterday's state over a loss that was told meanwhile."""
    told, go_on = ["B001"], threading.Event()

    def first():
        with transaction.atomic():
            datahub.put(ROSTER, [row(course="B002")], by=BY)
            begun.set()
            assert go_on.wait(PATIENCE_SECONDS)
            told[0] = "B002"

    begun = threading.Event()
    threads = [in_thread(first)]
    assert begun.wait(PATIENCE_SECONDS)
    threads.append(in_thread(lambda: datahub.put(ROSTER, (row(course=one) for one in told), by=BY)))
    until_someone_waits()
    go_on.set()
    for thread in threads:
        thread.join()
    assert [one.course for one in datahub.rows(ROSTER)] == ["B002"]


def test_what_is_gone_is_reckoned_with_the_table_locked(two, tmp_path):  # noqa: F811
    switched(two)
    path = tmp_path / "选课.csv"
    path.write_text(export(*(line(f"1423110{n:04d}") for n in range(100))), encoding="utf-8")
    batch = datahub.import_file(by=BY, path=path, source_key=ZHENGFANG).batch
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    begun, go_on = threading.Event(), threading.Event()
    late = {"term": TERM, "section": "JX01", "campus_no": "14231199999", "course": "B001"}

    def first():
        with transaction.atomic():
            datahub.put(ROSTER, [late], by=BY, batch=Batch.objects.get(pk=batch))
            begun.set()
            assert go_on.wait(PATIENCE_SECONDS)

    threads = [in_thread(first)]
    assert begun.wait(PATIENCE_SECONDS)
    threads.append(in_thread(lambda: datahub.import_file(by=BY, path=path, source_key=ZHENGFANG)))
    until_someone_waits()
    go_on.set()
    for thread in threads:
        thread.join()
    assert len(datahub.rows(ROSTER)) == 100


def test_two_who_write_one_key_come_one_after_the_other():
    begun, go_on = threading.Event(), threading.Event()

    def first():
        with transaction.atomic():
            datahub.put(ROSTER, [row(course="B001")], by=BY)
            begun.set()
            assert go_on.wait(PATIENCE_SECONDS)

    threads = [in_thread(first)]
    assert begun.wait(PATIENCE_SECONDS)
    threads.append(in_thread(lambda: datahub.put(ROSTER, [row(course="B002")], by=BY)))
    until_someone_waits()
    go_on.set()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    versions = list(datahub.history(ROSTER, ("2026-2027-1", "JX1", "1")))
    assert [one.row.course for one in versions] == ["B002", "B001"]
    assert versions[1].valid_to == versions[0].valid_from


def test_many_at_once_leave_one_living_row_a_key():
    work = [
        in_thread(lambda n=n: [datahub.put(ROSTER, [row(str(k), f"B{n}{k}")], by=BY) for k in range(5)])
        for n in range(6)
    ]
    for thread in work:
        thread.join(PATIENCE_SECONDS)
    assert SharedRow.objects.count() == 30
    assert len(datahub.rows(ROSTER)) == 5


def test_a_switch_waits_for_the_write_that_is_under_way_and_ends_the_next(two):  # noqa: F811
    asked = writers.ask_switch(
        by=two[0],
        token=uuid4(),
        table=shared_tables()[ROSTER],
        source=ZHENGFANG,
        starts_on=campus_today(),
        reason="上线",
    )
    begun, go_on, refused = threading.Event(), threading.Event(), []

    def slow_put():
        with transaction.atomic():
            datahub.put(ROSTER, [row()], by=BY)
            begun.set()
            assert go_on.wait(PATIENCE_SECONDS)

    def late_put():
        try:
            datahub.put(ROSTER, [row("2")], by=BY)
        except datahub.WriterRefusedError as error:
            refused.append(error.message)

    threads = [in_thread(slow_put)]
    assert begun.wait(PATIENCE_SECONDS)
    threads.append(in_thread(lambda: writers.agree(by=two[1], switch=asked)))
    until_someone_waits()
    assert datahub.writer_of(ROSTER) == ""
    go_on.set()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    late_put()
    assert [one.campus_no for one in datahub.rows(ROSTER)] == ["1"]
    assert refused == ["“选课名单”现由数据源 aa.zhengfang 供给，本系统只读。"]


def test_a_worker_that_dies_between_write_and_event_leaves_the_event_to_the_next(monkeypatch):
    monkeypatch.setattr(event_outbox, "subscribers", {})
    monkeypatch.setattr("nanhu.kernel.events.delivery.subscribers", event_outbox.subscribers)
    heard, is_dying = [], [True]

    @datahub.on_rows(ROSTER, name="test.roster")
    def listen(events):
        heard.extend(events)
        if is_dying.pop() if is_dying else False:
            raise SystemExit

    datahub.put(ROSTER, [row()], by=BY)
    with pytest.raises(SystemExit):
        deliver_pending()
    connection.close()
    assert EventDelivery.objects.get().delivered_at is None
    assert deliver_pending() == 1
    assert [one.keys for one in heard] == [(("2026-2027-1", "JX1", "1"),)] * 2


@pytest.mark.slow
@pytest.mark.parametrize("pause", [0.0, 0.2, 0.6])
def test_many_rows_killed_amid_are_all_there_or_none(pause):
    writer = started(put_many)
    wait_until(lambda: is_writing() or SharedRow.objects.exists())
    time.sleep(pause)
    kill(writer)
    wait_until(lambda: not is_under_way())
    told = sum(len(event.payload["keys"]) for event in OutboxEvent.objects.filter(name="datahub.RowsChanged"))
    assert (SharedRow.objects.count(), told) in {(0, 0), (MANY, MANY)}
    assert datahub.put(ROSTER, [row("none of them")], by=Actor.system("test")).created


def is_writing():
    return is_under_way("%datahub_shared%")


def is_under_way(query="%"):
    """Of another client, whatever it does just now: its commit, too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend' AND xact_start IS NOT NULL AND query LIKE %s",
            [query],
        )
        return cursor.fetchone()[0] > 0


def test_no_row_comes_in_behind_a_cursor_while_two_write():
    program = reader_of(registered())
    ask_grant(ROSTER)
    _rows, since = all_rows(program, ROSTER)
    written, may_end, second_done = threading.Event(), threading.Event(), threading.Event()

    def first():
        with transaction.atomic():
            datahub.put(ROSTER, [row("1")], by=BY)
            written.set()
            assert may_end.wait(PATIENCE_SECONDS)

    def second():
        datahub.put(ROSTER, [row("2")], by=BY)
        second_done.set()

    threads = [in_thread(first)]
    assert written.wait(PATIENCE_SECONDS)
    threads.append(in_thread(second))
    until_someone_waits(or_until=second_done.is_set)
    seen, since = all_rows(program, ROSTER, since=since)
    may_end.set()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    later, _since = all_rows(program, ROSTER, since=since)
    assert sorted(one["key"]["campus_no"] for one in [*seen, *later]) == ["1", "2"]


def test_pages_read_at_once_give_no_more_rows_than_a_day_has(monkeypatch):
    """Whoever has a stolen key asks sixteen times at once: each sees that the day is untouched."""
    program = reader_of(registered())
    ask_grant(CARD, rows_a_day=5)
    cards(*map(card, range(1, 9)))
    together, fetched, answers = threading.Barrier(4), pages.fetched, []

    def read_together(asked, most):
        found = fetched(asked, most)
        together.wait(PATIENCE_SECONDS)
        return found

    monkeypatch.setattr(pages, "fetched", read_together)
    threads = [in_thread(lambda: answers.append(program.get(CARD, limit="4").json())) for _turn in range(4)]
    for thread in threads:
        thread.join()
    assert sum(len(one.get("rows", [])) for one in answers) == 4
    assert {one["error"]["code"] for one in answers if "error" in one} == {"daily_rows_used_up"}
