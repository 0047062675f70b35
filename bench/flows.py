"""Processes at the size of ten years: the page of to-dos, decisions over HTTP beside `pgbench -N` of the same run, an announcement to 31,000.

`NANHU_BENCH_ROUND_SECONDS` is the length of each round (6 s), `NANHU_BENCH_FLOW_CASES` how many cases are done with (750,000, three tasks each).
"""

import json
import os
import subprocess
from pathlib import Path
from statistics import mean
from typing import Any

from bench.campus import Campus, fresh_campus, running_web
from bench.funds import HOW, tps
from bench.inside import ask_inside
from bench.report import Report
from bench.spent import cpu_of
from bench.wrk import load
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.database import embedded

CASES = int(os.environ.get("NANHU_BENCH_FLOW_CASES", "750000"))
SECONDS = os.environ.get("NANHU_BENCH_ROUND_SECONDS", "6")
ROUNDS, CONNECTIONS = 2, 16
WARMING = 6
SCRIPT = Path(__file__).parent / "posts.lua"
DONE = """
    INSERT INTO flows_case (public_id, number, token, definition_id, version_id, applicant_id, applicant_name, opened_by_name, subject_key,
            subject_id, twin, state, data, opened_at, promised, due_at, stood, returns, outcome, closed_at, is_on_paper, percent, rating_words)
    SELECT gen_random_uuid(), 'OLD-' || n, gen_random_uuid(), v.definition_id, v.id, (%(students)s::bigint[])[1 + n %% %(count)s], '样例', 'bench',
           '', '', '', 'closed', '{"kind": "事假", "reason": "回家"}', now() - n * interval '7 minutes', 480, now(), '[]', 0, 'granted',
           now() - n * interval '6 minutes', false, 100, ''
      FROM generate_series(1, %(cases)s) AS n, flows_version v WHERE v.id = %(version)s;
    INSERT INTO flows_task (public_id, case_id, applicant_id, step, branch, kind, person_id, pool_office, why, state, is_added, place, opened_at,
            due_at, level, done_by_id, done_at, decision, comment, data, revision, seen_by)
    SELECT gen_random_uuid(), c.id, c.applicant_id, 'tutor', '', 'approve', p, '', 'resolver', 'done', false, 0, c.opened_at, c.due_at, 0, p,
           c.closed_at, 'agree', '', '{}', 2, '[]'
      FROM flows_case c, generate_series(0, 2) AS place,
           LATERAL (SELECT (%(approvers)s::bigint[])[1 + (c.id + place) %% cardinality(%(approvers)s::bigint[])]) AS who (p)
     WHERE c.state = 'closed'"""


def run(report: Report) -> None:
    with fresh_campus() as campus:
        campus.nanhu("migrate", "--verbosity=0")
        configuration = read_configuration(campus.environment)
        baseline = configuration.database_url.replace("/nanhu?", "/pgbench?")
        made = inside(campus)
        fill(campus, made, baseline)
        report("flows_todo_queries", max(made["queries"][:CONNECTIONS]), "queries", 20)
        report("flows_todo_queries_of_six_offices", made["queries"][-1], "queries", 20)
        with running_web(campus) as web:
            # a thread's first page opens its connection to the database, which plans each statement once
            load("/flows/", port=campus.web_port, clients=2 * CONNECTIONS, seconds=WARMING, cookies=made["cookies"])
            for clients in (2, CONNECTIONS):
                ask(report, campus, web.pid, clients, made["cookies"])
            race(report, campus, web.pid, made["forms"], baseline)
        told = inside(campus, "announce")
        report("flows_announced", told["seconds"], "s", 60)
        report("flows_announced_cpu", told["cpu"], "s")
        report("flows_announced_tasks", told["tasks"], "tasks", told["persons"])


def inside(campus: Campus, *what: str) -> Any:
    return ask_inside(campus, "bench.flows_school", *what)


def fill(campus: Campus, made: dict[str, Any], baseline: str) -> None:
    """What is done with, written past the triggers; and pgbench's own database."""
    with embedded.superuser_connection(campus.folder) as connection:
        connection.execute("CREATE DATABASE pgbench OWNER nanhu")
    subprocess.run([str(embedded.binary("pgbench")), "-i", "-s", "10", "-q", baseline], check=True, capture_output=True)
    given = {name: made[name] for name in ("students", "approvers", "version")}
    with embedded.superuser_connection(campus.folder, "nanhu") as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in DONE.split(";"):
            connection.execute(statement, {**given, "count": len(made["students"]), "cases": CASES})
        # else autovacuum and the checkpointer do it in the middle of a round, and each page is planned anew
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def ask(report: Report, campus: Campus, pid: int, clients: int, cookies: list[str]) -> None:
    before = cpu_of(campus.folder, pid)
    seen = load("/flows/", port=campus.web_port, clients=clients, seconds=int(SECONDS), cookies=cookies)
    if seen.failures:
        raise RuntimeError(f"{seen.failures} pages were not 200")
    report(f"flows_todo_p50_{clients}_clients", seen.p50_ms, "ms")
    report(f"flows_todo_p99_{clients}_clients", seen.p99_ms, "ms", 100)
    report(f"flows_todo_rate_{clients}_clients", seen.per_second, "pages/s")
    for part, spent in cpu_of(campus.folder, pid).items():
        report(f"flows_todo_cpu_of_{part}", 1000 * (spent - before[part]) / seen.per_second / int(SECONDS), "ms a page")


def race(report: Report, campus: Campus, pid: int, forms: list[dict[str, str]], baseline: str) -> None:
    """In turn, so that what else the machine does falls on both."""
    ours, theirs, spent = [], [], []
    for turn in range(ROUNDS):
        theirs.append(tps(baseline, "-N", *HOW, "-T", SECONDS))
        before = cpu_of(campus.folder, pid)
        told = decide(campus, forms[turn::ROUNDS])
        ours.append(told["done"] / told["seconds"])
        spent.append(
            {part: 1000 * (now - before[part]) / told["done"] for part, now in cpu_of(campus.folder, pid).items()}
        )
        print(f"  turn {turn + 1}: {told}, load {os.getloadavg()[0]:.1f}", flush=True)
    report("flows_decisions", mean(ours), "decisions/s", mean(theirs))
    for part in spent[0]:
        report(f"flows_decision_cpu_of_{part}", mean(one[part] for one in spent), "ms a decision")


def decide(campus: Campus, forms: list[dict[str, str]]) -> dict[str, Any]:
    """Sixteen approvers press 同意 without a pause, each task once."""
    kept = campus.folder / "forms"
    kept.write_text("".join(f"{one['path']}\t{one['cookie']}\t{one['body']}\n" for one in forms))
    wanted = {"POSTS": str(kept), "POSTS_HOST": f"localhost:{campus.web_port}", "POSTS_THREADS": str(CONNECTIONS)}
    command = ["wrk", f"-t{CONNECTIONS}", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "30s", "--latency"]
    done = subprocess.run(
        [*command, "-s", str(SCRIPT), f"http://127.0.0.1:{campus.web_port}/"],
        env=os.environ | wanted,
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if told["failures"] or told["left"] <= 0:
        raise RuntimeError(f"decisions failed, or there were too few tasks: {told}")
    return told
