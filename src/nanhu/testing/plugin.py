"""pytest plugin: a private embedded PostgreSQL for this run, copied from the template before Django's settings are read.

The controller of a parallel run makes it; its workers inherit the address by the environment.
"""

import atexit
import gc
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import nanhu
from nanhu.testing import folders

OWNER = "NANHU_TEST_OWNER"
OF_NO_MODEL = ["card_receipt", "card_spent", "card_stored_sum", "card_terminal_activity", "ledger_transfer"]
"""What SQL made and Django would not empty: a wallet's rows must not outlive it."""
WRITTEN_BY_MIGRATIONS = {"datahub_code", "datahub_shared_table", "auth_permission", "django_content_type"}
ROOMS_WITH_SEEDS = ("platforms/datahub", "systems/card", "systems/assets", "services/requests")
SEEDS = [Path(nanhu.__file__).parent / f"{room}/sql/seed.sql" for room in ROOMS_WITH_SEEDS]
"""What a migration writes into a table that tests fill, too: written again where that was emptied."""
EMPTY = """
DO $$
DECLARE one text; is_used boolean;
BEGIN
    FOREACH one IN ARRAY string_to_array('%s', ',') LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %%I)', one) INTO is_used;
        IF is_used THEN EXECUTE format('DELETE FROM %%I', one); END IF;
    END LOOP;
END $$
"""
CODE_TABLES = {"people_office"}
"""Their first rows are a migration's; tests add to them only in transactions of their own."""


def prepare() -> None:
    if os.environ.get(OWNER):
        return
    folder = folders.fresh("test")
    (folder / "static").mkdir()
    os.environ[OWNER] = str(os.getpid())
    os.environ["NANHU_DATA_DIR"] = str(folder)
    os.environ.pop("DATABASE_URL", None)
    os.environ.setdefault("NANHU_DEMO", "1")
    from nanhu.kernel.database import embedded
    from nanhu.testing import template

    template.copy_into(folder)
    embedded.start(folder, extra=template.FAST)
    template.add_months(folder)
    atexit.register(clean_up, folder, os.getpid())


def pytest_collection_finish() -> None:
    """What was collected stays to the end: the garbage collector need not walk it again and again (7 % of a room's time)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
    gc.enable()


def clean_up(folder: Path, owner: int) -> None:
    if os.getpid() != owner:
        return
    from nanhu.kernel.database import embedded

    embedded.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True, scope="session")
def emptying_passes_append_only_tables() -> Iterator[None]:
    """Between transactional tests every table is emptied; only there may the append-only triggers be passed by.

    Truncating hundreds of tables makes thousands of files anew; a test wrote into a few of them. What every migration
    writes stays, and is not written again.
    """
    from django.core.management.commands import flush
    from django.db.backends.postgresql.operations import DatabaseOperations

    original, seed = DatabaseOperations.execute_sql_flush, "".join(path.read_text() for path in SEEDS)

    def empty(self: DatabaseOperations, statements: list[str]) -> None:
        tables = [name for statement in statements for name in re.findall(r'"([^"]+)"', statement)]
        tables = [name for name in tables if name not in WRITTEN_BY_MIGRATIONS | CODE_TABLES]
        if tables:
            names = ",".join([*tables, *OF_NO_MODEL])
            original(self, ["SET LOCAL session_replication_role = replica", EMPTY % names, seed])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", empty)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_arguments, **_names: None)
        yield


gc.disable()  # until all is collected
prepare()
