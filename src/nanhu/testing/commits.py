"""A test's own transaction, which is rolled back, with what a commit brings inside: deferred constraints and `on_commit`.

Cheap beside a test on real transactions, after which every table is looked through. Who needs a second connection, a thread
or a crash needs real ones.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest.mock import patch

from django.db import connection


@contextmanager
def commits_happen() -> Iterator[None]:
    """Whenever the program leaves its outermost block. Nothing changes where transactions are real."""
    release, depth = connection.savepoint_commit, len(connection.savepoint_ids)

    def commit(sid: str) -> None:
        is_outermost = len(connection.savepoint_ids) == depth
        if is_outermost:
            check_constraints()
        release(sid)
        if is_outermost:
            run_hooks()

    is_rolled_back = connection.in_atomic_block
    with patch.object(connection, "savepoint_commit", commit) if is_rolled_back else nullcontext():
        yield


def check_constraints() -> None:
    """Unseen by who counts the queries of a page."""
    with connection.wrap_database_errors:
        for mode in ("IMMEDIATE", "DEFERRED"):
            connection.connection.execute(f"SET CONSTRAINTS ALL {mode}")


def run_hooks() -> None:
    """Each once, as Django does; one that commits something of its own finds the list empty."""
    waiting: list[Any] = connection.run_on_commit
    connection.run_on_commit = []
    for _savepoints, callback, is_robust in waiting:
        try:
            callback()
        except Exception:
            if not is_robust:
                raise
