"""The sharing API at the size of a school: 31,000 cards, read by thirty keys over HTTP; a whole table once, beside a bare COPY of the same
rows and a bare scan of them by DuckDB; nothing new, asked again.

`NANHU_BENCH_PEOPLE` is another number of people."""

import os
import time
import urllib.request
from datetime import timedelta
from typing import Any

from bench.campus import fresh_campus, running_web
from bench.inside import ask_inside, set_up_django
from bench.report import Report
from bench.shared_tables import cards
from bench.spent import cpu_of, peak_memory_of
from bench.wrk import load

PEOPLE = int(os.environ.get("NANHU_BENCH_PEOPLE", "31000"))
VENDORS, KEYS, ROWS, CLIENTS, SECONDS = 6, 5, 20, 8, 10
WANTED, P95 = 500, 50


def run(report: Report) -> None:
    with fresh_campus() as campus:
        campus.nanhu("migrate", "--verbosity", "0")
        found = ask_inside(campus, "bench.hub")
        with running_web(campus) as server:
            base = f"http://127.0.0.1:{campus.web_port}/api/hub/v1/card.card"
            began = time.perf_counter()
            rows, since = whole(base, found["keys"][0], campus.web_port)
            whole_table = rows / (time.perf_counter() - began)
            report("hub_whole_table", whole_table, "rows/s", found["copied"])
            report("hub_whole_table_beside_scan", whole_table, "rows/s", found["scanned"])
            own = found["keys"][:KEYS]  # a cursor is signed for its grant
            for name, query, held in (
                ("page", f"?limit={ROWS}", found["keys"]),
                ("nothing_new", f"?since={since}", own),
            ):
                keys, before = [f"Bearer {key}" for key in held], cpu_of(campus.folder, server.pid)
                seen = load(
                    f"/api/hub/v1/card.card{query}",
                    port=campus.web_port,
                    clients=CLIENTS,
                    seconds=SECONDS,
                    cookies=keys,
                )
                report(f"hub_reads_{name}", seen.per_second, "reads/s", WANTED)
                report(f"hub_reads_{name}_p95", seen.p95_ms, "ms", P95)
                report(f"hub_reads_{name}_failed", seen.failures, "reads")
                for part, spent in cpu_of(campus.folder, server.pid).items():
                    each = 1000 * (spent - before[part]) / seen.per_second / SECONDS
                    report(f"hub_reads_{name}_cpu_of_{part}", each, "ms a read")
            for part, held in peak_memory_of(campus.folder, server.pid).items():
                report(f"hub_reads_memory_of_{part}", held, "MiB")


def whole(base: str, key: str, port: int) -> tuple[int, str]:
    """How many rows, and the cursor after the last."""
    import json

    since, count = "", 0
    while True:
        address = f"{base}?limit=5000&since={since}" if since else f"{base}?limit=5000"
        headers = {"Authorization": f"Bearer {key}", "Host": f"localhost:{port}"}
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60) as answer:
            page = json.load(answer)
        count, since = count + len(page["rows"]), page["next"]
        if page["is_last"]:
            return count, since


def inside() -> dict[str, Any]:
    from uuid import uuid4

    from nanhu.kernel.actors import Actor
    from nanhu.kernel.clock import campus_today
    from nanhu.platforms.datahub import api as datahub
    from nanhu.platforms.datahub.models import Grant
    from nanhu.platforms.datahub.shared.declarations import shared_tables
    from nanhu.platforms.datahub.sharing import grants
    from nanhu.platforms.openapi import api as openapi
    from nanhu.testing.vendors import account_of

    by = Actor.system("bench")
    datahub.put("card.card", cards(PEOPLE), by=by)
    first, second = (Actor(account_id=account_of(f"管{n}"), name=f"管{n}") for n in range(2))
    keys = []
    for number in range(VENDORS):
        order = openapi.VendorOrder(
            company=f"单位{number}", contact="刘工", scopes=("hub.read",), addresses=("127.0.0.0/8",), per_minute=6000
        )
        vendor = openapi.register_vendor(by=by, order=order)
        grants.ask(
            by=first,
            token=uuid4(),
            table=shared_tables()["card.card"],
            vendor=vendor,
            terms=grants.Terms(
                fields=["campus_no", "state", "valid_until"],
                purpose="门禁",
                basis=Grant.Basis.DUTY,
                expires_on=campus_today() + timedelta(days=30),
                rows_a_day=50_000_000,
            ),
        )
        grants.agree(by=second, grant=Grant.objects.get(vendor=vendor))
        keys += [openapi.make_key(by=by, vendor=vendor, mode="live", name=f"{n}").text for n in range(KEYS)]
    return {"keys": keys} | bare()


def bare() -> dict[str, float]:
    """Rows a second of the same fields: told by the database alone, and read by DuckDB from a file."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    import duckdb
    from django.db import connection

    asked = (
        "COPY (SELECT data->>'campus_no', data->>'state', data->>'valid_until' FROM datahub_shared_row"
        " WHERE table_key = 'card.card' AND valid_to IS NULL ORDER BY key) TO STDOUT WITH (FORMAT csv)"
    )
    with TemporaryDirectory() as folder, connection.cursor() as cursor:
        file = Path(folder) / "rows.csv"
        began = time.perf_counter()
        with file.open("wb") as out, cursor.cursor.copy(asked) as copy:
            for piece in copy:
                out.write(piece)
        copied = time.perf_counter() - began
        began = time.perf_counter()
        scan = "SELECT count(*), max(column0), max(column1), max(column2) FROM read_csv(?, header = false)"
        (found,) = duckdb.execute(scan, [str(file)]).fetchall()
        scanned = time.perf_counter() - began
    if found[0] != PEOPLE:
        raise AssertionError(f"{found[0]} rows of {PEOPLE}")
    return {"copied": PEOPLE / copied, "scanned": PEOPLE / scanned}


if __name__ == "__main__":
    import json

    set_up_django()
    print(json.dumps(inside()))
