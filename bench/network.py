"""The campus network: accounting over HTTP, as rlm_rest sends it, beside `pgbench -N` of the same run, sign-ins at the RADIUS endpoint beside
`pgbench` with the very function that admits, and who had an address within a year.

`NANHU_BENCH_ROUND_SECONDS` is the length of each round (6 s), `NANHU_BENCH_NETWORK_LINES` the lines of the log of addresses (3,000,000 over twelve months).
"""

import json
import os
import random
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from http.client import HTTPConnection
from pathlib import Path
from statistics import mean
from typing import Any
from urllib.parse import parse_qs, urlencode

from bench import network_cut
from bench.campus import Campus, fresh_campus, running, running_web
from bench.funds import HOW, tps
from bench.inside import ask_inside, set_up_django
from bench.report import Report, percentile
from bench.steady import steady
from bench.wrk import install
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.database import embedded
from nanhu.platforms.identity.processes import radius_command

SCRIPT = Path(__file__).parent / "accounting.lua"
SECONDS = os.environ.get("NANHU_BENCH_ROUND_SECONDS", "6")
LINES = int(os.environ.get("NANHU_BENCH_NETWORK_LINES", "3000000"))
CLIENTS, ROUNDS, SESSIONS, PEOPLE, ASKED, MONTHS, DEVICES = 16, 2, 1_500, 2_000, 60, 12, 2_000
PASSWORD = "Nanhu-lake-2026"  # noqa: S105 - of the bench alone
NAS = "127.0.0.1"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
ADMIT = """\\set n random(1, :people)
SELECT 1 / (network_admit('n1:' || translate(left(md5(random()::text), 26), '0189', 'ghij'), b.person, 'P', 'wifi', '{student}', b.mac, '127.0.0.1', '',
    'wifi', b.app_password, now()) IS NOT NULL)::int FROM bench_device b WHERE b.n = :n;
"""
BENCH_DEVICE = """
    CREATE TABLE bench_device AS
    SELECT row_number() OVER (ORDER BY d.person_id) AS n, d.person_id AS person, d.macs[1] AS mac, p.public_id AS app_password
      FROM network_device d JOIN identity_account a ON a.person_id = d.person_id JOIN identity_personal_app_password p ON p.account_id = a.id
     WHERE d.macs[1] LIKE '3c:22:fa:%';
    ALTER TABLE bench_device ADD PRIMARY KEY (n);
    ALTER TABLE bench_device OWNER TO nanhu"""
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
        ours, theirs, signed, admitted = [], [], [], []
        door = configuration.radius_port
        with (
            running_web(campus),
            running(campus, radius_command(configuration), f"http://127.0.0.1:{door}/health"),
        ):
            # until each process has read its program
            post(door, made["key"], "accounting", made["bodies"], seconds="2")
            post(campus.web_port, made["key"], "authenticate", made["sign_ins"], seconds="2")
            script = prepare_admissions(campus)
            for turn in range(ROUNDS):
                theirs.append(tps(baseline, "-N", *HOW, "-T", SECONDS))
                seen = post(door, made["key"], "accounting", made["bodies"])
                ours.append(seen["done"] / seen["seconds"])
                asked = post(campus.web_port, made["key"], "authenticate", made["sign_ins"])
                signed.append(asked["done"] / asked["seconds"])
                admitted.append(
                    tps(configuration.database_url, "-f", str(script), "-D", f"people={PEOPLE}", *HOW, "-T", SECONDS)
                )
                print(
                    f"  turn {turn + 1}: pgbench {theirs[-1]:.0f}, of admissions {admitted[-1]:.0f}, {seen}, {asked}, "
                    f"load {os.getloadavg()[0]:.1f}",
                    flush=True,
                )
            steadily = at_rate(campus, made["key"], made["sign_ins"])
            known = at_class_change(campus, made["key"], made["sign_ins"], are_new=False)
            changed = at_class_change(campus, made["key"], made["sign_ins"], are_new=True)
            cuts = network_cut.cut(campus, made["key"])
        report("network_accounting_over_http", mean(ours), "records/s", mean(theirs))
        report("network_accounting_p99", seen["p99_ms"], "ms")
        report("network_sign_ins_over_http", mean(signed), "sign-ins/s", mean(admitted))
        report("network_sign_in_p99", asked["p99_ms"], "ms")
        report("network_sign_in_p99_at_500", steadily["p99"], "ms")
        report("network_class_change_2000_known_devices", known["seconds"], "s")
        report("network_class_change_2000_new_devices", changed["seconds"], "s")
        report("network_class_change_p99_known", known["p99_ms"], "ms")
        report("network_class_change_p99_new", changed["p99_ms"], "ms")
        report("network_hash", password_hash_ms(campus), "ms")
        report("network_suspended_to_ended", max(cuts), "s", 10)
        with ThreadPoolExecutor(2) as pool:
            both = pool.map(lambda _each: ask_inside(campus, "bench.network_admissions")["rate"], range(2))
            report("network_admissions_by_two_processes", sum(both), "admissions/s", 500)
        year(campus)
        found = ask_inside(campus, "bench.network_year")
        report("network_who_had_an_address_p50", found["p50"], "ms")
        report("network_who_had_an_address_p99", found["p99"], "ms", 200)


