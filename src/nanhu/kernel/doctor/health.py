"""For load balancers and supervisors: alive means "do not kill me", ready means "send me people"."""

import psycopg
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from nanhu.kernel.configuration import configuration

CONNECT_SECONDS = 2


def liveness() -> bool:
    """This process answers. It asks nobody else: a slow database must not get every process restarted."""
    return True


def readiness() -> str:
    """Empty when pages can be served, else a word for what is missing. Asks by a connection of its own, so that the
    answer comes soon while the pool still waits for a lost server."""
    try:
        psycopg.connect(configuration().database_url, connect_timeout=CONNECT_SECONDS).close()
        if not _migrations.are_applied and not _migrations.ask():
            return "migrations"
    except (Error, psycopg.Error):
        return "database"
    return ""


class _Migrations:
    """Asked until they are all there, then never again: reading them costs a second of a core."""

    def __init__(self) -> None:
        self.are_applied = False

    def ask(self) -> bool:
        executor = MigrationExecutor(connection)
        self.are_applied = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return self.are_applied


_migrations = _Migrations()
