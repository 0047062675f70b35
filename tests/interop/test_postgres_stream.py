"""A PostgreSQL's log of changes as a source of the hub: exactly once, through kills, a lost slot, TRUNCATE and DDL."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from nanhu.emulators.vendors.databases import SERVER_USER, Postgres
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.errors import SourceFailedError
from nanhu.platforms.datahub.feeding import database, reaching, reading, stream
from nanhu.platforms.datahub.models import Batch, DataSource, LandingRow
from nanhu.platforms.datahub.reading.spool import cell_of
from nanhu.platforms.datahub.tests.conftest import signed_in
from nanhu.platforms.datahub.tests.reading import at, read_again
from nanhu.platforms.datahub.tests.test_shared_sources import switched, two  # noqa: F401  (a fixture)
from nanhu.testing.killing import killed
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_ports

pytestmark = pytest.mark.django_db
FORM = {
    "key": "aa.stream",
    "name": "教务变更流",
    "office": "教务处",
    "fills": "academic.roster",
    "columns": "学年学期 = xnxq\n课程号 = kch\n教学班号 = jxb\n学号 = xh\n修读方式 = is_again",
    "values": "修读方式.true = again\n修读方式.false = first",
    "kind": "stream",
    "user_name": "postgres",
    "secret": "it's a secret",
    "query": "public.xk",
    "stale_minutes": "5",
    "tolerance": "20",
}
COLUMNS = "xnxq text, jxb text, xh text, kch text, is_again boolean"


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="nanhu-stream-"))
    folder.chmod(0o755)
    server = Postgres(folder, free_ports(1)[0], FORM["secret"])
    server.start()
    yield server
    server.process.kill()
    server.process.wait(PATIENCE_SECONDS)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def made(postgres: Postgres, two: list[Any], monkeypatch: pytest.MonkeyPatch) -> DataSource:  # noqa: F811
    changed = replace(configuration(), demo=False, outgoing_networks="127.0.0.0/8")
    monkeypatch.setattr("nanhu.kernel.outgoing.configuration", lambda: changed)
    monkeypatch.setattr(reaching, "listed_hosts", lambda: ("127.0.0.1",))
    does(
        postgres,
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots",
        "DROP TABLE IF EXISTS xk CASCADE",
        f"CREATE TABLE xk ({COLUMNS}, PRIMARY KEY (xnxq, jxb, xh))",
        "INSERT INTO xk SELECT '2026-2027-1', ' JX01', 14231100000 + n, 'MA101', n % 7 = 0 FROM generate_series(1, 60) n",
    )
    steward = signed_in("管流", "0020209191", "datahub.steward")
    answer = steward.post("/datahub/sources/new/stream/", FORM | {"address": f"127.0.0.1:{postgres.port}/postgres"})
    assert answer.status_code == 302, answer.context["form"].errors
    one = DataSource.objects.get(key="aa.stream")
    switched(two, source=one.key)
    assert "MA101" in steward.post(at(one, "try/")).content.decode()
    steward.post(at(one, "start/"))
    assert (read_again(one).error, one.rows, len(there())) == ("", 60, 60)
    return one


def does(postgres: Postgres, *statements: str) -> None:
    postgres.does(*((one, ()) for one in statements))


def there() -> dict[str, tuple[str, str]]:
    return {one.campus_no: (one.course, one.kind) for one in datahub.rows("academic.roster")}


@pytest.mark.capability("A001.1", "A001.2")
def test_a_change_a_new_row_and_a_death_come_alone_and_once(
    made: DataSource, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    landed, good_at = LandingRow.objects.count(), made.good_at
    assert (read_again(made).error, Batch.objects.count()) == ("", 1), "no news, no batch"
    assert made.good_at > good_at
    assert made.due_at <= now() + stream.EVERY
    does(
        postgres,
        "UPDATE xk SET kch = 'MA102', is_again = true WHERE xh = '14231100001'",
        "UPDATE xk SET kch = 'MA103' WHERE xh = '14231100001'",
        "DELETE FROM xk WHERE xh = '14231100002'",
        "UPDATE xk SET xh = '14231100099' WHERE xh = '14231100003'",
        "INSERT INTO xk VALUES ('2026-2027-1', 'JX01', '14231100088', 'MA101', false)",
        "DELETE FROM xk WHERE xh = '14231100088'",
    )

    def killed(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(stream, "let_go", killed)
        read_again(made)
    for _turn in range(2):
        assert read_again(made).error == ""
    found = there()
    assert found["14231100001"] == ("MA103", "again")
    assert {"14231100002", "14231100003", "14231100088"} & found.keys() == set()
    assert ("14231100099" in found, len(found)) == (True, 59)
    assert [one.counts["removed"] for one in Batch.objects.order_by("id")] == [0, 2]
    assert LandingRow.objects.count() - landed == 5


def test_a_stream_that_becomes_another_kind_leaves_no_slot_that_fills_their_disk(
    made: DataSource, postgres: Postgres
) -> None:
    steward = signed_in("管改", "0020209195", "datahub.steward")
    with stream.connected(made) as line:
        assert stream.slot_in(made, line)
        said = FORM | {"address": made.address, "kind": "binlog", "query": "xk", "secret": ""}
        assert steward.post(at(made, "change/stream/"), said).status_code == 302
        assert stream.slot_in(made, line) is None


TYPED = {
    "number": "7",
    "price": "12.50::numeric",
    "share": "0.1::float8",
    "day": "date '2026-09-01'",
    "no_end": "date 'infinity'",
    "at": "timestamptz '2026-09-01 08:00:00.5+08'",
    "hour": "time '08:00'",
    "long": "interval '1 day 2 hours'",
    "words": "ARRAY['甲', '乙 丙', NULL]",
    "numbers": "ARRAY[1, 2]",
    "truths": "ARRAY[true]",
    "facts": """'{"b": [1], "a": "甲"}'::jsonb""",
    "said": """'{"b": [1],"a":  "甲"}'::json""",
    "old_text": "convert_to('甲', 'GB18030')",
    "is_it": "true",
    "is_not": "false",
    "none": "NULL::int[]",
    "address": "inet '10.0.0.1'",
    "span": "daterange('2026-09-01', '2027-01-31')",
}


def test_a_change_of_a_row_tells_its_other_values_as_the_whole_table_did(made: DataSource, postgres: Postgres) -> None:
    columns = ", ".join(f"{value} AS {name}" for name, value in TYPED.items())
    does(
        postgres,
        "ALTER DATABASE postgres SET datestyle = 'German'",
        "DROP TABLE IF EXISTS typed",
        f"CREATE TABLE typed AS SELECT 1 AS id, {columns}",
        "ALTER TABLE typed ADD PRIMARY KEY (id), ADD note text",
    )
    made.query, made.position = "public.typed", {}
    with stream.connected(made) as line:
        whole = stream.news_of(made, line, lambda _columns: ["id"])
        before = [{name: cell_of(value) for name, value in row.items()} for row in whole.rows]
        made.position = {"until": whole.until, "shape": whole.shape, "layout": whole.layout}
        does(postgres, "UPDATE typed SET note = '改'")
        news = stream.news_of(made, line, lambda _columns: ["id"])
        after = [{name: cell_of(value) for name, value in row.items()} for row in news.rows]
    does(postgres, "ALTER DATABASE postgres RESET datestyle")
    assert (whole.is_whole, news.is_whole) == (True, False)
    assert after == [before[0] | {"note": "改"}]
    assert (after[0]["words"], after[0]["old_text"], after[0]["day"]) == ('{甲,"乙 丙",NULL}', "甲", "2026-09-01")


def test_what_is_not_flushed_yet_is_not_let_go_of(
    made: DataSource, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit whose fsync lasts: it is written, nobody is told of it yet, and it is flushed before the log is let go of."""
    does(
        postgres,
        "ALTER SYSTEM SET wal_writer_delay = '10s'",
        "ALTER SYSTEM SET wal_writer_flush_after = '1GB'",
        "SELECT pg_reload_conf()",
        "CREATE TABLE IF NOT EXISTS filler (text text)",
    )
    let_go = stream.let_go

    def flushed_meanwhile(*arguments: Any) -> None:
        does(postgres, "INSERT INTO filler VALUES ('a commit that waits for its fsync')")
        let_go(*arguments)

    monkeypatch.setattr(stream, "let_go", flushed_meanwhile)
    does(
        postgres,
        "SELECT pg_switch_wal()",
        "SET synchronous_commit = off",
        "DELETE FROM xk WHERE xh = '14231100001'",
        "INSERT INTO filler SELECT repeat(md5(n::text), 30) FROM generate_series(1, 5000) n",
        "DO $$BEGIN IF pg_current_wal_lsn() <= pg_current_wal_flush_lsn() THEN RAISE 'all is flushed'; END IF; END$$",
    )
    for _turn in range(2):
        assert read_again(made).error == ""
    assert "14231100001" not in there()


