"""Waiting until what was committed may be sealed: the horizon of a chain is the server's, and other workers and the server's own
autovacuum have transactions there, too."""

import time

from django.db import connection
from django.db.backends.utils import CursorWrapper

from nanhu.testing.patience import PATIENCE_SECONDS


def until_finished() -> None:
    """Until no transaction is under way on the server that began before this call. Not inside one, nor beside one of the test's own.

    One of another database counts as well: it holds a seal back when it ends at the moment at which the sealer looks.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        [mine] = cursor.fetchone()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (oldest := oldest_under_way(cursor)) <= mine:
            if time.monotonic() > deadline:
                raise TimeoutError(f"a transaction before {mine} is still under way: {oldest}")
            time.sleep(0.02)


def oldest_under_way(cursor: CursorWrapper) -> int:
    cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    [oldest] = cursor.fetchone()
    return int(oldest)
