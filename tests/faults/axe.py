"""The power goes at any statement: what the transaction under way had written is gone, what was committed stays."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

COMMIT = "RELEASE SAVEPOINT"


class KilledError(BaseException):
    """No code of the house catches it, as none can catch a kill."""


class Axe:
    def __init__(self, after: int) -> None:
        self.left: int | None = after

    def __call__(self, execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        """Falls once: the way back of the broken transaction is the database's own work.

        At a commit it falls before it. Tests run in one transaction, so a commit of the house is the end of a savepoint.
        """
        if self.left == 0:
            self.left = None
            if sql.startswith(COMMIT):
                execute(sql.replace(COMMIT, "ROLLBACK TO SAVEPOINT"), *arguments)
            raise KilledError
        if self.left is not None:
            self.left -= 1
        return execute(sql, *arguments)


@contextmanager
def axe(after: int | None) -> Iterator[None]:
    """After so many statements nothing more happens in here; None: all of it happens."""
    if after is None:
        yield
        return
    try:
        with connection.execute_wrapper(Axe(after)):
            yield
    except KilledError:
        return
