"""Two connections, the second of which comes while the first has done its deed and not yet committed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

from django.db import connection, transaction

from nanhu.testing.patience import PATIENCE_SECONDS

WAITING = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Lock'"""


def amid[First, Second](
    first: Callable[[], First], second: Callable[[], Second], *, then: Callable[[], object] = lambda: None
) -> tuple[First, Second]:
    """What both gave; `second` was let go on only when it waited for a lock of the first's, or was done. `then`: what the first goes on
    with before it commits."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            done = first()
            other = pool.submit(alone, second)
            until_someone_waits(or_until=other.done)
            then()
        return done, other.result()


def alone[Given](deed: Callable[[], Given]) -> Given:
    try:
        return deed()
    finally:
        connection.close()


def until_someone_waits(*, or_until: Callable[[], bool] = lambda: False) -> None:
    """Until another connection waits for a lock."""
    deadline = monotonic() + PATIENCE_SECONDS
    while not (or_until() or is_someone_waiting()):
        if monotonic() > deadline:
            raise AssertionError("nobody waited")
        sleep(0.01)


def is_someone_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # one transaction sees one list of who is there
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])
