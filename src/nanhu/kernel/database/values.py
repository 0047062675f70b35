"""One statement and what it says: a value, a row, all rows, how many it wrote. Most of them call one function of the database."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from nanhu.kernel.database.prepared import planned_cursor

type Facts = Sequence[Any] | Mapping[str, Any] | None


def one_row(statement: str, facts: Facts = None) -> Any:
    """The first row as a tuple, None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        return cursor.fetchone()


def one_value(statement: str, facts: Facts = None) -> Any:
    """The first value of the row that there is."""
    return one_row(statement, facts)[0]


def all_rows(statement: str, facts: Facts = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        return list(cursor.fetchall())


def run(statement: str, facts: Facts = None) -> int:
    """How many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        return int(cursor.rowcount)


def planned_rows(statement: str, facts: Facts = None) -> list[Any]:
    """As `all_rows`, planned once in a connection: what is given takes the type of its place in the statement."""
    with planned_cursor() as cursor:
        cursor.execute(statement, facts)
        return list(cursor.fetchall()) if cursor.description else []
