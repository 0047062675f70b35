"""Each process of a running campus is known to the database by a role of its own, and nobody who serves people owns a table."""

from collections.abc import Iterator
from http.client import HTTPConnection

import psycopg
import pytest

from nanhu.kernel.database import embedded
from nanhu.kernel.processes.specification import processes
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import Campus
from tests.faults.evidence import wait_until

CONNECTED = """
    SELECT application_name, array_agg(DISTINCT usename::text ORDER BY usename::text) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND application_name <> '' GROUP BY 1
"""


@pytest.fixture
def database(campus: Campus) -> Iterator[psycopg.Connection]:
    with embedded.superuser_connection(campus.folder) as connection:
        yield connection


def report_as_nobody(campus: Campus) -> None:
    """The process of accounting asks the database for nothing before something is reported; a key that is none is looked up."""
    line = HTTPConnection("127.0.0.1", campus.port("radius"), timeout=PATIENCE_SECONDS)
    facts = {"Content-Type": "application/json", "X-Nanhu-Radius-Key": "nobody has this one"}
    line.request("POST", "/radius/accounting", b"{}", facts)
    assert line.getresponse().status == 403


def test_each_process_that_asks_the_database_is_connected_by_its_own_role(
    campus: Campus, database: psycopg.Connection
) -> None:
    report_as_nobody(campus)
    wanted = {f"nanhu-{one.key}": [embedded.embedded_user(one.database_role)] for one in processes if one.database_role}

    def connected() -> dict[str, list[str]]:
        return {name: users for name, users in database.execute(CONNECTED).fetchall() if name in wanted}

    wait_until(campus, lambda: connected().keys() == wanted.keys(), f"not all of {sorted(wanted)} are connected")
    assert connected() == wanted
    assert {"nanhu-web", "nanhu-worker", "nanhu-gateway", "nanhu-radius"} <= wanted.keys()
