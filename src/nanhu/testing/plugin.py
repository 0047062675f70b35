"""pytest plugin: a private embedded PostgreSQL for this run, made before Django's settings are read.

The controller of a parallel run makes it; its workers inherit the address by the environment.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

OWNER = "NANHU_TEST_OWNER"


def prepare() -> None:
    if os.environ.get(OWNER):
        return
    folder = Path(tempfile.mkdtemp(prefix="nanhu-test-"))
    folder.chmod(0o755)
    (folder / "static").mkdir()
    os.environ[OWNER] = str(os.getpid())
    os.environ["NANHU_DATA_DIR"] = str(folder)
    os.environ.pop("DATABASE_URL", None)
    os.environ.setdefault("NANHU_DEMO", "1")
    from nanhu.kernel.database import embedded

    embedded.start(folder, extra="fsync = off\nsynchronous_commit = off\nfull_page_writes = off")
    with embedded.superuser_connection(folder) as connection:
        connection.execute("ALTER ROLE nanhu CREATEDB")
        connection.execute("GRANT SET ON PARAMETER session_replication_role TO nanhu")
    atexit.register(clean_up, folder, os.getpid())


def clean_up(folder: Path, owner: int) -> None:
    if os.getpid() != owner:
        return
    from nanhu.kernel.database import embedded

    embedded.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True, scope="session")
def emptying_passes_append_only_tables() -> Iterator[None]:
    """Between transactional tests every table is emptied; only there may the append-only triggers be passed by."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    original = DatabaseOperations.execute_sql_flush

    def empty(self: DatabaseOperations, statements: list[str]) -> None:
        if statements:
            statements = ["SET LOCAL session_replication_role = replica", *statements]
        original(self, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", empty)
        yield


prepare()
