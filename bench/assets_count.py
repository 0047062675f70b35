"""64,000 rows of a count drained, as 60 phones bring them after the cellar, against `pgbench -N` on the same durable server in the same run.

Each batch is what the upload door does with a body (decode, take, answer), without the way over HTTP. `NANHU_BENCH_ROUND_SECONDS` is the length
of pgbench's rounds (6 s).
"""

import json
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from statistics import mean
from uuid import uuid4

import msgspec

from bench.campus import fresh_campus
from bench.funds import HOW, tps
from bench.inside import ask_inside, set_up_django
from bench.report import Report
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.database import embedded

THINGS, ROWS, BATCH, PHONES, ROOMS = 60_000, 64_000, 200, 8, 500


def run(report: Report) -> None:
    with fresh_campus(demo=False) as campus:
        campus.nanhu("migrate", "--verbosity", "0")
        with embedded.superuser_connection(campus.folder) as connection:
            connection.execute("CREATE DATABASE pgbench OWNER nanhu")
        url = read_configuration(campus.environment).database_url.replace("/nanhu?", "/pgbench?")
        subprocess.run([str(embedded.binary("pgbench")), "-i", "-s", "10", "-q", url], check=True, capture_output=True)
        seconds = os.environ.get("NANHU_BENCH_ROUND_SECONDS", "6")
        before = tps(url, "-N", *HOW, "-T", seconds)
        found = ask_inside(campus, "bench.assets_count")
        theirs = mean([before, tps(url, "-N", *HOW, "-T", seconds)])
        report("assets_count_rows_drained", found["drained"], "rows/s", theirs)
        report("assets_count_rows_kept", found["kept"], "rows", ROWS)
        report("assets_count_open", found["open"], "s")
        report("assets_count_verdicts", found["verdicts"], "s")
        report("assets_count_list_for_a_phone", found["list"], "s")


def timed(work: object) -> float:
    began = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - began


def inside() -> dict[str, float]:  # noqa: PLR0915 - a campus from nothing
    from django.db import connection

    from nanhu.kernel.actors import Actor
    from nanhu.platforms.campus import api as campus
    from nanhu.platforms.identity import api as identity
    from nanhu.platforms.people import api as people
    from nanhu.systems.assets.counting import queries
    from nanhu.systems.assets.counting.models import CountRow
    from nanhu.systems.assets.counting.services import planning, uploading
    from nanhu.systems.assets.labels import room_code
    from nanhu.systems.assets.models import Asset, Classification

    by = Actor.system("bench")
    tie = people.AffiliationRecord(
        kind="staff", campus_no="T1", starts_on=date(2020, 9, 1), unit_code="", state="active"
    )
    record = people.PersonRecord(key="T1", name="盘点人", affiliations=(tie,))
    origin = people.Origin(source="bench", title="bench")
    person = people.apply_records(by=by, records=[record], origin=origin).person_ids["T1"]
    identity.open_accounts(by=by, person_ids=[person])
    clerk = Actor(account_id=identity.account_with("T1").pk, name="盘点人")
    people.apply_units(by=by, records=[people.UnitRecord(code="12", name="学院")], origin=origin)
    unit = people.unit_ids_by_code(["12"])["12"]
    keys = [f"b-{n:03}" for n in range(ROOMS)]
    places = [campus.PlaceOrder(key="b", name="楼", kind="teaching")]
    campus.set_up_places(
        by=by, places=places + [campus.PlaceOrder(key=key, name=key, kind="room", parent="b") for key in keys]
    )
    room_ids = [campus.place_with(key).pk for key in keys]
    kind, _made = Classification.objects.get_or_create(code="A02", defaults={"name": "设备"})
    numbers = [f"2026-A02-{n:06}-0" for n in range(THINGS)]
    Asset.objects.bulk_create(
        (
            Asset(
                number=number,
                name="台式计算机",
                classification=kind,
                value_fen=699_900,
                acquired_on=date(2026, 9, 1),
                put_into_use_on=date(2026, 9, 1),
                unit_id=unit,
                room_id=room_ids[n % ROOMS],
                keeper_id=person,
                state="in_use",
            )
            for n, number in enumerate(numbers)
        ),
        batch_size=5000,
    )
    days = {"starts_on": date(2026, 9, 1), "ends_on": date(2026, 9, 28)}
    take = planning.plan(by=clerk, title="年度盘点", unit_id=None, **days)
    planning.set_team(by=clerk, take=take, name="一组", members=["T1"])
    opening = timed(lambda: planning.open_take(by=clerk, take=take))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE assets_stock_take SET opened_at = opened_at - interval '30 days'")
        cursor.execute("ANALYZE")
    take.refresh_from_db()
    start, codes = datetime.now(UTC), [room_code(key) for key in keys]

    def body(first: int) -> bytes:
        rows = [
            {
                "client_id": uuid4(),
                "session": uuid4(),
                "number": numbers[n % THINGS],
                "seen_at": start - timedelta(seconds=ROWS - n),
                "method": "scan",
                "round": 1,
                "room": codes[n % ROOMS],
                "room_at": start - timedelta(seconds=ROWS - n + 5),
            }
            for n in range(first, first + BATCH)
        ]
        return msgspec.json.encode({"sent_at": start, "rows": rows})

    bodies = [body(first) for first in range(0, ROWS, BATCH)]

    def drain(mine: list[bytes]) -> None:
        for one in mine:
            uploading.take_rows(person_id=person, take=take, batch=uploading.batch_of(one))
        connection.close()

    def drain_all() -> None:
        with ThreadPoolExecutor(PHONES) as pool:
            list(pool.map(drain, [bodies[n::PHONES] for n in range(PHONES)]))

    took = timed(drain_all)
    drain(bodies[:5])
    figures: dict[str, int] = {}
    verdicts = timed(lambda: figures.update(queries.figures_of(take)))
    if (figures["match"], figures["seen_twice"], figures["unproven"]) != (THINGS, ROWS - THINGS, 0):
        raise RuntimeError(str(figures))
    listing = timed(lambda: queries.things_for(take, person))
    return {
        "drained": ROWS / took,
        "kept": CountRow.objects.count(),
        "open": opening,
        "verdicts": verdicts,
        "list": listing,
    }


if __name__ == "__main__":
    set_up_django()
    print(json.dumps(inside()))
