"""The SQL of counting that is no function: `sql/queries/<name>.sql`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

FOLDER = Path(__file__).parent / "sql" / "queries"


@cache
def statement(name: str) -> str:
    return (FOLDER / f"{name}.sql").read_text("utf-8")


def run(name: str, facts: Mapping[str, Any]) -> int:
    """How many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement(name), facts)
        return int(cursor.rowcount)


def rows(name: str, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement(name), facts)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
