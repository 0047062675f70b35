"""Venues at the size of a school: 400 rooms × 7 days by the one function, pages in one process and over HTTP (the overview of 25 venues × 7 days, and which of the 400 are
free at an hour), bookings over HTTP beside `pgbench -N` of the same run.

`NANHU_BENCH_ROUND_SECONDS` is the length of pgbench's rounds (6 s).
"""

import json
import os
import subprocess
import time
from datetime import date, timedelta
from statistics import mean, quantiles
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from bench.campus import fresh_campus, running_web
from bench.flows import decide
from bench.flows_school import PASSWORD, TOKEN, person
from bench.funds import HOW, tps
from bench.inside import ask_inside, cookie_of, set_up_django
from bench.report import Report
from bench.wrk import install, load
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.database import embedded

ROOMS, DAYS, ASKED, PEOPLE, EACH, ROUNDS, READERS = 400, 7, 300, 80, 25, 2, 2


def run(report: Report) -> None:
    with fresh_campus() as campus:
        campus.nanhu("migrate", "--verbosity", "0")
        configuration = read_configuration(campus.environment)
        with embedded.superuser_connection(campus.folder) as connection:
            connection.execute("CREATE DATABASE pgbench OWNER nanhu")
        baseline = configuration.database_url.replace("/nanhu?", "/pgbench?")
        subprocess.run(
            [str(embedded.binary("pgbench")), "-i", "-s", "10", "-q", baseline], check=True, capture_output=True
        )
        seconds = os.environ.get("NANHU_BENCH_ROUND_SECONDS", "6")
        found = ask_inside(campus, "bench.venues")
        report("venues_free_400_rooms_7_days_p50", found["p50"], "ms")
        report("venues_free_400_rooms_7_days_p99", found["p99"], "ms", 150)
        report("venues_overview_page", found["overview"], "ms")
        report("venues_week_page", found["week"], "ms")
        install()
        ours, theirs = [], []
        with running_web(campus):
            day = date.today() + timedelta(days=1)  # noqa: DTZ011 - any day ahead
            asked = {"free_on": day.isoformat(), "free_from": "18:00", "free_to": "19:00"}
            pages = {"overview": "/venues/", "free_of_400": f"/venues/?{urlencode(asked)}"}
            for name, path in {"floor": "/health/live", **pages}.items():
                given = {"port": campus.web_port, "clients": READERS, "cookies": found["cookies"]}
                load(path, seconds=2, **given)
                seen = load(path, seconds=10, **given)
                if seen.failures:
                    raise RuntimeError(f"{seen.failures} answers of {path} were not 200")
                report(f"venues_{name}_over_http_p50", seen.p50_ms, "ms")
                report(f"venues_{name}_over_http_p99", seen.p99_ms, "ms", None if name == "floor" else 150)
            for turn in range(ROUNDS):
                theirs.append(tps(baseline, "-N", *HOW, "-T", seconds))
                told = decide(campus, found["forms"][turn::ROUNDS])
                ours.append(told["done"] / told["seconds"])
                print(f"  turn {turn + 1}: {told}, load {os.getloadavg()[0]:.1f}", flush=True)
        report("venues_bookings_over_http", mean(ours), "bookings/s", mean(theirs))


def timed(work: Any, times: int) -> list[float]:
    found = []
    for _time in range(times):
        began = time.perf_counter()
        work()
        found.append(1000 * (time.perf_counter() - began))
    return found


def inside() -> dict[str, Any]:
    from nanhu.kernel.clock import campus_today, end_of, start_of
    from nanhu.services.venues import queries
    from nanhu.services.venues.models import Venue

    staff = school()
    rooms = build()
    ids = list(Venue.objects.values_list("pk", flat=True))
    first = campus_today() + timedelta(days=1)
    since, until = start_of(first), end_of(first + timedelta(days=DAYS - 1))
    timed(lambda: queries.free_hours(ids, since, until), 5)
    spent = timed(lambda: queries.free_hours(ids, since, until), ASKED)
    cut = quantiles(spent, n=100)
    clients = [(number, signed_in(number)) for number in staff]
    one = clients[0][1]
    venue = Venue.objects.order_by("pk").first()
    week = f"/venues/{venue.public_id}/" if venue else "/venues/"
    pages = {
        name: mean(timed(lambda address=address: one.get(address), 20))
        for name, address in (("overview", "/venues/"), ("week", week))
    }
    cookies = [cookie_of(client) for _number, client in clients]
    return {"p50": cut[49], "p99": cut[98], **pages, "forms": forms(clients, rooms), "cookies": cookies}


