"""The capport API (RFC 8908) as devices ask it: 25,000 on line, as many addresses that are not, through a front proxy.

`NANHU_BENCH_ROUND_SECONDS` is the length of each round (6 s). Asked: p99 under 20 ms at 500 requests a second, whether answers come or not;
beside it, in turn, a bare WSGI program behind the same server.
"""

import json
import os
from typing import Any

from bench.campus import Campus, fresh_campus, running, running_web
from bench.inside import ask_inside, set_up_django
from bench.report import Report
from bench.steady import steady
from bench.wrk import load
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.processes.house import granian, web_command
from nanhu.testing.ports import free_port

SECONDS = float(os.environ.get("NANHU_BENCH_ROUND_SECONDS", "6"))
ON_LINE, ASKING = 25_000, 2_000
CLIENTS, ROUNDS = (2, 4), 2
ASKED_PER_SECOND = 500
WHY_MS = 3_000
"""Asked of 为什么上不了网."""
SESSIONS = """
    WITH granted AS (
        INSERT INTO network_grant (code, person_id, guest, campus_no, service, role, station, granted_at, ends_at, cause)
        SELECT 'n1:' || translate(left(md5(n::text), 26), '0189', 'ghij'), NULL, 'pass:' || n, '', 'wifi', 'guest', '', now(),
               now() + interval '8 hours', ''
          FROM generate_series(1, %(count)s) AS n
        RETURNING id, guest
    )
    INSERT INTO network_session (nas_id, sid, grant_id, guest, service, address, addresses, started_at)
    SELECT %(nas)s, guest, id, guest, 'wifi', place, ARRAY[place], now()
      FROM granted, LATERAL (SELECT '10.20.0.0'::inet + substr(guest, 6)::bigint AS place) AS there"""


def run(report: Report) -> None:
    with fresh_campus() as campus:
        campus.environment["NANHU_TRUSTED_PROXIES"] = "127.0.0.1"
        campus.nanhu("migrate", "--verbosity", "0")
        ask_inside(campus, "bench.capport")
        # every second one is on line, every second one is not
        asking = [f"From 10.{20 + n % 2}.{n // 200 % 90}.{n % 200 + 1}" for n in range(ASKING)]
        with running_web(campus):
            for clients in CLIENTS:
                said: dict[str, Any] = {"port": campus.web_port, "clients": clients, "seconds": SECONDS}
                found = load("/wifi/capport", **said, cookies=asking)
                if found.failures:
                    raise RuntimeError(f"{found.failures} answers were none")
                print(f"  {clients} connections: {found}, load {os.getloadavg()[0]:.1f}", flush=True)
                report(f"capport_per_second_{clients}", found.per_second, "requests/s", ASKED_PER_SECOND)
            found = load("/network/why/", **said, cookies=asking)
            if found.failures:
                raise RuntimeError(f"{found.failures} pages of why were none")
            report("capport_why_p99", found.p99_ms, "ms", WHY_MS)
            told = in_turn(campus)
        report("capport_p99_at_500", told["ours"]["p99"], "ms", told["bare"]["p99"])
        report("capport_p50_at_500", told["ours"]["p50"], "ms", told["bare"]["p50"])


def in_turn(campus: Campus) -> dict[str, dict[str, float]]:
    """Ours and a bare program, each at the rate asked; of the rounds the one in which ours did worst."""
    chosen, port = read_configuration(campus.environment), free_port()
    command = web_command(chosen)
    workers = int(command[command.index("--workers") + 1])
    bare = granian(
        "wsgi",
        "bench.bare_capport:application",
        address="127.0.0.1",
        port=port,
        workers=workers,
        threads=chosen.web_threads,
    )
    requests = [
        f"GET /wifi/capport HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 10.{20 + n % 2}.{n // 200 % 90}.{n % 200 + 1}\r\n\r\n"
        for n in range(ASKING)
    ]
    rounds = []
    with running(campus, bare, f"http://127.0.0.1:{port}/"):
        for _turn in range(ROUNDS):
            ports = {"bare": port, "ours": campus.web_port}
            told = {who: steady(at, requests, rate=ASKED_PER_SECOND, seconds=SECONDS) for who, at in ports.items()}
            print(f"  at {ASKED_PER_SECOND}/s: {told}, load {os.getloadavg()[0]:.1f}", flush=True)
            rounds.append(told)
    return max(rounds, key=lambda told: told["ours"]["p99"])


def inside() -> dict[str, int]:
    from django.db import connection

    from nanhu.kernel.actors import Actor
    from nanhu.services.network import sample

    by = Actor.system("bench")
    nas = sample.register(by=by, name="controller", kind="opennds", address="127.0.0.1", place=None, style="opennds")
    facts = {"kind": "opennds", "name": "bench", "secret": "a-secret-of-the-bench", "host": "10.20.0.1:2050"}
    sample.set_portal_gateway(by=by, nas=nas, networks="10.20.0.0/16, 10.21.0.0/16", **facts)
    with connection.cursor() as cursor:
        cursor.execute(SESSIONS, {"count": ON_LINE, "nas": nas.pk})
        cursor.execute("ANALYZE network_session")
    return {"nas": nas.pk}


if __name__ == "__main__":
    set_up_django()
    print(json.dumps(inside()))