def test_a_transaction_of_more_rows_than_are_held_lands_in_parts_each_once(
    made: DataSource, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [f"{14231100000 + n}" for n in range(5, 12)]
    inside = f"xh BETWEEN '{keys[0]}' AND '{keys[-1]}'"
    does(
        postgres,
        f"UPDATE xk SET kch = 'MA100' WHERE xh = '{keys[0]}'",  # noqa: S608  (our own rows)
        "BEGIN",
        f"UPDATE xk SET kch = 'MA102' WHERE {inside}",  # noqa: S608
        f"UPDATE xk SET kch = 'MA103' WHERE {inside}",  # noqa: S608
        f"DELETE FROM xk WHERE xh = '{keys[-1]}'",  # noqa: S608
        "COMMIT",
    )
    monkeypatch.setattr(stream, "MOST_CHANGES", 4)
    landed, good_at = LandingRow.objects.count(), made.good_at

    def killed(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(stream, "let_go", killed)
        read_again(made)
    parts = 0
    while read_again(made).good_at == good_at:
        assert made.error == ""
        parts += 1
        assert parts < 9
    found = there()
    assert {found[one][0] for one in keys[:-1]} == {"MA103"}
    assert (keys[-1] in found, len(found)) == (False, 59)
    sizes = [one.rows.count() for one in Batch.objects.order_by("id")[1:]]
    assert max(sizes) == 4
    assert LandingRow.objects.count() - landed == sum(sizes) == 15, "each part once"
    monkeypatch.undo()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "stage", ["before the place is noted", "before the log is let go of", "before it is concluded"]
)
def test_killed_after_a_part_took_effect_its_refused_line_is_read_again(
    made: DataSource, postgres: Postgres, stage: str
) -> None:
    does(
        postgres,
        "UPDATE xk SET kch = '' WHERE xh = '14231100001'",
        "UPDATE xk SET kch = 'MA102' WHERE xh = '14231100002'",
    )

    def read_until_there(die: Callable[[], None]) -> None:
        taken = reading.taken

        def dies(*arguments: Any, **options: Any) -> None:
            if stage == "before the place is noted":
                taken(*arguments, **options)
            die()

        where = {"before the place is noted": (reading, "taken"), "before the log is let go of": (stream, "let_go")}
        setattr(*where.get(stage, (reading, "Done")), dies)
        read_again(made)

    killed(read_until_there)
    assert there()["14231100002"][0] == "MA102"
    assert [one.counts["rejected"] for one in Batch.objects.order_by("id")] == [0, 1]
    for _turn in range(2):
        assert read_again(made).error == ""
    assert [one.counts["rows"] for one in Batch.objects.order_by("id")] == [60, 2, 60], "the whole table, for one line"
    does(postgres, "UPDATE xk SET kch = 'MA103' WHERE xh < '14231100003'")
    assert (read_again(made).error, made.rows) == ("", 2)
    assert {there()[f"1423110000{n}"][0] for n in (1, 2)} == {"MA103"}


@pytest.mark.parametrize(
    ("does_to", "a_time", "earlier"), [("UPDATE xk SET kch = 'MA200'", 12, 48), ("DELETE FROM xk", 5, 5)]
)
def test_a_table_that_small_transactions_change_or_empty_waits_when_a_day_has_seen_enough(
    made: DataSource, postgres: Postgres, does_to: str, a_time: int, earlier: int
) -> None:
    left = iter(range(1, 61))
    while not Batch.objects.filter(state="waiting").exists():
        does(postgres, *(f"{does_to} WHERE xh = '{14231100000 + n}'" for n in islice(left, a_time)))
        assert read_again(made).error == ""
    (measured,) = Batch.objects.get(state="waiting").gate
    assert (measured["count"], measured["earlier"]) == (a_time, earlier)
    steward = signed_in("管日", "0020209196", "datahub.steward")
    assert f"{earlier} 行" in steward.get(at(made, "days/")).content.decode()


def test_changes_that_another_let_go_of_are_read_with_the_whole_table(made: DataSource, postgres: Postgres) -> None:
    """Our database restored to where it was before a change; or a second campus that follows the table under the same key."""
    does(postgres, "DELETE FROM xk WHERE xh = '14231100001'")
    with transaction.atomic():
        assert (read_again(made).error, made.rows, len(there())) == ("", 1, 59)
        transaction.set_rollback(True)
    made.refresh_from_db()
    assert "14231100001" in there()
    assert (read_again(made).error, made.rows, "14231100001" in there()) == ("", 59, False)
    does(postgres, "DELETE FROM xk WHERE xh = '14231100002'")
    assert (read_again(made).error, made.rows, "14231100002" in there()) == ("", 1, False)


def test_a_batch_taken_back_and_a_writer_between_are_made_good_by_the_whole_table(
    made: DataSource,
    postgres: Postgres,
    two: list[Any],  # noqa: F811
) -> None:
    does(postgres, "DELETE FROM xk WHERE xh = '14231100001'")
    assert (read_again(made).error, "14231100001" in there()) == ("", False)
    steward = signed_in("管退", "0020209192", "datahub.steward")
    batch = f"/datahub/batches/{made.batch_id}/rollback/"
    page = steward.get(batch).content.decode()
    assert "下一次读取会把它再读进来" in page
    token = page.split('name="form_token" value="')[1].split('"')[0]
    sent = steward.post(batch, {"form_token": token, "reason": "看错了"})
    assert (sent.status_code, "14231100001" in there()) == (302, True)
    assert (read_again(made).error, "14231100001" in there()) == ("", False)
    switched(two, source="")
    datahub.remove("academic.roster", [("2026-2027-1", "JX01", "14231100002")], by=Actor.system("test"))
    switched(two, source=made.key)
    assert (read_again(made).error, made.rows, "14231100002" in there()) == ("", 59, True)
    does(postgres, "DELETE FROM xk WHERE xh = '14231100003'")
    assert (read_again(made).error, made.rows) == ("", 1), "and then its changes alone"


def test_a_table_whose_log_does_not_tell_our_key_is_refused_in_words(made: DataSource, postgres: Postgres) -> None:
    """Its own key is another: a change of ours would come without what it was, and both rows would stand."""
    does(postgres, "ALTER TABLE xk DROP CONSTRAINT xk_pkey", "ALTER TABLE xk ADD id serial PRIMARY KEY")
    assert "ALTER TABLE public.xk REPLICA IDENTITY FULL" in read_again(made).error
    does(postgres, "ALTER TABLE xk REPLICA IDENTITY FULL")
    does(postgres, "UPDATE xk SET kch = 'MA102' WHERE xh = '14231100001'")
    assert (read_again(made).error, made.rows) == ("", 60)
    does(postgres, "UPDATE xk SET xh = '14231100099' WHERE xh = '14231100001'")
    assert (read_again(made).error, made.rows) == ("", 2)
    assert {"14231100001", "14231100099"} & there().keys() == {"14231100099"}


@pytest.mark.capability("A001.2")
def test_a_row_that_is_written_anew_under_its_trimmed_key_before_the_old_one_goes_stays(
    made: DataSource, postgres: Postgres
) -> None:
    does(
        postgres,
        "INSERT INTO xk SELECT xnxq, trim(jxb), xh, kch, is_again FROM xk WHERE xh < '14231100031'",
        "DELETE FROM xk WHERE jxb = ' JX01' AND (xh < '14231100031' OR xh = '14231100060')",
    )
    assert (read_again(made).error, len(there())) == ("", 59)
    assert "14231100060" not in there(), "that one is gone"


def test_large_cells_are_asked_for_a_few_at_a_time_and_one_that_is_too_large_is_refused_in_words(
    made: DataSource, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    does(
        postgres,
        "CREATE TABLE photo (xnxq text, jxb text, xh text, kch text, zp bytea)",
        "INSERT INTO photo SELECT '2026-2027-1', 'JX02', 14231100000 + n, 'MA101', decode(repeat('ab', 100000), 'hex') FROM generate_series(1, 300) n",
    )
    monkeypatch.setattr(database, "ROW_BYTES", 16 << 20)
    monkeypatch.setattr(database, "CHUNK_BYTES", 1 << 20)
    asked = DataSource(
        kind="postgres",
        address=made.address,
        user_name=made.user_name,
        query="SELECT * FROM photo",
        fills="academic.roster",
    )
    asked.secret = FORM["secret"]
    try:
        assert len(list(database.read_rows(asked, limit=1000))) == 300, "60 MB, 16 at most between two rows"
        asked.query = "SELECT decode(repeat('ab', 30000000), 'hex') AS zp"
        with pytest.raises(SourceFailedError) as failed:
            list(database.read_rows(asked, limit=1000))
        assert "有一行大过 16 MiB：照片、附件这样的列请不要给" in failed.value.message
    finally:
        does(postgres, "DROP TABLE photo")


def test_of_large_rows_fewer_are_held_each_once(
    made: DataSource, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MOST_HELD", 400)
    does(postgres, "UPDATE xk SET kch = 'MA104' WHERE xh < '14231100009'")
    good_at = made.good_at
    while read_again(made).good_at == good_at:
        assert made.error == ""
    assert {there()[f"1423110000{n}"][0] for n in range(1, 9)} == {"MA104"}
    sizes = [one.rows.count() for one in Batch.objects.order_by("id")[1:]]
    assert (sum(sizes), len(sizes) > 1) == (8, True), "each once, in parts"
    monkeypatch.undo()


def test_a_rehearsal_is_of_the_whole_table(made: DataSource, postgres: Postgres) -> None:
    does(postgres, "DELETE FROM xk WHERE xh = '14231100005'")
    report = reading.rehearse(made, by=Actor.system("test"))
    assert (report.counts["rows"], report.counts["removed"]) == (59, 1)


def test_a_publication_tells_of_this_table_alone_and_must_tell_of_it(made: DataSource, postgres: Postgres) -> None:
    does(postgres, f"CREATE TABLE IF NOT EXISTS xk_other ({COLUMNS})", "CREATE TABLE IF NOT EXISTS card (id integer)")
    assert read_again(made).error == ""
    does(
        postgres,
        "INSERT INTO xk_other VALUES ('2026-2027-1', 'JX01', '14231109999', 'MA101', false)",
        "INSERT INTO card VALUES (1)",
        "TRUNCATE card",
        "DELETE FROM xk WHERE xh = '14231100005'",
    )
    assert (read_again(made).error, made.rows) == ("", 1), "its own change, and not the whole table"
    assert {"14231109999", "14231100005"} & there().keys() == set()
    good_at = made.good_at
    does(postgres, "DROP PUBLICATION nanhu", "CREATE PUBLICATION nanhu FOR TABLE xk_other, card")
    does(postgres, "DELETE FROM xk WHERE xh = '14231100006'")
    assert "ALTER PUBLICATION nanhu ADD TABLE public.xk" in read_again(made).error
    assert made.good_at == good_at, "what is not told of is not fresh"
    does(postgres, "ALTER PUBLICATION nanhu ADD TABLE xk WHERE (is_again)")
    assert "ADD TABLE" in read_again(made).error, "of some rows alone"
    does(
        postgres, "DROP PUBLICATION nanhu", "CREATE PUBLICATION nanhu FOR ALL TABLES WITH (publish = 'insert, update')"
    )
    assert "CREATE PUBLICATION" in read_again(made).error, "never of a removal"
    does(postgres, "DROP PUBLICATION nanhu", "CREATE PUBLICATION nanhu FOR ALL TABLES")


def test_partitions_are_followed(made: DataSource, postgres: Postgres) -> None:
    does(
        postgres,
        "DROP TABLE xk",
        f"CREATE TABLE xk ({COLUMNS}, PRIMARY KEY (xnxq, jxb, xh)) PARTITION BY LIST (xnxq)",
        "CREATE TABLE xk_1 PARTITION OF xk FOR VALUES IN ('2026-2027-1')",
        "INSERT INTO xk SELECT '2026-2027-1', ' JX01', 14231100000 + n, 'MA101', n % 7 = 0 FROM generate_series(1, 60) n",
    )
    assert (read_again(made).error, made.rows) == ("", 60), "another table of the same name: all of it"
    does(postgres, "DELETE FROM xk WHERE xh = '14231100005'")
    assert (read_again(made).error, made.rows, len(there())) == ("", 1, 59)


def test_a_lost_slot_and_another_shape_are_read_anew_and_an_emptied_table_empties_nothing(
    made: DataSource, postgres: Postgres
) -> None:
    does(postgres, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots")
    does(postgres, "DELETE FROM xk WHERE xh = '14231100005'")
    assert (read_again(made).error, "14231100005" in there()) == ("", False), "nobody else held this change"
    does(postgres, "ALTER TABLE xk ADD COLUMN note text DEFAULT 'x'", "DELETE FROM xk WHERE xh = '14231100006'")
    assert (read_again(made).error, made.rows, len(there())) == ("", 58, 58)
    does(postgres, "TRUNCATE xk")
    for _turn in range(2):
        assert read_again(made).error
    assert len(there()) == 58
    does(
        postgres, "INSERT INTO xk SELECT '2026-2027-1', 'JX01', 14231100000 + n, 'MA109' FROM generate_series(7, 60) n"
    )
    postgres.process.kill()
    postgres.process.wait(PATIENCE_SECONDS)
    assert read_again(made).error
    assert made.failed_at
    postgres.again()
    assert read_again(made).error == ""
    assert Batch.objects.get(pk=made.batch_id).state == "waiting", "all courses changed at once: somebody looks"


def test_a_table_read_anew_with_too_many_refused_lines_is_read_again_until_they_are_few(
    made: DataSource, postgres: Postgres
) -> None:
    does(postgres, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots")
    does(postgres, "UPDATE xk SET kch = '' WHERE xh < '14231100007'")
    good_at = made.good_at
    for _turn in range(2):
        assert "60 行里 6 行没有通过" in read_again(made).error
    assert made.good_at == good_at
    does(postgres, "UPDATE xk SET kch = 'MA101' WHERE kch = ''")
    assert (read_again(made).error, made.rows) == ("", 60)


def stopped(server: Postgres, number: int = signal.SIGINT) -> None:
    """SIGINT: at once, and what was committed is written."""
    assert server.process is not None
    server.process.send_signal(number)
    server.process.wait(PATIENCE_SECONDS)


def as_their_user(server: Postgres) -> dict[str, Any]:
    return {"user": SERVER_USER if os.geteuid() == 0 else None, "cwd": server.folder}


@pytest.fixture
def standby(postgres: Postgres) -> Iterator[Postgres]:
    """A second one that follows the first by its log, begun from a copy of it; where it takes over, by the first one's address."""
    second = Postgres(postgres.folder, free_ports(1)[0], postgres.key)
    data, (command, folder, user) = str(postgres.folder / "standby"), postgres.begin_as
    copy = [str(Path(command[0]).parent / "pg_basebackup"), "-D", data, "-R", "-c", "fast", "-h", "127.0.0.1"]
    copy += ["-p", f"{postgres.port}", "-U", "postgres"]
    environment = {**os.environ, "PGPASSWORD": postgres.key}
    subprocess.run(copy, check=True, capture_output=True, env=environment, **as_their_user(postgres))
    options = [data if one == str(postgres.folder / "data") else one for one in command]
    second.begin_as = ([*options, "-c", f"port={second.port}"], folder, user)
    second.again()
    yield second
    if second.process is not None and second.process.poll() is None:
        second.process.kill()
        second.process.wait(PATIENCE_SECONDS)
    subprocess.run(["rm", "-rf", data], check=True, **as_their_user(postgres))
    if postgres.process is not None and postgres.process.poll() is not None:
        postgres.again()


def one_word(server: Postgres, question: str) -> Any:
    with server.connection() as asked:
        return asked.execute(question).fetchone()[0]


def caught_up(first: Postgres, second: Postgres) -> None:
    place, until = one_word(first, "SELECT pg_current_wal_flush_lsn()::text"), time.monotonic() + PATIENCE_SECONDS
    while not one_word(second, f"SELECT coalesce(pg_last_wal_replay_lsn() >= '{place}', false)"):
        assert time.monotonic() < until
        time.sleep(0.05)


def takes_over(second: Postgres, first: Postgres) -> None:
    """By the address of the first, as its name or its floating address would."""
    stopped(second)
    second.port = first.port
    command, folder, user = second.begin_as
    second.begin_as = ([*command, "-c", f"port={first.port}"], folder, user)
    second.again()
    does(second, "SELECT pg_promote()")
    second.await_it()


@pytest.mark.capability("A001.1", "A001.2")
@pytest.mark.parametrize("has_slot", [False, True], ids=["as PostgreSQL does", "as managers of clusters do"])
def test_a_standby_that_takes_over_the_address_is_read_whole_and_then_followed(
    made: DataSource, postgres: Postgres, standby: Postgres, has_slot: bool
) -> None:
    """What the first one told last never reached it: we had taken it in, and its log does not take it back."""
    does(postgres, "DELETE FROM xk WHERE xh = '14231100005'")
    assert (read_again(made).error, made.rows) == ("", 1)
    caught_up(postgres, standby)
    stopped(standby)
    does(postgres, "DELETE FROM xk WHERE xh = '14231100006'")
    assert (read_again(made).error, "14231100006" in there()) == ("", False)
    stopped(postgres, signal.SIGKILL)
    assert read_again(made).error, "it is away"
    assert (made.failed_at is not None, len(there())) == (True, 58)
    standby.again()
    takes_over(standby, postgres)
    if has_slot:
        does(standby, f"SELECT pg_create_logical_replication_slot('{stream.slot_of(made)}', 'pgoutput')")
    does(standby, "DELETE FROM xk WHERE xh = '14231100007'")
    assert (read_again(made).error, made.rows, made.failed_at) == ("", 58, None)
    assert ("14231100006" in there(), "14231100007" in there(), len(there())) == (True, False, 58)
    assert "换了服务器" in Batch.objects.get(pk=made.batch_id).file_name
    does(standby, "DELETE FROM xk WHERE xh = '14231100008'")
    assert (read_again(made).error, made.rows, len(there())) == ("", 1, 57), "from then on its changes alone"


def test_a_machine_that_was_set_back_with_its_slot_is_read_whole(made: DataSource, postgres: Postgres) -> None:
    """Its image of an hour ago has the same cluster, the same timeline and our slot as it was then."""
    does(postgres, "DELETE FROM xk WHERE xh = '14231100005'")
    assert (read_again(made).error, made.rows) == ("", 1)
    data, image = postgres.folder / "data", postgres.folder / "image"
    stopped(postgres)
    subprocess.run(["cp", "-a", str(data), str(image)], check=True, **as_their_user(postgres))
    postgres.again()
    does(postgres, "DELETE FROM xk WHERE xh = '14231100006'")
    assert (read_again(made).error, "14231100006" in there()) == ("", False)
    stopped(postgres)
    subprocess.run(["rm", "-rf", str(data)], check=True, **as_their_user(postgres))
    subprocess.run(["mv", str(image), str(data)], check=True, **as_their_user(postgres))
    postgres.again()
    changes = [f"UPDATE xk SET kch = 'MA1{n:02d}' WHERE xh = '14231100001'" for n in range(40)]  # noqa: S608  (our own rows)
    does(postgres, *changes)
    assert (read_again(made).error, made.rows) == ("", 59)
    found = there()
    assert ("14231100006" in found, found["14231100001"][0]) == (True, "MA139")
    assert "退回过" in Batch.objects.get(pk=made.batch_id).file_name
    does(postgres, "DELETE FROM xk WHERE xh = '14231100008'")
    assert (read_again(made).error, made.rows, len(there())) == ("", 1, 58)


def test_a_snapshot_that_dies_amid_is_nothing_and_another_shape_is_told(
    postgres: Postgres,
    two: list[Any],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A source that is asked a query: its server dies after the first thousands of rows, as often as it is asked."""
    changed = replace(configuration(), demo=False, outgoing_networks="127.0.0.0/8")
    monkeypatch.setattr("nanhu.kernel.outgoing.configuration", lambda: changed)
    monkeypatch.setattr(reaching, "listed_hosts", lambda: ("127.0.0.1",))
    does(
        postgres,
        "DROP VIEW IF EXISTS asked",
        "DROP TABLE IF EXISTS xk CASCADE",
        f"CREATE TABLE xk ({COLUMNS}, PRIMARY KEY (xnxq, jxb, xh))",
        "INSERT INTO xk SELECT '2026-2027-1', 'JX01', 14231100000 + n, 'MA101', false FROM generate_series(1, 5000) n",
        "CREATE VIEW asked AS SELECT * FROM xk",
    )
    steward = signed_in("管快", "0020209197", "datahub.steward")
    said = FORM | {
        "kind": "postgres",
        "query": "SELECT * FROM asked ORDER BY xh",
        "is_whole": "on",
        "every_minutes": "1",
    }
    said |= {"address": f"127.0.0.1:{postgres.port}/postgres"}
    answer = steward.post("/datahub/sources/new/database/", said)
    assert answer.status_code == 302, answer.context["form"].errors
    made = DataSource.objects.get(key="aa.stream")
    switched(two, source=made.key)
    steward.post(at(made, "try/"))
    steward.post(at(made, "start/"))
    assert (read_again(made).error, made.rows) == ("", 5000)
    does(
        postgres,
        "DELETE FROM xk WHERE xh = '14231100002'",
        "UPDATE xk SET kch = 'MA102' WHERE xh = '14231100003'",
        "CREATE OR REPLACE VIEW asked AS SELECT xnxq, jxb, xh, CASE WHEN xh = '14231104000' AND pg_terminate_backend(pg_backend_pid())"
        " THEN kch ELSE kch END AS kch, is_again FROM xk",
    )
    batches, before = Batch.objects.count(), there()
    for _turn in range(2):
        assert read_again(made).error
        assert (Batch.objects.count(), there()) == (batches, before), "half of it is nothing"
    assert made.failed_at is not None
    does(postgres, "DROP VIEW asked", "CREATE VIEW asked AS SELECT xnxq, jxb, xh, is_again FROM xk")
    assert "kch" in read_again(made).error, "a column that is gone, by its name there"
    assert there() == before
    does(postgres, "DROP VIEW asked", "CREATE VIEW asked AS SELECT * FROM xk")
    assert (read_again(made).error, made.rows, made.failed_at) == ("", 4999, None)
    found = there()
    assert ("14231100002" in found, found["14231100003"][0]) == (False, "MA102")
