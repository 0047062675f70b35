"""Empties the database between transactional tests: of 400 tables it looks which a test wrote into, and deletes from those alone.

Truncating all of them makes thousands of files anew. The look is one prepared statement, a tenth of a look at each table by itself.
What every migration writes stays, and is not written again; what one writes into a table that tests fill, too, is.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.core.management.commands import flush
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

import nanhu

OF_NO_MODEL = {"card_stored_sum", "card_terminal_activity"}
"""What SQL made and no model describes: a wallet's rows must not outlive it."""
WRITTEN_BY_MIGRATIONS = {"datahub_code", "datahub_shared_table", "auth_permission", "django_content_type"}
CODE_TABLES = {"people_office"}
"""Their first rows are a migration's; tests add to them only in transactions of their own."""
ROOMS_WITH_SEEDS = ("platforms/datahub", "systems/card", "systems/assets", "services/requests")
LOOK = "nanhu_tables_in_use"
MOST_ATTEMPTS = 5
_opened: dict[str, psycopg.Connection] = {}


@cache
def seeds() -> str:
    """What a migration writes into tables that tests fill: written again where they were emptied."""
    root = Path(nanhu.__file__).parent
    return "".join((root / room / "sql" / "seed.sql").read_text() for room in ROOMS_WITH_SEEDS)


@cache
def look() -> str:
    """SQL that answers with the name of each table in use; also of those that Django does not manage and would not empty (rows of money,
    procrastinate's queue)."""
    managed = connections["default"].introspection.django_table_names(only_existing=True, include_views=False)
    others = {one._meta.db_table for one in apps.get_models() if not one._meta.managed}  # noqa: SLF001
    names = sorted({*managed, *others, *OF_NO_MODEL} - WRITTEN_BY_MIGRATIONS - CODE_TABLES)
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in names)  # noqa: S608 - our tables


def empty(_command: flush.Command, *, database: str, **_options: Any) -> None:
    """In place of Django's own `flush`. What a request of a live server still does, may stand in the way of it and give way to it; a fault
    harms no later test."""
    for left in reversed(range(MOST_ATTEMPTS)):
        connection = connection_to(connections[database])
        try:
            used = [name for (name,) in connection.execute(f"EXECUTE {LOOK}")]
            connection.execute(";\n".join([*(f'DELETE FROM "{name}"' for name in used), seeds()]))  # noqa: S608
            connection.commit()
        except psycopg.Error as error:
            connection.close()  # the next has one of its own: a rollback forgets what was prepared
            if not left or not isinstance(error, psycopg.errors.DeadlockDetected):
                raise
        else:
            return


def connection_to(tested: BaseDatabaseWrapper) -> psycopg.Connection:
    """Of this process to the database of its tests, as a replica: no trigger refuses it a row. To become one in the midst would make
    PostgreSQL forget the plan of the look, which is nine tenths of what that costs."""
    name = tested.settings_dict["NAME"]
    if (known := _opened.get(name)) is not None and not is_broken(known):
        return known
    parameters = tested.get_connection_params()
    parameters = {key: parameters[key] for key in ("dbname", "user", "password", "host", "port") if key in parameters}
    _opened[name] = psycopg.connect(**parameters)
    _opened[name].execute("SET session_replication_role = replica")
    _opened[name].execute(f"PREPARE {LOOK} AS {look()}")
    _opened[name].commit()
    return _opened[name]


def is_broken(connection: psycopg.Connection) -> bool:
    """Whether a test has ended it, as those do that end every connection to the database."""
    try:
        connection.execute("SELECT")
    except psycopg.OperationalError:
        return True
    return False


@pytest.fixture(autouse=True, scope="session")
def emptying_passes_append_only_tables() -> Iterator[None]:
    """Only between transactional tests may the append-only triggers be passed by."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush.Command, "handle", empty)
        yield
