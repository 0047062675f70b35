"""The database is empty between transactional tests, whatever a test has left behind."""

import threading
from contextlib import closing, suppress

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from nanhu.kernel.jobs import Job
from nanhu.kernel.models import OutboxEvent
from nanhu.testing import emptying

pytestmark = pytest.mark.django_db(transaction=True)
HELD, WANTED = OutboxEvent._meta.db_table, "people_person"
WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid = %s)"


def another_connection():
    """Of a request of a live server that goes on when its test has ended."""
    parameters = connection.get_connection_params()
    names = parameters.keys() & {"dbname", "user", "password", "host", "port"}
    return psycopg.connect(**{name: parameters[name] for name in names})


def empty():
    call_command("flush", interactive=False, verbosity=0, database="default")


def test_a_request_that_still_goes_on_is_given_way_to():
    """It holds what is emptied, and wants what the emptying looks at."""
    OutboxEvent.objects.create(name="x", payload={})
    ours = emptying.connection_to(connection).info.backend_pid
    with closing(another_connection()) as request, closing(another_connection()) as watch:
        watch.autocommit = True
        request.execute(f"LOCK TABLE {HELD} IN SHARE MODE")

        def go_on():
            while not watch.execute(WAITS, [ours]).fetchone()[0]:
                pass
            with suppress(psycopg.errors.DeadlockDetected):  # it came a second late, and was ended in our place
                request.execute(f"LOCK TABLE {WANTED} IN ACCESS EXCLUSIVE MODE")
            request.rollback()

        thread = threading.Thread(target=go_on)
        thread.start()
        empty()
        thread.join()
    assert not OutboxEvent.objects.exists()


def test_a_fault_of_one_emptying_harms_no_later_one(monkeypatch):
    OutboxEvent.objects.create(name="x", payload={})
    with monkeypatch.context() as patch:
        patch.setattr(emptying, "seeds", lambda: "SELECT 1 / 0")
        with pytest.raises(psycopg.errors.DivisionByZero):
            empty()
    empty()
    assert not OutboxEvent.objects.exists()


def test_a_job_that_was_queued_for_good_waits_for_no_later_test():
    """Procrastinate's models are not managed: Django's own list of tables leaves them out."""
    Job("datahub.count_readings", print).defer()
    assert ProcrastinateJob.objects.exists()
    empty()
    assert not ProcrastinateJob.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_events")
        assert cursor.fetchone() == (0,)
