"""CAS flows a second, ticket and validation, against LemonLDAP::NG on the same machine in turn; ticket checks alone.

`NANHU_BENCH_ROUND_SECONDS` is the length of a turn (8), `NANHU_BENCH_ROUNDS` how many each has (4).
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.campus import Campus, filled_campus, running
from bench.inside import ask_inside, set_up_django
from bench.peers.lemonldap import install, lemonldap
from bench.report import Report
from bench.visitors import session_cookie

SCRIPTS = Path(__file__).parent
CONNECTIONS = 8
SECONDS = os.environ.get("NANHU_BENCH_ROUND_SECONDS", "8")
ROUNDS = int(os.environ.get("NANHU_BENCH_ROUNDS", "4"))
SERVICE = "http://app.example.com/"
CHECKS_WANTED = 600
TICKETS = 20_000


def run(report: Report) -> None:
    install()
    with filled_campus() as campus, served(campus), lemonldap() as peer:
        ours = {
            "host": f"localhost:{campus.web_port}",
            "cookie": session_cookie(campus.web_port),
            "login": "/cas/login",
            "validate": "/cas/p3/serviceValidate",
        }
        theirs = {
            "host": peer.host,
            "cookie": peer.cookie,
            "login": "/cas/login",
            "validate": "/cas/p3/serviceValidate",
        }
        race(report, (campus.web_port, ours), (peer.port, theirs))
        report("cas_ticket_checks", checks(campus), "checks/s", CHECKS_WANTED)


@contextmanager
def served(campus: Campus) -> Iterator[None]:
    """All processes of a campus, as `nanhu run` starts them; one application more in the registry."""
    ask_inside(campus, "bench.cas_flows")
    ready = f"http://127.0.0.1:{campus.web_port}/health/ready"
    with running(campus, [sys.executable, "-m", "nanhu", "run"], ready):
        yield


def race(report: Report, ours: tuple[int, dict[str, str]], theirs: tuple[int, dict[str, str]]) -> None:
    for side in (ours, theirs):
        walk(*side, seconds="2")
    turns: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for number in range(1, ROUNDS + 1):
        turns.append((walk(*ours, seconds=SECONDS), walk(*theirs, seconds=SECONDS)))
        mine, others = turns[-1]
        print(
            f"  turn {number}: {mine['rate']:.0f} to {others['rate']:.0f} flows/s, load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    report("cas_flows", *middle(turns, "rate", "flows/s"))
    report("cas_request_p50", *middle(turns, "p50_ms", "ms"))
    report("cas_request_p99", *middle(turns, "p99_ms", "ms"))
    failures = [sum(turn[side]["failures"] for turn in turns) for side in (0, 1)]
    report("cas_failures", failures[0], "flows", failures[1])
    if any(failures):
        raise RuntimeError(f"flows failed: {failures[0]} of ours, {failures[1]} of theirs")


def middle(turns: list[tuple[dict[str, Any], dict[str, Any]]], name: str, unit: str) -> tuple[float, str, float]:
    return median(turn[0][name] for turn in turns), unit, median(turn[1][name] for turn in turns)


def walk(port: int, wishes: dict[str, str], *, seconds: str, script: str = "cas_flow.lua") -> dict[str, Any]:
    """One turn of the load: a connection a thread, each walking flows without a pause."""
    environment = {
        **os.environ,
        "FLOW_SERVICE": SERVICE,
        **{f"FLOW_{key.upper()}": value for key, value in wishes.items()},
    }
    result = subprocess.run(
        [
            "wrk",
            f"-t{CONNECTIONS}",
            f"-c{CONNECTIONS}",
            f"-d{seconds}s",
            "-s",
            str(SCRIPTS / script),
            f"http://127.0.0.1:{port}/",
        ],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return {**told, "rate": told["flows"] / told["seconds"]}


def checks(campus: Campus) -> float:
    """Validation alone, of tickets issued beforehand."""
    tickets = campus.folder / "tickets"
    ask_inside(campus, "bench.tickets")
    wishes = {"host": f"localhost:{campus.web_port}", "tickets": str(tickets), "validate": "/cas/p3/serviceValidate"}
    told = walk(campus.web_port, wishes, seconds="5", script="cas_checks.lua")
    if told["failures"]:
        raise RuntimeError(f"{told['failures']} ticket checks failed")
    return float(told["rate"])


def register() -> dict[str, str]:
    set_up_django()
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.identity.api import register_application

    register_application(
        by=Actor.system("bench"), key="bench", name="压测应用", owner="信息中心", service_prefix=SERVICE
    )
    return {}


if __name__ == "__main__":
    print(json.dumps(register()))
