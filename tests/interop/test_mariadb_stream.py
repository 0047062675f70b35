"""A MariaDB's own log of changes as a source of the hub: exactly once, through kills, a lost log, TRUNCATE and DDL; GBK tables."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nanhu.emulators.vendors.databases import MariaDb
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.feeding import binlog, reaching, stream
from nanhu.platforms.datahub.models import Batch, DataSource, LandingRow
from nanhu.platforms.datahub.reading import spool
from nanhu.platforms.datahub.reading.spool import cell_of
from nanhu.platforms.datahub.tests.conftest import signed_in
from nanhu.platforms.datahub.tests.reading import at, read_again
from nanhu.platforms.datahub.tests.test_shared_sources import switched, two  # noqa: F401  (a fixture)
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_ports

pytestmark = pytest.mark.django_db
FORM = {
    "key": "aa.binlog",
    "name": "教务库变更流",
    "office": "教务处",
    "fills": "academic.roster",
    "columns": "学年学期 = xnxq\n课程号 = kch\n教学班号 = jxb\n学号 = xh\n课程名称 = kcmc\n修读方式 = fs",
    "values": "修读方式.重修 = again\n修读方式.初修 = first",
    "kind": "binlog",
    "user_name": "hub",
    "secret": "it's a secret",
    "query": "xk",
    "stale_minutes": "5",
    "tolerance": "20",
}
COLUMNS = (
    "xnxq char(11), jxb varchar(20), xh char(11), kch varchar(10), kcmc varchar(40), fs enum('初修', '重修'),"
    " PRIMARY KEY (xnxq, jxb, xh)"
)
ROWS = ",".join(
    f"('2026-2027-1', ' JX01', '{14231100000 + n}', 'MA101', '高等数学Ａ', '{'重修' if n % 7 == 0 else '初修'}')"
    for n in range(1, 61)
)
PURGE = "PURGE BINARY LOGS BEFORE now() + INTERVAL 1 DAY"
KEY = "xnxq = '2026-2027-1' AND jxb = ' JX01'"


@pytest.fixture(scope="module")
def server() -> Iterator[MariaDb]:
    if shutil.which("mariadbd") is None:
        pytest.skip("sh scripts/install-test-tools installs mariadb-server-core")
    folder = Path(tempfile.mkdtemp(prefix="nanhu-binlog-"))
    one = MariaDb(folder, free_ports(1)[0], FORM["secret"])
    one.start()
    does(
        one,
        "CREATE DATABASE jw CHARACTER SET gbk",
        "CREATE USER hub@'127.0.0.1' IDENTIFIED BY 'it''s a secret'",
        "GRANT SELECT ON jw.* TO hub@'127.0.0.1'",
        "GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO hub@'127.0.0.1'",
    )
    yield one
    one.process.kill()
    one.process.wait(PATIENCE_SECONDS)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def made(server: MariaDb, two: list[Any], monkeypatch: pytest.MonkeyPatch) -> DataSource:  # noqa: F811
    changed = replace(configuration(), demo=False, outgoing_networks="127.0.0.0/8")
    monkeypatch.setattr("nanhu.kernel.outgoing.configuration", lambda: changed)
    monkeypatch.setattr(reaching, "listed_hosts", lambda: ("127.0.0.1",))
    does(server, "DROP TABLE IF EXISTS jw.xk", f"CREATE TABLE jw.xk ({COLUMNS})", f"INSERT INTO jw.xk VALUES {ROWS}")  # noqa: S608  (our own rows)
    steward = signed_in("管流", "0020209193", "datahub.steward")
    answer = steward.post("/datahub/sources/new/stream/", FORM | {"address": f"127.0.0.1:{server.port}/jw"})
    assert answer.status_code == 302, answer.context["form"].errors
    one = DataSource.objects.get(key="aa.binlog")
    switched(two, source=one.key)
    assert "高等数学" in steward.post(at(one, "try/")).content.decode()
    steward.post(at(one, "start/"))
    assert (read_again(one).error, one.rows, len(there())) == ("", 60, 60)
    return one


def does(server: MariaDb, *statements: str) -> None:
    server.does(*((one, ()) for one in statements))


def logs_of(server: MariaDb) -> Sequence[object]:
    """A file that is read, or not yet carried over to the tables, outlives its purge."""
    with server.connection() as asked, asked.cursor() as cursor:
        cursor.execute("SHOW BINARY LOGS")
        return cursor.fetchall()


def there() -> dict[str, tuple[str, str]]:
    return {one.campus_no: (one.course, one.kind) for one in datahub.rows("academic.roster")}


@pytest.mark.capability("A001.1", "A001.2")
def test_a_change_a_new_row_and_a_death_come_alone_and_once(
    made: DataSource, server: MariaDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    landed, good_at = LandingRow.objects.count(), made.good_at
    assert (read_again(made).error, Batch.objects.count()) == ("", 1), "no news, no batch"
    assert made.good_at > good_at
    assert made.due_at <= now() + stream.EVERY
    does(
        server,
        "UPDATE jw.xk SET kch = '高数2', fs = '重修' WHERE xh = '14231100001'",
        "UPDATE jw.xk SET kch = '高数3' WHERE xh = '14231100001'",
        "DELETE FROM jw.xk WHERE xh = '14231100002'",
        "UPDATE jw.xk SET xh = '14231100099' WHERE xh = '14231100003'",
        "INSERT INTO jw.xk VALUES ('2026-2027-1', 'JX01', '14231100088', 'MA101', '线代', '初修')",
        "DELETE FROM jw.xk WHERE xh = '14231100088'",
        "CREATE TABLE IF NOT EXISTS jw.xk_other (id int)",
        "INSERT INTO jw.xk_other VALUES (1)",
    )

    def killed(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(binlog, "let_go", killed)
        read_again(made)
    for _turn in range(2):
        assert read_again(made).error == ""
    found = there()
    assert found["14231100001"] == ("高数3", "again")
    assert {"14231100002", "14231100003", "14231100088"} & found.keys() == set()
    assert ("14231100099" in found, len(found)) == (True, 59)
    assert [one.counts["removed"] for one in Batch.objects.order_by("id")] == [0, 2]
    assert LandingRow.objects.count() - landed == 5, Batch.objects.order_by("id").last().file_name


TYPED = {
    "number": ("bigint unsigned", "18446744073709551615"),
    "less": ("mediumint", "-5"),
    "short_number": ("smallint", "-300"),
    "tiny": ("tinyint unsigned", "200"),
    "price": ("decimal(20,4)", "-1234567890123.0450"),
    "cents": ("decimal(6,2)", "0.05"),
    "share": ("double", "0.1"),
    "part": ("float", "0.1"),
    "part_2": ("float(10,2)", "1234567.89"),
    "day": ("date", "'2026-09-01'"),
    "no_day": ("date", "'0000-00-00'"),
    "moment": ("datetime(3)", "'2026-09-01 08:00:00.045'"),
    "stamp": ("timestamp(6) NULL", "'2026-09-01 08:00:00.000500'"),
    "stamp_0": ("timestamp NULL", "'2026-09-01 08:00:00'"),
    "hour": ("time(2)", "'-102:03:04.50'"),
    "in_year": ("year", "2026"),
    "sort": ("enum('甲','乙''丙')", "'乙''丙'"),
    "some": ("set('早','中','晚')", "'早,晚'"),
    "flag": ("bit(12)", "b'100000000001'"),
    "words": ("varchar(300)", f"'{'字' * 200}'"),
    "fixed": ("char(10)", "'甲乙  '"),
    "raw": ("binary(4)", "x'61620000'"),
    "more": ("varbinary(20)", "x'D5C5C8FD'"),
    "old": ("varchar(20) CHARACTER SET latin1", "'café'"),
    "wide": ("text CHARACTER SET utf8mb4", "'𠮷😀'"),
    "long_text": ("mediumtext", f"'{'很长' * 300}'"),
    "facts": ("json", """'{"a": "甲"}'"""),
    "none": ("varchar(5)", "NULL"),
}


@pytest.mark.parametrize("is_packed", [False, True], ids=["plain", "compressed"])
def test_a_change_of_a_row_tells_its_other_values_as_the_whole_table_did(
    made: DataSource, server: MariaDb, is_packed: bool
) -> None:
    columns = ", ".join(f"`{name}` {kind}" for name, (kind, _value) in TYPED.items())
    values = ", ".join(value for _kind, value in TYPED.values())
    does(
        server,
        "SET GLOBAL time_zone = '+00:00'",
        f"SET GLOBAL log_bin_compress = {'ON' if is_packed else 'OFF'}",
        "SET GLOBAL log_bin_compress_min_len = 10",
    )
    does(
        server,
        "SET sql_mode = ''",
        "DROP TABLE IF EXISTS jw.typed",
        f"CREATE TABLE jw.typed (id int PRIMARY KEY, note varchar(10), {columns})",
        f"INSERT INTO jw.typed VALUES (1, '', {values})",  # noqa: S608  (our own row)
    )
    made.query, made.position = "typed", {}
    with binlog.connected(made) as line:
        whole = binlog.news_of(made, line, lambda _columns: ["id"])
        before = [{name: cell_of(value) for name, value in row.items()} for row in whole.rows]
    made.position = {"until": whole.until, "shape": whole.shape, "layout": whole.layout}
    does(server, "UPDATE jw.typed SET note = '改'", "SET GLOBAL log_bin_compress = OFF")
    with binlog.connected(made) as line:
        news = binlog.news_of(made, line, lambda _columns: ["id"])
        after = [{name: cell_of(value) for name, value in row.items()} for row in news.rows]
    assert (whole.is_whole, news.is_whole, news.why) == (True, False, "")
    assert after == [before[0] | {"note": "改"}]
    assert (after[0]["words"], after[0]["more"], after[0]["price"]) == ("字" * 200, "张三", "-1234567890123.0450")


def test_every_character_of_gbk_is_read_as_the_server_reads_it(made: DataSource, server: MariaDb) -> None:
    pairs = [bytes((high, low)) for high in range(0x81, 0xFF) for low in (*range(0x40, 0x7F), *range(0x80, 0xFF))]
    rows = ",".join(f"({n}, x'{one.hex()}')" for n, one in enumerate(pairs))
    does(
        server,
        "SET sql_mode = ''",
        "DROP TABLE IF EXISTS jw.signs",
        "CREATE TABLE jw.signs (id int PRIMARY KEY, sign varchar(2))",
    )
    made.query, made.position = "signs", {}
    with binlog.connected(made) as line:
        whole = binlog.news_of(made, line, lambda _columns: ["id"])
    made.position = {"until": whole.until, "shape": whole.shape, "layout": whole.layout}
    does(server, "SET sql_mode = ''", f"INSERT INTO jw.signs VALUES {rows}")  # noqa: S608  (our own rows)
    with binlog.connected(made) as line:
        news = binlog.news_of(made, line, lambda _columns: ["id"])
        told = {row["id"]: row["sign"] for row in news.rows}
        there = {row["id"]: row["sign"] for row in binlog.selected(line, "SELECT id, sign FROM signs")}
    other = {there[n]: told[n] for n in there if told[n] != there[n]}
    assert (news.is_whole, len(told)) == (False, len(pairs))
    assert other.keys() <= {"?"}, "what the server cannot show (䶮 in its GBK) the log still says"


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        (["RESET MASTER"], "没有上次读到的地方|不是上次那一份"),
        (["SET GLOBAL slave_connections_needed_for_purge = 0", "FLUSH BINARY LOGS", PURGE], "没有上次读到的地方"),
        (["ALTER TABLE jw.xk ADD note varchar(9)"], "各列变了"),
        (["ALTER TABLE jw.xk ADD note int", "ALTER TABLE jw.xk DROP note"], "ALTER"),
        (
            ["RENAME TABLE jw.xk TO jw.kept", "CREATE TABLE jw.xk LIKE jw.kept", "INSERT jw.xk SELECT * FROM jw.kept"],
            "RENAME",
        ),
        (["SET SESSION binlog_format = STATEMENT", "UPDATE jw.xk SET kch = 'ST'"], "UPDATE"),
        (["SET SESSION binlog_row_image = MINIMAL", "UPDATE jw.xk SET kch = 'MI' WHERE xh = '14231100006'"], "不完整"),
    ],
    ids=["begun anew", "purged", "a column more", "there and back", "another table", "by statement", "half rows"],
)
def test_where_the_log_does_not_say_all_the_whole_table_is_compared_and_the_batch_says_why(
    made: DataSource, server: MariaDb, statements: list[str], why: str
) -> None:
    does(server, *statements)
    while PURGE in statements and len(logs_of(server)) > 1:
        does(server, PURGE)
    does(server, "DELETE FROM jw.xk WHERE xh = '14231100005'")
    read_again(made)
    name = Batch.objects.get(pk=made.batch_id).file_name
    assert "整张表重读" in name
    assert any(one in name for one in why.split("|")), name
    assert made.rows == 59
    steward = signed_in("管断", "0020209194", "datahub.steward")
    assert "整张表重读" in steward.get(at(made)).content.decode()
    does(server, "DROP TABLE IF EXISTS jw.kept")


def test_another_servers_log_under_the_same_name_is_not_gone_on_with(made: DataSource, server: MariaDb) -> None:
    """After a failover or a restore the same file and place may be there, and be another's."""
    until = made.position["until"] | {"made_at": made.position["until"]["made_at"] - 60}
    DataSource.objects.filter(pk=made.pk).update(position=made.position | {"until": until})
    does(server, "DELETE FROM jw.xk WHERE xh = '14231100005'")
    assert (read_again(made).error, made.rows, len(there())) == ("", 59, 59)
    assert "不是上次那一份" in Batch.objects.get(pk=made.batch_id).file_name


