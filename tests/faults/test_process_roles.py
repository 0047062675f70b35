"""Each process of a running campus is known to the database by a role of its own, and nobody who serves people owns a table."""

from collections.abc import Iterator

import psycopg
import pytest

from nanhu.kernel.database import embedded
from nanhu.kernel.processes.specification import processes
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


def test_web_worker_and_gateway_are_connected_by_their_own_roles(campus: Campus, database: psycopg.Connection) -> None:
    wanted = {f"nanhu-{one.key}": [embedded.embedded_user(one.database_role)] for one in processes if one.database_role}

    def connected() -> dict[str, list[str]]:
        return {name: users for name, users in database.execute(CONNECTED).fetchall() if name in wanted}

    wait_until(campus, lambda: connected().keys() == wanted.keys(), "web, worker and gateway are not all connected")
    assert connected() == wanted
    assert {"nanhu-web", "nanhu-worker", "nanhu-gateway"} <= wanted.keys()
