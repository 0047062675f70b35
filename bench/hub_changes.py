"""Changes of a PostgreSQL that the hub follows by its log: rows a second from the log to the shared table, beside the bare log (peeked at
and thrown away), and how old a change is at most until consumers see it.

`NANHU_BENCH_CHANGES` is how many of six and a half times as many rows change (30000)."""

import json
import os
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.inside import ask_fresh_campus, set_up_django
from bench.report import Report
from bench.shared_tables import timed
from bench.spent import cpu_of
from nanhu.kernel.configuration import read_configuration

CHANGES = int(os.environ.get("NANHU_BENCH_CHANGES", "30000"))
STANDING = CHANGES * 13 // 2
WANTED, SECONDS, LOOKS = 5_000, 10, 10
SOURCE = {
    "key": "aa.stream",
    "name": "教务变更流",
    "office": "教务处",
    "kind": "stream",
    "fills": "academic.roster",
    "columns": {"term": "xnxq", "section": "jxb", "campus_no": "xh", "course": "kch", "kind": "kind"},
    "values": {},
    "user_name": "postgres",
    "secret": "a secret",
    "query": "public.xk",
    "every_minutes": 1,
    "stale_minutes": 5,
}


def run(report: Report) -> None:
    found = ask_fresh_campus("bench.hub_changes", NANHU_OUTGOING_NETWORKS="127.0.0.0/8")
    report("hub_changes_whole_table", found["whole"], "rows/s")
    report("hub_changes_rows", found["rows"], "rows/s", WANTED)
    report("hub_changes_rows_beside_bare_log", found["rows"], "rows/s", found["bare"])
    report("hub_changes_cpu", found["cpu"], "s")
    report("hub_changes_cpu_of_database", found["database"], "s")
    report("hub_changes_memory", found["memory"], "MiB")
    report("hub_changes_visible_after", found["visible"], "s", SECONDS)


def inside() -> dict[str, Any]:
    from nanhu.emulators.vendors.databases import Postgres
    from nanhu.testing.ports import free_ports

    with tempfile.TemporaryDirectory(prefix="nanhu-stream-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o755)
        server = Postgres(Path(place), free_ports(1)[0], SOURCE["secret"])
        server.start()
        try:
            return measured(server)
        finally:
            if server.process is not None:
                server.process.kill()
                server.process.wait()


def measured(server: Any) -> dict[str, Any]:
    from nanhu.platforms.datahub import api as datahub
    from nanhu.platforms.datahub.feeding import stream

    rows = f"SELECT '2026-2027-1', 'JX' || n % 900, 14231100000 + n, 'MA101', 'first' FROM generate_series(1, {STANDING}) n"
    server.does(
        ("CREATE TABLE xk (xnxq text, jxb text, xh text, kch text, kind text, PRIMARY KEY (xnxq, jxb, xh))", ()),
        (f"INSERT INTO xk {rows}", ()),
    )
    made = followed(server.port)
    whole = timed(lambda: read(made))
    server.does(
        ("SELECT pg_create_logical_replication_slot('bare', 'pgoutput')", ()),
        (f"UPDATE xk SET kch = 'MA102' WHERE xh::bigint <= 14231100000 + {CHANGES}", ()),
    )
    peek = "SELECT count(data) FROM pg_logical_slot_peek_binary_changes('bare', NULL, NULL, 'proto_version', '1', 'publication_names', 'nanhu')"
    bare = timed(lambda: server.does((peek, ()), ("SELECT pg_drop_replication_slot('bare')", ())))
    folder, own = read_configuration(os.environ).data_dir, time.process_time()
    database = cpu_of(folder, os.getpid())["database"]
    taken = timed(lambda: read(made))
    own, database = time.process_time() - own, cpu_of(folder, os.getpid())["database"] - database
    if sum(one.course == "MA102" for one in datahub.rows("academic.roster")) != CHANGES:
        raise AssertionError("not all changes came")
    looks = []
    for turn in range(LOOKS):
        server.does((f"UPDATE xk SET kch = 'MA2{turn:02d}' WHERE xh = '14231100001'", ()))
        looks.append(timed(lambda: read(made)))
    worst = stream.EVERY.total_seconds() + 1 + max(looks)  # the worker looks each second for what is due
    speed = {"whole": STANDING / whole, "rows": CHANGES / taken, "bare": CHANGES / bare}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**speed, "cpu": own, "database": database, "memory": memory, "visible": worst}


def followed(port: int) -> Any:
    """A source that was tried and is live, and the writer of its table."""
    from uuid import uuid4

    from nanhu.kernel.actors import Actor
    from nanhu.kernel.clock import campus_today
    from nanhu.platforms.datahub.feeding import services
    from nanhu.platforms.datahub.shared.declarations import shared_tables
    from nanhu.platforms.datahub.shared_rows import writers
    from nanhu.testing.vendors import account_of

    by = Actor.system("bench")
    made = services.make(by=by, facts=SOURCE | {"address": f"127.0.0.1:{port}/postgres"})
    first, second = (Actor(account_id=account_of(f"管{n}"), name=f"管{n}") for n in range(2))
    table = shared_tables()["academic.roster"]
    asked = writers.ask_switch(
        by=first, token=uuid4(), table=table, source=made.key, starts_on=campus_today(), reason="压测"
    )
    writers.agree(by=second, switch=asked)
    writers.known_writers.forget()
    if not (tried := services.try_once(by=by, made=made)).is_good:
        raise AssertionError(str(tried))
    made.refresh_from_db()
    return services.go_live(by=by, made=made)


def read(made: Any) -> None:
    """As the worker does, of what is due."""
    from nanhu.kernel.retries import drive
    from nanhu.platforms.datahub.feeding.reading import READINGS

    type(made).objects.filter(pk=made.pk).update(due_at=made.created_at)
    drive(READINGS)
    made.refresh_from_db()
    if made.error:
        raise AssertionError(made.error)


if __name__ == "__main__":
    set_up_django()
    print(json.dumps(inside()))
