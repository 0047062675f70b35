"""The campus network: accounting over HTTP beside `pgbench -N` of the same run, sign-ins at the RADIUS endpoint, and who had an address within a year.

`NANHU_BENCH_ROUND_SECONDS` is the length of each round (6 s), `NANHU_BENCH_NETWORK_LINES` the lines of the log of addresses (3,000,000 over twelve months).
"""

import json
import os
import random
import subprocess
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import mean
from typing import Any
from urllib.parse import urlencode

from bench.campus import Campus, fresh_campus, running
from bench.funds import HOW, tps
from bench.inside import ask_inside, set_up_django
from bench.report import Report, percentile
from bench.wrk import install
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.database import embedded
from nanhu.kernel.processes.house import web_command

SCRIPT = Path(__file__).parent / "accounting.lua"
SECONDS = os.environ.get("NANHU_BENCH_ROUND_SECONDS", "6")
LINES = int(os.environ.get("NANHU_BENCH_NETWORK_LINES", "3000000"))
CLIENTS, ROUNDS, SESSIONS, PEOPLE, ASKED, MONTHS = 16, 2, 5_000, 200, 60, 12
NAS = "127.0.0.1"
YEAR = """
    INSERT INTO network_address_line (began_at, ended_at, session_id, nas_id, person_id, station, address)
    SELECT at, at + interval '2 hours', n, 1, n %% 30000, 'aa:bb:cc:00:00:01', ('10.' || n %% 16 || '.' || n / 7 %% 256 || '.' || n / 3 %% 256)::inet
      FROM generate_series(1, %(lines)s) AS n, LATERAL (SELECT now() - (n::float / %(lines)s) * interval '365 days') AS moment (at)"""


def run(report: Report) -> None:
    with fresh_campus() as campus:
        campus.nanhu("migrate", "--verbosity", "0")
        configuration = read_configuration(campus.environment)
        baseline = configuration.database_url.replace("/nanhu?", "/pgbench?")
        with embedded.superuser_connection(campus.folder) as connection:
            connection.execute("CREATE DATABASE pgbench OWNER nanhu")
        command = [str(embedded.binary("pgbench")), "-i", "-s", "10", "-q", baseline]
        subprocess.run(command, check=True, capture_output=True)
        made = ask_inside(campus, "bench.network")
        install()
        ours, theirs = [], []
        with running(campus, web_command(configuration), f"http://127.0.0.1:{campus.web_port}/health/live"):
            for turn in range(ROUNDS):
                theirs.append(tps(baseline, "-N", *HOW, "-T", SECONDS))
                seen = post(campus, made["key"], made["bodies"])
                ours.append(seen["done"] / seen["seconds"])
                print(f"  turn {turn + 1}: {seen}, load {os.getloadavg()[0]:.1f}", flush=True)
        report("network_accounting_over_http", mean(ours), "records/s", mean(theirs))
        report("network_accounting_p99", seen["p99_ms"], "ms")
        year(campus)
        found = ask_inside(campus, "bench.network_year")
        report("network_who_had_an_address_p50", found["p50"], "ms")
        report("network_who_had_an_address_p99", found["p99"], "ms", 200)


def post(campus: Campus, key: str, bodies: list[str]) -> dict[str, Any]:
    """Interims of open sessions without a pause, in turn."""
    with tempfile.NamedTemporaryFile("w", suffix=".bodies") as kept:
        kept.writelines(f"{body}\n" for body in bodies)
        kept.flush()
        wanted = {"RADIUS_BODIES": kept.name, "RADIUS_KEY": key, "RADIUS_HOST": f"localhost:{campus.web_port}"}
        command = ["wrk", "-t2", f"-c{CLIENTS}", f"-d{SECONDS}s", "--timeout", "30s", "--latency", "-s", str(SCRIPT)]
        address = f"http://127.0.0.1:{campus.web_port}/radius/accounting"
        done = subprocess.run([*command, address], env=os.environ | wanted, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if told["failures"]:
        raise RuntimeError(f"accounting failed: {told}")
    return told


def year(campus: Campus) -> None:
    """Lines of twelve months, each month in a partition of its own."""
    with embedded.superuser_connection(campus.folder, "nanhu") as connection:
        for back in range(1, MONTHS + 1):
            connection.execute("SELECT network_month((current_date - make_interval(months => %s))::date)", [back])
        connection.execute(YEAR, {"lines": LINES})
        connection.execute("ANALYZE network_address_line")


def inside() -> dict[str, Any]:
    """Sessions on line, each bound by its grant."""
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.identity.models import Application
    from nanhu.platforms.identity.protocols.radius.services import clients
    from nanhu.platforms.people import api as people
    from nanhu.services.network import api as network
    from nanhu.services.network import sample

    by = Actor.system("bench")
    origin = people.Origin(source="bench", title="bench")
    records = [people.PersonRecord(key=f"P{number}", name=f"人{number}") for number in range(PEOPLE)]
    persons = list(people.apply_records(by=by, records=records, origin=origin).person_ids.values())
    sample.register(by=by, name="controller", kind="ac", address=NAS, place=None)
    application = Application.objects.create(key="wifi", name="wifi", owner="bench")
    key = clients.issue_key(by=by, application=application)
    bodies = []
    for number in range(SESSIONS):
        mac = f"3c:22:fb:00:{number // 256:02x}:{number % 256:02x}"
        request = network.AdmissionRequest(
            service="wifi", role="student", person_id=persons[number % PEOPLE], station=mac
        )
        code, sid = network.admit(request).code, f"BENCH-{number:06}"
        network.account(
            network.Record(nas=NAS, status="start", sid=sid, classes=[code], station=mac, address="10.1.2.3")
        )
        said = {"Acct-Status-Type": "Interim-Update", "Acct-Session-Id": sid, "NAS-IP-Address": NAS, "Class": code}
        more = {"Calling-Station-Id": mac, "Framed-IP-Address": "10.1.2.3", "Acct-Input-Octets": str(number * 1000)}
        bodies.append(urlencode(said | more))
    return {"key": key, "bodies": bodies}


def who_had() -> dict[str, float]:
    """Of random moments and addresses within the year."""
    from nanhu.kernel.clock import now
    from nanhu.services.network.statements import QUERIES

    chance, spent = random.Random(7), []
    for _time in range(ASKED):
        at = now() - timedelta(days=chance.random() * 365)
        sought = f"10.{chance.randrange(16)}.{chance.randrange(256)}.{chance.randrange(256)}"
        began = time.perf_counter()
        QUERIES.rows("address_at", {"sought": sought, "at": at})
        spent.append(1000 * (time.perf_counter() - began))
    return {"p50": percentile(spent, 0.5), "p99": percentile(spent, 0.99)}


if __name__ == "__main__":
    set_up_django()
    print(json.dumps(inside()))
