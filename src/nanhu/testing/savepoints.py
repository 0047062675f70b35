"""A savepoint that is set by the first statement behind it, and never where none comes.

In the transaction of a test the portal guards each source of a page by a savepoint. Most of them ask the database nothing, and
setting and giving up their savepoints was two thirds of all statements of a page's test. Outside of tests it sets none.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any

from django.db import connection, transaction


def savepoint_when_needed() -> AbstractContextManager[None]:
    """In place of the portal's `guard._savepoint`."""
    return set_by_the_first_statement() if connection.in_atomic_block else nullcontext()


@contextmanager
def set_by_the_first_statement() -> Iterator[None]:
    with ExitStack() as stack:

        def first(execute: Callable[..., Any], *statement: Any) -> Any:
            connection.execute_wrappers.remove(first)
            stack.enter_context(transaction.atomic())
            return execute(*statement)

        connection.execute_wrappers.append(first)
        try:
            yield
        finally:
            if first in connection.execute_wrappers:
                connection.execute_wrappers.remove(first)
