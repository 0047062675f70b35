"""The portal's home at 16 clients: median and p99, queries a page; beside it the bare health page of the same server."""

import json

from bench.campus import filled_campus, running
from bench.clients import load
from bench.inside import ask_inside, set_up_django
from bench.report import Report
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.processes.house import web_command

CLIENTS = 16
SECONDS = 15


def run(report: Report) -> None:
    with filled_campus() as campus:
        prepared = ask_inside(campus, "bench.home")
        with running(
            campus,
            web_command(read_configuration(campus.environment)),
            f"http://127.0.0.1:{campus.web_port}/health/live",
        ):
            arguments = {"port": campus.web_port, "clients": CLIENTS, "cookies": prepared["cookies"]}
            load("/", seconds=2, **arguments)
            bare = load("/health/live", seconds=5, **arguments)
            home = load("/", seconds=SECONDS, **arguments)
    if home.failures:
        raise RuntimeError(f"{home.failures} answers were not 200")
    report("home_median", home.median_ms, "ms", bare.median_ms)
    report("home_p99", home.p99_ms, "ms", bare.p99_ms)
    report("home_rate", home.per_second, "pages/s", bare.per_second)
    report("home_queries", prepared["queries"], "queries", 12)


def sign_in_sixteen() -> dict:
    """Sessions of sixteen people, and how many queries their home takes."""
    set_up_django()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from nanhu.platforms.identity.api import sample_code
    from nanhu.sample.cast import CAST
    from nanhu.sample.demo.welcome import SAMPLE_PASSWORD

    cookies = []
    most = 0
    for role in ("student", "teacher", "clerk", "administrator"):
        for _ in range(CLIENTS // 4):
            client = Client(headers={"host": "localhost"})
            answer = client.post("/sign-in", {"username": CAST[role].campus_no, "password": SAMPLE_PASSWORD})
            if answer["Location"] == "/sign-in/second":
                client.post("/sign-in/second", {"way": "totp", "code": sample_code(campus_no=CAST[role].campus_no)})
            client.get("/")
            with CaptureQueriesContext(connection) as queries:
                answer = client.get("/")
            if answer.status_code != 200:
                raise RuntimeError(f"{role} did not get the home: {answer.status_code}")
            most = max(most, len(queries))
            cookies.append("; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()))
    return {"cookies": cookies, "queries": most}


if __name__ == "__main__":
    print(json.dumps(sign_in_sixteen()))