def post(port: int, key: str, door: str, bodies: list[str], *, seconds: str = SECONDS) -> dict[str, Any]:
    """Interims of open sessions, or sign-ins, without a pause, in turn."""
    with tempfile.NamedTemporaryFile("w", suffix=".bodies") as kept:
        kept.writelines(f"{body}\n" for body in bodies)
        kept.flush()
        wanted = {"RADIUS_BODIES": kept.name, "RADIUS_KEY": key, "RADIUS_HOST": f"localhost:{port}"}
        wanted |= {"RADIUS_DOOR": door, "RADIUS_TYPE": JSON if bodies[0].startswith("{") else FORM}
        command = ["wrk", "-t2", f"-c{CLIENTS}", f"-d{seconds}s", "--timeout", "30s", "--latency", "-s", str(SCRIPT)]
        address = f"http://127.0.0.1:{port}/radius/{door}"
        done = subprocess.run([*command, address], env=os.environ | wanted, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if told["failures"]:
        raise RuntimeError(f"accounting failed: {told}")
    return told


def prepare_admissions(campus: Campus) -> Path:
    """For pgbench: the devices that have signed in once, and the very function that admits them."""
    with embedded.superuser_connection(campus.folder, "nanhu") as connection:
        connection.execute(BENCH_DEVICE)
        connection.execute("ANALYZE")
    script = campus.folder / "admit.sql"
    script.write_text(ADMIT)
    return script


def at_rate(campus: Campus, key: str, bodies: list[str]) -> dict[str, float]:
    """Sign-ins at the rate asked, whether answers come or not."""
    head = f"POST /radius/authenticate HTTP/1.1\r\nHost: localhost:{campus.web_port}\r\nX-Nanhu-Radius-Key: {key}\r\nContent-Type: {FORM}\r\n"
    requests = [f"{head}Content-Length: {len(one)}\r\n\r\n{one}" for one in bodies]
    told = steady(campus.web_port, requests, rate=500, seconds=float(SECONDS))
    print(f"  sign-ins at 500/s: {told}, load {os.getloadavg()[0]:.1f}", flush=True)
    return told


def password_hash_ms(campus: Campus) -> float:
    """What the hasher spends on a sign-in by the person's own password, beside all of this."""
    code = "from nanhu.platforms.identity import api; print(api.password_check_milliseconds())"
    return float(campus.nanhu("shell", "--no-imports", "--command", code).splitlines()[-1])


def at_class_change(campus: Campus, key: str, bodies: list[str], *, are_new: bool) -> dict[str, float]:
    """Two thousand devices at once: each signs in and its session begins, by 32 of FreeRADIUS's connections."""
    door = read_configuration(campus.environment).radius_port
    spent: list[float] = []

    def come(number: int) -> None:
        began = time.perf_counter()
        line = HTTPConnection("127.0.0.1", campus.web_port, timeout=120)
        said = parse_qs(bodies[number % len(bodies)])
        if are_new:
            said["Calling-Station-Id"] = [f"3c:22:fc:00:{number // 256:02x}:{number % 256:02x}"]
        answer = json.loads(asked(line, key, "authenticate", urlencode(said, doseq=True)))
        start = {
            "Acct-Status-Type": "Start",
            "Acct-Session-Id": f"CHANGE-{are_new:d}-{number:05}",
            "NAS-IP-Address": NAS,
        }
        start |= {
            "Class": answer["reply:Class"]["value"][0],
            "Framed-IP-Address": f"10.5.{number // 256}.{number % 256}",
        }
        line.close()
        line = HTTPConnection("127.0.0.1", door, timeout=120)
        asked(line, key, "accounting", urlencode(start))
        line.close()
        spent.append(1000 * (time.perf_counter() - began))

    began = time.perf_counter()
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(come, range(DEVICES)))
    told = {"seconds": time.perf_counter() - began, "p99_ms": percentile(spent, 0.99)}
    print(f"  {DEVICES} devices, new {are_new}: {told}, load {os.getloadavg()[0]:.1f}", flush=True)
    return told


