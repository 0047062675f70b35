"""A real MariaDB with GBK tables as a source of the hub: read in a snapshot, dirty as it is, killed in the middle, with another shape."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pymysql
import pytest

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.configuration import configuration
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.feeding import reaching
from nanhu.platforms.datahub.models import Batch, DataSource, SharedRow
from nanhu.platforms.datahub.tests.conftest import signed_in
from nanhu.platforms.datahub.tests.reading import at, read, read_again
from nanhu.platforms.datahub.tests.test_shared_sources import switched, two  # noqa: F401  (a fixture)
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_ports

pytestmark = pytest.mark.django_db(transaction=True)
QUERY = "SELECT xnxq, jxb, xh AS stu, kch, kcmc FROM xk WHERE kcmc NOT LIKE '%已停%'"
FORM = {
    "key": "aa.database",
    "name": "教务库",
    "office": "教务处",
    "fills": "academic.roster",
    "columns": "学年学期 = xnxq\n教学班号 = jxb\n学号 = stu\n课程号 = kch\n课程名称 = kcmc",
    "values": "",
    "is_whole": "on",
    "kind": "mariadb",
    "user_name": "hub",
    "secret": "it's a secret",
    "query": QUERY,
    "every_minutes": "15",
    "stale_minutes": "60",
    "tolerance": "20",
}


@dataclass
class MariaDb:
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["mariadbd", "--no-defaults", f"--datadir={self.folder}/data", "--bind-address=127.0.0.1"]
        command += [f"--port={self.port}", f"--socket={self.folder}/s", f"--pid-file={self.folder}/p", *as_root()]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                dying_with_parent(command, number=signal.SIGKILL), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until = time.monotonic() + PATIENCE_SECONDS
        while not (self.folder / "s").exists():
            assert time.monotonic() < until
            assert self.process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.05)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        (self.folder / "s").unlink(missing_ok=True)

    @contextmanager
    def asked(self) -> Iterator[pymysql.cursors.Cursor]:
        socket = str(self.folder / "s")
        with pymysql.connect(unix_socket=socket, user="root", charset="utf8mb4", autocommit=True) as connection:
            yield connection.cursor()

    def does(self, *statements: str) -> None:
        with self.asked() as cursor:
            for one in statements:
                cursor.execute(one)


def as_root() -> list[str]:
    return ["--user=root"] if os.geteuid() == 0 else []


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    if shutil.which("mariadbd") is None:
        pytest.skip("sh scripts/install-test-tools installs mariadb-server-core")
    folder = tmp_path_factory.mktemp("maria")
    install = ["mariadb-install-db", "--no-defaults", f"--datadir={folder}/data", "--skip-test-db", *as_root()]
    subprocess.run([*install, "--auth-root-authentication-method=normal"], check=True, capture_output=True)
    (port,) = free_ports(1)
    server = MariaDb(folder, port)
    server.start()
    server.does(
        "CREATE DATABASE jw CHARACTER SET gbk",
        "CREATE USER hub@'127.0.0.1' IDENTIFIED BY 'it''s a secret'",
        "GRANT ALL ON jw.* TO hub@'127.0.0.1'",
        "CREATE TABLE jw.xk (xnxq char(11), jxb varchar(20), xh char(11), kch varchar(10), kcmc varchar(40), PRIMARY KEY (jxb, xh)) ENGINE=InnoDB",
    )
    yield server
    server.kill()


@pytest.fixture
def filled(mariadb: MariaDb) -> MariaDb:
    rows = ",".join(
        f"('2026-2027-1', ' JX{n % 7:02d}', '{14231100000 + n}', 'MA101', '高等数学Ａ')" for n in range(300)
    )
    mariadb.does("TRUNCATE jw.xk", f"INSERT INTO jw.xk VALUES {rows}")  # noqa: S608  (our own rows)
    return mariadb


def test_a_gbk_database_is_read_in_and_its_changes_and_deaths(
    filled: MariaDb,
    two: list[object],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changed = replace(configuration(), demo=False, outgoing_networks="127.0.0.0/8")
    monkeypatch.setattr("nanhu.kernel.outgoing.configuration", lambda: changed)
    monkeypatch.setattr(reaching, "listed_hosts", lambda: ("127.0.0.1",))
    with filled.asked() as cursor:
        cursor.execute("SELECT hex(convert('张三' USING gbk)), @@character_set_server")
        assert cursor.fetchone()[0] == "D5C5C8FD"
    steward = signed_in("管库", "0020209188", "datahub.steward")
    address = f"127.0.0.1:{filled.port}/jw"
    answer = steward.post("/datahub/sources/new/database/", FORM | {"address": address})
    assert answer.status_code == 302, answer.context["form"].errors
    made = DataSource.objects.get(key="aa.database")
    switched(two, source=made.key)
    assert "高等数学" in steward.post(at(made, "try/")).content.decode()
    steward.post(at(made, "start/"))
    assert read(made).error == ""
    found = datahub.rows("academic.roster")
    assert (len(found), found[0].course_name, found[0].section) == (300, "高等数学A", "JX00")

    filled.does("DELETE FROM jw.xk WHERE xh = '14231100007'", "UPDATE jw.xk SET kch = '高数2' WHERE xh = '14231100008'")
    read_again(made)
    found = {one.campus_no: one.course for one in datahub.rows("academic.roster")}
    assert ("14231100007" in found, found["14231100008"]) == (False, "高数2")
    assert SharedRow.objects.count() == 300 + 2, "what says the same by its key is not written again"
    filled.does("UPDATE jw.xk SET xh = '14239900009' WHERE xh = '14231100009'", "UPDATE jw.xk SET kcmc = '线代'")
    filled.does("UPDATE jw.xk SET kcmc = '高等数学Ａ'")
    read_again(made)
    found = {one.campus_no: one.course for one in datahub.rows("academic.roster")}
    assert ("14231100009" in found, "14239900009" in found, len(found)) == (False, True, 299), (
        "a key that changes is another row"
    )
    assert SharedRow.objects.count() == 300 + 4, "what was changed and changed back between two readings is not seen"

    filled.does("RENAME TABLE jw.xk TO jw.kept", "CREATE TABLE jw.xk LIKE jw.kept")
    assert (read_again(made).error, len(datahub.rows("academic.roster"))) == ("没有读成：一行也没有给出", 299), (
        "emptied"
    )
    filled.does("DROP TABLE jw.xk", "RENAME TABLE jw.kept TO jw.xk")

    before = Batch.objects.count()
    kept = pymysql.cursors.SSDictCursor.fetchone
    seen: list[int] = []

    def killed_in_the_middle(cursor: pymysql.cursors.SSDictCursor) -> object:
        seen.append(1)
        if len(seen) == 50:
            filled.kill()
        return kept(cursor)

    filled.does("UPDATE jw.xk SET kch = repeat('x', 10) WHERE xh LIKE '%1'")
    with monkeypatch.context() as patch:
        patch.setattr(pymysql.cursors.SSDictCursor, "fetchone", killed_in_the_middle)
        read_again(made)
    if len(seen) >= 50:
        assert read_again(made).error, "it is away"
        assert Batch.objects.count() in {before, before + 1}, "half of it is nothing: all rows had come, or none"
    filled.kill()
    filled.start()
    filled.does("ALTER TABLE jw.xk DROP COLUMN kcmc")
    assert "kcmc" in read_again(made).error
    assert made.failed_at
    assert len(datahub.rows("academic.roster")) == 299