def school() -> list[str]:
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.identity import api as identity
    from nanhu.platforms.identity import sample as identity_sample
    from nanhu.platforms.people import api as people

    by, origin = Actor.system("bench"), people.Origin(source="bench", title="bench")
    units = [people.UnitRecord(code="1000", name="学校")]
    units += [people.UnitRecord(code=code, name=code, parent_code="1000") for code in ("12", "1016", "1008", "1014")]
    people.apply_units(by=by, records=units, origin=origin)
    numbers = [f"T{number:03}" for number in range(PEOPLE + 1)]
    made = people.apply_records(by=by, records=[person(one) for one in numbers], origin=origin).person_ids
    identity.open_accounts(by=by, person_ids=made.values())
    for number in numbers:
        identity_sample.set_password_for_sample(by=by, campus_no=number, password=PASSWORD)
    head = people.unit_ids_by_code(["1016"])["1016"]
    given = {"unit_id": head, "office": "head", "person_id": made[numbers[-1]]}
    people.appoint(by=by, **given, starts_on=date(2020, 1, 1), ends_on=None, document="任命")
    return numbers[:-1]


def build() -> list[str]:
    """Rooms with five lessons a day for two weeks, each a venue with two spans a day; their addresses."""
    from nanhu.kernel.actors import Actor
    from nanhu.kernel.clock import campus_today
    from nanhu.platforms.campus import api as campus
    from nanhu.platforms.campus.sample import set_up_rooms
    from nanhu.platforms.people import api as people
    from nanhu.services.venues.models import Opening, Venue
    from nanhu.services.venues.queries import moment_at

    by = Actor.system("bench")
    campus.set_up_places(by=by, places=[campus.PlaceOrder(key="b", name="楼", kind="teaching")])
    room = {"building": "b", "floor": 1, "kind": "media", "seats": 60, "exam_seats": 30, "area": None}
    keys = [f"b.{number}" for number in range(ROOMS)]
    set_up_rooms(by=by, rooms={key: room | {"unit": "", "equipment": [], "lock": "key", "name": key} for key in keys})
    ids = campus.room_ids(keys)
    unit = people.unit_ids_by_code(["1016"])["1016"]
    facts = {"uses": ["hall"], "unit_id": unit, "capacity": 60, "faces": ["staff"], "set_up": 10, "clear_up": 10}
    venues = Venue.objects.bulk_create(Venue(room_id=ids[key], name=key, searched=key, **facts) for key in keys)
    Opening.objects.bulk_create(
        Opening(venue=one, season="平时", during=(date(2020, 1, 1), None), weekday=day, opens=opens, closes=closes)
        for one in venues
        for day in range(1, 8)
        for opens, closes in ((480, 720), (780, 1320))
    )
    days = [campus_today() + timedelta(days=number) for number in range(14)]
    holds = [
        campus.Hold(
            room=one.room_id,
            begins_at=moment_at(day, begins),
            ends_at=moment_at(day, begins + 95),
            kind="lesson",
            key=f"{one.pk}-{day}-{begins}",
            what="课",
        )
        for one in venues
        for day in days
        for begins in (480, 600, 800, 910, 1140)
    ]
    campus.hold_rooms(by=by, source="bench", holds=holds)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return [str(one.public_id) for one in venues]


def signed_in(number: str) -> Any:
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.post("/sign-in", {"username": number, "password": PASSWORD})
    return client


def forms(clients: list[tuple[str, Any]], rooms: list[str]) -> list[dict[str, str]]:
    """Each another hour of a room: late in the day, when no lesson is."""
    from nanhu.kernel.clock import campus_today

    wanted = []
    for place, (number, client) in enumerate(clients):
        token = TOKEN.search(client.get("/venues/mine/").content.decode()) or TOKEN.search(
            client.get(f"/venues/{rooms[0]}/apply/").content.decode()
        )
        if token is None:
            raise RuntimeError(f"{number} got no form")
        cookie = cookie_of(client)
        for turn in range(EACH):
            slot = place * EACH + turn
            day = campus_today() + timedelta(days=2 + slot // ROOMS)
            said = {
                "day": day.isoformat(),
                "begins": 1020,
                "ends": 1080,
                "use": "hall",
                "title": "读书会",
                "purpose": "分享",
                "headcount": 20,
                "equipment": "",
                "form_token": uuid4(),
                "csrfmiddlewaretoken": token[1],
            }
            path = f"/venues/{rooms[slot % ROOMS]}/apply/"
            wanted.append({"path": path, "cookie": cookie, "body": urlencode(said)})
    return [one for turn in range(EACH) for one in wanted[turn::EACH]]


if __name__ == "__main__":
    set_up_django()
    print(json.dumps(inside()))