def asked(line: HTTPConnection, key: str, door: str, body: str) -> bytes:
    headers = {
        "Host": f"localhost:{line.port}",
        "X-Nanhu-Radius-Key": key,
        "Content-Type": FORM,
    }
    line.request("POST", f"/radius/{door}", body, headers)
    answer = line.getresponse()
    content = answer.read()
    if answer.status not in (200, 204):
        raise RuntimeError(f"{door} answered {answer.status}: {content[-300:]!r}")
    return content


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
    from nanhu.kernel.clock import campus_today, now
    from nanhu.platforms.identity import api as identity
    from nanhu.platforms.identity import sample as identity_sample
    from nanhu.platforms.identity.models import Application
    from nanhu.platforms.identity.personal.services import app_passwords
    from nanhu.platforms.identity.protocols.radius.services import clients
    from nanhu.platforms.people import api as people
    from nanhu.services.network import api as network
    from nanhu.services.network import sample
    from nanhu.services.network.models import Device

    by = Actor.system("bench")
    origin = people.Origin(source="bench", title="bench")
    records = [
        people.PersonRecord(
            key=f"P{number}",
            name=f"人{number}",
            affiliations=(
                people.AffiliationRecord(
                    kind="student", campus_no=f"P{number}", starts_on=date(2020, 9, 1), unit_code="", state="active"
                ),
            ),
        )
        for number in range(PEOPLE)
    ]
    persons = list(people.apply_records(by=by, records=records, origin=origin).person_ids.values())
    identity.open_accounts(by=by, person_ids=persons)
    sample.enter_policy(by=by, role="student", service="wifi", devices=50, starts_on=campus_today())
    Device.objects.bulk_create(
        Device(person_id=one, recognised_by="mac", macs=[mac_of(number)], last_seen_at=now() - timedelta(hours=1))
        for number, one in enumerate(persons)
    )
    sign_ins = []
    identity_sample.set_passwords_for_sample(by=by, person_ids=persons, password=PASSWORD)
    for number in range(PEOPLE):
        text = app_passwords.make(by=by, account=identity.account_with(f"P{number}"), name="bench", service="network")
        said = {"User-Name": f"P{number}", "User-Password": text, "NAS-IP-Address": NAS, "NAS-Port-Type": "19"}
        sign_ins.append(urlencode(said | {"Calling-Station-Id": mac_of(number)}))
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
            network.Record(
                nas=NAS, status="start", sid=sid, classes=[code], station=mac, address="10.1.2.3", application="wifi"
            )
        )
        bodies.append(interim(sid, code, mac, number))
    return {"key": key, "bodies": bodies, "sign_ins": sign_ins}


def interim(sid: str, code: str, mac: str, number: int) -> str:
    """What an access controller tells of a session every five minutes, in the JSON of rlm_rest."""
    said: dict[str, str | int] = {"Acct-Status-Type": "Interim-Update", "Acct-Session-Id": sid, "NAS-IP-Address": NAS}
    said |= {"User-Name": "anonymous@hnist.cn", "Calling-Station-Id": mac, "Framed-IP-Address": "10.1.2.3"}
    said |= {"Class": f"0x{code.encode().hex()}", "NAS-Identifier": "ac", "NAS-Port-Type": "Wireless-802.11"}
    said |= {
        "NAS-Port": 1,
        "Acct-Session-Time": 300,
        "Acct-Authentic": "RADIUS",
        "Event-Timestamp": "Nov 30 2026 19:00:00 CST",
    }
    said |= {"Acct-Input-Octets": number * 1000, "Acct-Output-Octets": number * 9000, "Acct-Input-Packets": number}
    said |= {"Acct-Output-Packets": number, "Acct-Input-Gigawords": 0, "Acct-Output-Gigawords": 0, "Acct-Delay-Time": 0}
    kinds = {"NAS-IP-Address": "ipaddr", "Framed-IP-Address": "ipaddr", "Class": "octets", "Event-Timestamp": "date"}
    return json.dumps(
        {
            name: {"type": kinds.get(name, "integer" if isinstance(value, int) else "string"), "value": [value]}
            for name, value in said.items()
        }
    )


def mac_of(number: int) -> str:
    return f"3c:22:fa:00:{number // 256:02x}:{number % 256:02x}"


def admissions() -> dict[str, float]:
    """Of devices that are known, by the policy, as many a second as one process makes in turn; the first people are suspended by now."""
    from nanhu.platforms.people import api as people
    from nanhu.services.network import api as network

    numbers = people.find_people_by_campus_no([f"P{number}" for number in range(network_cut.PEOPLE, PEOPLE)])
    persons, done, began = list(numbers.values()), 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < float(SECONDS):
        request = network.AdmissionRequest(
            service="wifi",
            role="student",
            person_id=persons[done % len(persons)],
            station=mac_of(network_cut.PEOPLE + done % len(persons)),
        )
        network.admit(request)
        done += 1
    return {"rate": done / spent}


def who_had() -> dict[str, float]:
    """Of random moments and addresses within the year."""
    from nanhu.kernel.clock import now
    from nanhu.services.network.statements import QUERIES

    chance, spent = random.Random(7), []
    for _time in range(ASKED):
        at = now() - timedelta(days=chance.random() * 365)
        sought = f"10.{chance.randrange(16)}.{chance.randrange(256)}.{chance.randrange(256)}"
        began = time.perf_counter()
        QUERIES.rows("log_at", {"address": sought, "station": None, "at": at, "now": at})
        spent.append(1000 * (time.perf_counter() - began))
    return {"p50": percentile(spent, 0.5), "p99": percentile(spent, 0.99)}


if __name__ == "__main__":
    set_up_django()
    print(json.dumps(inside()))
