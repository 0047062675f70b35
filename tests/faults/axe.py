"""The power goes at any statement: what the transaction under way had written is gone, what was committed stays."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


class KilledError(BaseException):
    """No code of the house catches it, as none can catch a kill."""


class Axe:
    def __init__(self, after: int) -> None:
        self.left: int | None = after

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        """Falls once: the way back of the broken transaction is the database's own work."""
        if self.left == 0:
            self.left = None
            raise KilledError
        if self.left is not None:
            self.left -= 1
        return execute(*arguments)


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
