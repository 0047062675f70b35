"""The portal's home at 32 clients: median, p99, queries and CPU a page; beside it a bare Django view that gives a page of the same size."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from bench.campus import Campus, filled_campus, running, running_web
from bench.inside import ask_inside, cookie_of, set_up_django
from bench.report import Report
from bench.spent import cpu_of
from bench.wrk import Load, load
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.processes.house import granian, web_command
from nanhu.testing.ports import free_port

CLIENTS = 32
SECONDS = 15
ALLOWED_MS = 300
ALLOWED_QUERIES = 20
NEXT_BYTES = 20_000


def run(report: Report) -> None:
    with filled_campus() as campus:
        prepared = ask_inside(campus, "bench.home")
        with running_web(campus) as web:
            page = page_of(campus.web_port, prepared["cookies"][0])
            home, spent = asked(campus, campus.web_port, web.pid, prepared["cookies"])
        with bare_view(campus, page) as (port, pid):
            bare, bare_spent = asked(campus, port, pid, [])
    if home.failures or bare.failures:
        raise RuntimeError(f"{home.failures} and {bare.failures} answers were not 200")
    report("home_median", home.p50_ms, "ms", bare.p50_ms)
    report("home_p99", home.p99_ms, "ms", ALLOWED_MS)
    report("home_p99_of_a_bare_view", bare.p99_ms, "ms")
    report("home_rate", home.per_second, "pages/s", bare.per_second)
    report("home_cpu_of_web", spent["web"], "ms a page", bare_spent["web"])
    report("home_cpu_of_database", spent["database"], "ms a page")
    report("home_queries", prepared["queries"], "queries", ALLOWED_QUERIES)
    report("home_bytes", home.bytes_each, "bytes", NEXT_BYTES)


def asked(campus: Campus, port: int, pid: int, cookies: list[str]) -> tuple[Load, dict[str, float]]:
    """What the clients saw, and the CPU of a page in milliseconds."""
    load("/", port=port, clients=CLIENTS, seconds=2, cookies=cookies)
    before = cpu_of(campus.folder, pid)
    seen = load("/", port=port, clients=CLIENTS, seconds=SECONDS, cookies=cookies)
    pages = seen.per_second * SECONDS
    return seen, {part: 1000 * (spent - before[part]) / pages for part, spent in cpu_of(campus.folder, pid).items()}


def page_of(port: int, cookie: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/", headers={"Host": f"localhost:{port}", "Cookie": cookie})
    return connection.getresponse().read()


@contextmanager
def bare_view(campus: Campus, page: bytes) -> Iterator[tuple[int, int]]:
    """Its port and process, with as many workers and threads as the campus's own pages."""
    (campus.folder / "page.html").write_bytes(page)
    port, chosen = free_port(), read_configuration(campus.environment)
    environment = campus.environment | {"NANHU_BENCH_PAGE": str(campus.folder / "page.html")}
    workers = int(web_command(chosen)[web_command(chosen).index("--workers") + 1])
    command = granian(
        "wsgi", "bench.bare:application", address="127.0.0.1", port=port, workers=workers, threads=chosen.web_threads
    )
    with running(replace(campus, environment=environment), command, f"http://127.0.0.1:{port}/") as process:
        yield port, process.pid


def sign_in_people() -> dict:
    """Sessions of 32 people of four roles, and how many queries their home takes."""
    set_up_django()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from nanhu.sample.cast import CAST
    from nanhu.testing.sessions import signed_in

    cookies = []
    most = 0
    for role in ("student", "teacher", "clerk", "administrator"):
        for _ in range(CLIENTS // 4):
            client = signed_in(CAST[role].campus_no, client=Client(headers={"host": "localhost"}))
            client.get("/")
            with CaptureQueriesContext(connection) as queries:
                answer = client.get("/")
            if answer.status_code != 200:
                raise RuntimeError(f"{role} did not get the home: {answer.status_code}")
            most = max(most, len(queries))
            cookies.append(cookie_of(client))
    return {"cookies": cookies, "queries": most}


if __name__ == "__main__":
    print(json.dumps(sign_in_people()))
