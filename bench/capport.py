"""The capport API (RFC 8908) as devices ask it: 25,000 on line, as many addresses that are not, through a front proxy.

`NANHU_BENCH_ROUND_SECONDS` is the length of each round (6 s). Asked: p99 under 20 ms at 500 requests a second.
"""

import json
import os
from typing import Any

from bench.campus import fresh_campus, running
from bench.inside import ask_inside, set_up_django
from bench.report import Report
from bench.wrk import load
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.processes.house import web_command

SECONDS = float(os.environ.get("NANHU_BENCH_ROUND_SECONDS", "6"))
ON_LINE, ASKING = 25_000, 2_000
CLIENTS = (2, 4)
ASKED_PER_SECOND, ASKED_MS = 500, 20
SESSIONS = """
    WITH granted AS (
        INSERT INTO network_grant (code, person_id, guest, campus_no, service, role, station, granted_at, ends_at, cause)
        SELECT 'n1:' || translate(left(md5(n::text), 26), '0189', 'ghij'), NULL, 'pass:' || n, '', 'wifi', 'guest', '', now(),
               now() + interval '8 hours', ''
          FROM generate_series(1, %(count)s) AS n
        RETURNING id, guest
    )
    INSERT INTO network_session (nas_id, sid, grant_id, guest, service, address, started_at)
    SELECT %(nas)s, guest, id, guest, 'wifi', '10.20.0.0'::inet + substr(guest, 6)::bigint, now() FROM granted"""


def run(report: Report) -> None:
    with fresh_campus() as campus:
        campus.environment["NANHU_TRUSTED_PROXIES"] = "127.0.0.1"
        campus.nanhu("migrate", "--verbosity", "0")
        ask_inside(campus, "bench.capport")
        configuration = read_configuration(campus.environment)
        # every second one is on line, every second one is not
        asking = [f"From 10.{20 + n % 2}.{n // 200 % 90}.{n % 200 + 1}" for n in range(ASKING)]
        with running(campus, web_command(configuration), f"http://127.0.0.1:{campus.web_port}/health/live"):
            for clients in CLIENTS:
                said: dict[str, Any] = {"port": campus.web_port, "clients": clients, "seconds": SECONDS}
                found = load("/wifi/capport", **said, cookies=asking)
                if found.failures:
                    raise RuntimeError(f"{found.failures} answers were none")
                print(f"  {clients} connections: {found}, load {os.getloadavg()[0]:.1f}", flush=True)
                report(f"capport_per_second_{clients}", found.per_second, "requests/s", ASKED_PER_SECOND)
                report(f"capport_p99_{clients}", found.p99_ms, "ms", ASKED_MS)


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