def test_another_server_at_the_same_place_is_not_gone_on_with(
    made: DataSource, server: MariaDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that were begun in the same second have files of one name and one moment; behind one address they may answer by turns."""
    DataSource.objects.filter(pk=made.pk).update(
        position=made.position | {"until": made.position["until"] | {"server": "8 other 3306"}}
    )
    does(server, "DELETE FROM jw.xk WHERE xh = '14231100005'")
    assert (read_again(made).error, made.rows, len(there())) == ("", 59, 59)
    assert "换了服务器" in Batch.objects.get(pk=made.batch_id).file_name
    monkeypatch.setattr(binlog, "SERVER", "SELECT connection_id() AS server")
    assert "换了服务器" in read_again(made).error


@pytest.fixture
def replica(server: MariaDb) -> Iterator[MariaDb]:
    """A second one that follows the first, begun from a copy of it."""
    does(
        server,
        "CREATE USER IF NOT EXISTS copy@'127.0.0.1' IDENTIFIED BY 'copied'",
        "GRANT REPLICATION SLAVE ON *.* TO copy@'127.0.0.1'",
    )
    stopped(server)
    folder = Path(tempfile.mkdtemp(prefix="nanhu-replica-"))
    shutil.copytree(server.folder / "data", folder / "data")
    server.again()
    second = MariaDb(folder, free_ports(1)[0], server.key)
    command = [one.replace(str(server.folder), str(folder)) for one in server.begin_as[0]]
    second.begin_as = ([*command, f"--port={second.port}", "--server-id=8", "--log-slave-updates"], folder, None)
    second.again()
    file, place = place_of(server)
    does(
        second,
        f"CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={server.port}, MASTER_USER='copy', MASTER_PASSWORD='copied',"
        f" MASTER_LOG_FILE='{file}', MASTER_LOG_POS={place}",
        "START SLAVE",
    )
    yield second
    stopped(second)
    shutil.rmtree(folder, ignore_errors=True)
    if server.process is not None and server.process.poll() is not None:
        server.again()


def stopped(server: MariaDb, *, kill: bool = False) -> None:
    assert server.process is not None
    (server.process.kill if kill else server.process.terminate)()
    server.process.wait(PATIENCE_SECONDS)


def place_of(server: MariaDb) -> tuple[str, int]:
    with server.connection() as asked, asked.cursor() as cursor:
        cursor.execute("SHOW MASTER STATUS")
        file, place, *_more = cursor.fetchone()
        return file, place


def test_a_replica_that_takes_over_the_address_is_read_whole_and_then_followed(
    replica: MariaDb, made: DataSource, server: MariaDb
) -> None:
    """What the first one told last and we had not read stands in the second; its log is another."""
    does(server, "DELETE FROM jw.xk WHERE xh = '14231100005'")
    assert (read_again(made).error, made.rows) == ("", 1)
    does(server, "DELETE FROM jw.xk WHERE xh = '14231100006'")
    with replica.connection() as asked, asked.cursor() as cursor:
        cursor.execute("SELECT MASTER_POS_WAIT(%s, %s, %s)", [*place_of(server), PATIENCE_SECONDS])
        assert cursor.fetchone()[0] is not None
        assert cursor.execute("SELECT 1 FROM jw.xk") == 58
    stopped(server, kill=True)
    assert read_again(made).error
    does(replica, "STOP SLAVE", "RESET SLAVE ALL")
    stopped(replica)
    replica.begin_as = ([*replica.begin_as[0], f"--port={server.port}"], replica.folder, None)
    replica.again()
    assert (read_again(made).error, made.rows, len(there())) == ("", 58, 58)
    assert "换了服务器" in Batch.objects.get(pk=made.batch_id).file_name
    does(replica, "DELETE FROM jw.xk WHERE xh = '14231100007'")
    assert (read_again(made).error, made.rows, len(there())) == ("", 1, 57), "from then on its changes alone"


def test_a_killed_server_and_a_new_file_lose_nothing_and_an_emptied_table_empties_nothing(
    made: DataSource, server: MariaDb
) -> None:
    does(server, "DELETE FROM jw.xk WHERE xh = '14231100005'", "FLUSH BINARY LOGS")
    does(server, "DELETE FROM jw.xk WHERE xh = '14231100006'")
    server.process.kill()
    server.process.wait(PATIENCE_SECONDS)
    assert read_again(made).error
    assert made.failed_at
    server.again()
    does(server, "DELETE FROM jw.xk WHERE xh = '14231100007'")
    assert (read_again(made).error, made.rows, len(there())) == ("", 3, 57), "its changes alone, over three files"
    assert made.failed_at is None
    does(server, "TRUNCATE TABLE jw.xk")
    for _turn in range(2):
        assert read_again(made).error == "没有读成：一行也没有给出"
    assert len(there()) == 57


def test_what_is_undone_or_under_way_is_not_read(made: DataSource, server: MariaDb) -> None:
    with server.connection() as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(f"DELETE FROM jw.xk WHERE {KEY} AND xh = '14231100005'")  # noqa: S608  (our own words)
        does(server, "BEGIN", f"DELETE FROM jw.xk WHERE {KEY} AND xh = '14231100006'", "ROLLBACK")  # noqa: S608
        assert (read_again(made).error, Batch.objects.count()) == ("", 1)
        cursor.execute("COMMIT")
    assert (read_again(made).error, made.rows, len(there())) == ("", 1, 59)


def test_a_long_log_is_read_in_pieces_and_is_not_fresh_until_its_end(
    made: DataSource, server: MariaDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    does(server, *(f"DELETE FROM jw.xk WHERE xh = '{14231100000 + n}'" for n in (5, 6)))  # noqa: S608  (our own rows)
    good_at = made.good_at
    monkeypatch.setattr(binlog, "MOST_CHANGES", 1)
    assert (read_again(made).error, made.rows, len(there()), made.good_at) == ("", 1, 59, good_at)
    monkeypatch.undo()


def test_a_transaction_of_more_rows_than_are_held_lands_in_parts_each_once(
    made: DataSource, server: MariaDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [f"{14231100000 + n}" for n in range(5, 12)]
    inside = f"xh BETWEEN '{keys[0]}' AND '{keys[-1]}'"
    does(
        server,
        "BEGIN",
        f"UPDATE jw.xk SET kch = '高数2' WHERE {inside}",  # noqa: S608  (our own rows)
        f"UPDATE jw.xk SET kch = '高数3' WHERE {inside}",  # noqa: S608
        f"DELETE FROM jw.xk WHERE xh = '{keys[-1]}'",  # noqa: S608
        "COMMIT",
    )
    monkeypatch.setattr(binlog, "MOST_CHANGES", 4)
    landed, good_at = LandingRow.objects.count(), made.good_at

    def killed(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(binlog, "let_go", killed)
        read_again(made)
    parts = 0
    while read_again(made).good_at == good_at:
        assert made.error == ""
        parts += 1
        assert parts < 9
    found = there()
    assert {found[one][0] for one in keys[:-1]} == {"高数3"}
    assert (keys[-1] in found, len(found)) == (False, 59)
    sizes = [one.rows.count() for one in Batch.objects.order_by("id")[1:]]
    assert (max(sizes), sum(sizes)) == (4, 14), "of one key in a part the last alone"
    assert LandingRow.objects.count() - landed == 14, "each part once"
    monkeypatch.undo()


def test_what_is_too_much_for_one_batch_is_too_much_for_the_parts_of_a_transaction(
    made: DataSource, server: MariaDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    does(server, "UPDATE jw.xk SET kch = '高数9'")
    monkeypatch.setattr(binlog, "MOST_CHANGES", 10)
    while not Batch.objects.filter(state="waiting").exists():
        assert read_again(made).error == ""
        assert Batch.objects.count() < 9
    assert sum(course == "高数9" for course, _kind in there().values()) == 50, "of sixty, and the last ten wait"
    (waits,) = Batch.objects.filter(state="waiting")
    assert [waits.gate[0][one] for one in ("measure", "count", "earlier")] == ["rows_changed", 10, 50]
    monkeypatch.undo()


def test_a_transaction_that_takes_longer_than_a_reading_is_gone_past(
    made: DataSource, server: MariaDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else each reading would begin it anew, for ever."""
    does(server, "CREATE TABLE jw.much (id int)", "INSERT INTO jw.much VALUES (1), (2)", "DROP TABLE jw.much")
    does(server, "DELETE FROM jw.xk WHERE xh = '14231100005'")
    monkeypatch.setattr(binlog, "READ_SECONDS", -1)
    for _turn in range(5):
        assert read_again(made).error == ""
    assert len(there()) == 59


def test_a_piece_that_no_spool_holds_is_read_as_the_whole_table(
    made: DataSource, server: MariaDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    does(server, "DELETE FROM jw.xk WHERE xh IN ('14231100005', '14231100006')")
    with monkeypatch.context() as patch:
        patch.setattr(spool, "MOST_ROWS", 1)
        assert read_again(made).error
    assert (read_again(made).error, made.rows, len(there())) == ("", 58, 58)


@pytest.mark.parametrize(
    ("statements", "back", "words"),
    [
        (["SET GLOBAL binlog_format = MIXED"], ["SET GLOBAL binlog_format = ROW"], "SET GLOBAL binlog_format = ROW"),
        (["SET GLOBAL binlog_row_image = MINIMAL"], ["SET GLOBAL binlog_row_image = FULL"], "binlog_row_image = FULL"),
        (
            ["REVOKE REPLICATION CLIENT ON *.* FROM hub@'127.0.0.1'"],
            ["GRANT REPLICATION CLIENT ON *.* TO hub@'127.0.0.1'"],
            "REPLICATION CLIENT",
        ),
        (
            ["REVOKE REPLICATION SLAVE ON *.* FROM hub@'127.0.0.1'"],
            ["GRANT REPLICATION SLAVE ON *.* TO hub@'127.0.0.1'"],
            "REPLICATION SLAVE",
        ),
        (["ALTER TABLE jw.xk ADD more int AS (1) VIRTUAL"], [], "读不出这一列"),
        (["ALTER TABLE jw.xk ADD who uuid"], [], "读不出这一列"),
        (
            [
                "CREATE TABLE IF NOT EXISTS jw.kc (kch varchar(10) PRIMARY KEY)",
                "INSERT IGNORE jw.kc VALUES ('MA101')",
                "ALTER TABLE jw.xk ADD FOREIGN KEY (kch) REFERENCES jw.kc (kch) ON DELETE CASCADE",
            ],
            ["DROP TABLE jw.xk, jw.kc"],
            "级联的外键",
        ),
    ],
    ids=[
        "statements",
        "half rows",
        "no right",
        "no right to the log",
        "a virtual column",
        "a type that nobody knows",
        "cascades",
    ],
)
def test_what_would_not_tell_every_change_is_refused_in_words(
    made: DataSource, server: MariaDb, statements: list[str], back: list[str], words: str
) -> None:
    good_at = made.good_at
    does(server, *statements)
    try:
        assert words in read_again(made).error
        assert made.good_at == good_at, "what is not told of is not fresh"
    finally:
        does(server, *back)
