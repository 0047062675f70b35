"""How much a page asks of the database."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models.sql.compiler import SQLCompiler
from django.test import Client
from django.test.utils import CaptureQueriesContext


def queries_of(client: Client, address: str) -> list[str]:
    """What a page asked at its second visit, with 200 as its answer. What the process keeps for some seconds is warm
    then. Savepoints are the tests' own: outside them no transaction is open around it.
    """
    client.get(address)

    def again() -> None:
        assert client.get(address).status_code == 200

    return statements_of(again)


def statements_of(work: Callable[[], object]) -> list[str]:
    """What this asks, savepoints left out."""
    with CaptureQueriesContext(connection) as captured:
        work()
    return [one["sql"] for one in captured.captured_queries if "SAVEPOINT" not in one["sql"]]


def made_anew(work: Callable[[], object]) -> list[str]:
    """The models of whose rows this makes statements, instead of taking those that are made once (`database.prepared`)."""
    made: list[str] = []
    as_sql = SQLCompiler.as_sql
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            SQLCompiler, "as_sql", lambda self, *a, **k: made.append(str(self.query.model)) or as_sql(self, *a, **k)
        )
        work()
    return made
