"""Payments through the terminal protocol over HTTP, against pgbench on the same durable server in the same run.

`NANHU_BENCH_SECONDS` shortens the sustained part (60 s), `NANHU_BENCH_ROUND_SECONDS` each round of the race (6 s).
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from statistics import mean, median
from typing import Any

import psutil
import psycopg

from bench.campus import ROOT, Campus, fresh_campus, running
from bench.report import Report
from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.database import embedded
from nanhu.systems.card.gateway.policy import terminal_policy
from nanhu.systems.card.process import gateway_command

PEOPLE = 6000
TERMINALS = 320
ROUNDS = 2
PROBES = 60
CLOSED_ROWS = 100_000
PATIENCE_SECONDS = 600
PGBENCH = ["-N", "-M", "prepared", "-c", "16", "-j", "2"]
TPS = re.compile(r"tps = ([0-9.]+)")


def run(report: Report) -> None:
    with fresh_campus(demo=False) as campus:
        race = Race(campus)
        with running(campus, gateway_command(race.configuration), race.health_url):
            race.payments(terminals=16, seconds=2)
            for terminals, name in ((16, "payments"), (64, "payments_64")):
                ours, theirs = race.rounds(terminals)
                report(name, mean(ours), "tps", mean(theirs))
                race.explain(terminals)
            report("upload", race.uploads(seconds=race.round_seconds), "rows/s", None)
            race.sustain(report)
        print(campus.nanhu("ledger", "check").strip())


class Race:
    """The campus of the race: seeded, with pgbench's own database on the same server."""

    def __init__(self, campus: Campus) -> None:
        self.campus = campus
        self.configuration = read_configuration(campus.environment)
        self.round_seconds = float(os.environ.get("NANHU_BENCH_ROUND_SECONDS", "6"))
        self.health_url = f"http://127.0.0.1:{self.configuration.gateway_port}/health"
        self.plan = self.seed()
        self.last: dict[str, Any] = {}
        self.probed = 0

    def seed(self) -> dict[str, Any]:
        self.campus.nanhu("migrate")
        out = self.campus.folder / "load.json"
        environment = {**self.campus.environment, "DJANGO_SETTINGS_MODULE": "nanhu.project.settings"}
        command = [sys.executable, "-m", "bench.load.seed", str(PEOPLE), str(TERMINALS), str(out)]
        subprocess.run(command, check=True, cwd=ROOT, env=environment)
        with embedded.superuser_connection(self.campus.folder) as connection:
            connection.execute("CREATE DATABASE pgbench OWNER nanhu")
        self.pgbench("-i", "-s", "10", "-q")
        plan: dict[str, Any] = json.loads(out.read_text())
        return plan

    def pgbench(self, *arguments: str) -> str:
        url = self.configuration.database_url.replace("/nanhu?", "/pgbench?")
        command = [str(embedded.binary("pgbench")), *arguments, url]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return done.stdout + done.stderr

    def baseline(self) -> float:
        found = TPS.search(self.pgbench(*PGBENCH, "-T", str(int(self.round_seconds))))
        if found is None:
            raise RuntimeError("pgbench printed no tps")
        return float(found.group(1))

    def rounds(self, terminals: int) -> tuple[list[float], list[float]]:
        """In turn, so that what else the machine does falls on both."""
        ours, theirs = [], []
        for _round in range(ROUNDS):
            theirs.append(self.baseline())
            ours.append(self.payments(terminals=terminals, seconds=self.round_seconds))
        return ours, theirs

    def payments(self, *, terminals: int, seconds: float) -> float:
        before, cpu = self.figures(), self.cpu()
        result = self.client(how="closed", first=0, count=terminals, seconds=seconds, presign=int(9000 * seconds))
        if result["failed"] or result["refused"]:
            raise RuntimeError(f"payments failed or were refused: {result}")
        self.last = {**result, "before": before, "after": self.figures(), "cpu_before": cpu, "cpu_after": self.cpu()}
        return float(result["approved"] / result["seconds"])

    def client(self, *, how: str, first: int, count: int, seconds: float, **more: Any) -> dict[str, Any]:
        process = self.start_client(how=how, first=first, count=count, seconds=seconds, **more)
        return self.finish(process, seconds)

    def start_client(self, *, how: str, first: int, count: int, seconds: float, **more: Any) -> subprocess.Popen[str]:
        chosen = self.plan["terminals"][first : first + count]
        plan = {
            "address": "127.0.0.1",
            "port": self.configuration.gateway_port,
            "how": how,
            "seconds": seconds,
            "terminals": chosen,
            "cards": self.plan["cards"],
            "seed": os.getpid() + first,
            "rate": 0,
            "rows": 100,
            **more,
        }
        path = Path(self.campus.folder) / f"plan-{how}.json"
        path.write_text(json.dumps(plan))
        command = [sys.executable, "-m", "bench.load.client", str(path)]
        return subprocess.Popen(dying_with_parent(command), cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def finish(self, process: subprocess.Popen[str], seconds: float) -> dict[str, Any]:
        printed, _errors = process.communicate(timeout=seconds + PATIENCE_SECONDS)
        result: dict[str, Any] = json.loads(printed)
        for terminal in self.plan["terminals"]:
            terminal["sequence"] = result["sequences"].get(terminal["number"], terminal["sequence"])
        return result

    def figures(self) -> dict[str, float]:
        with urllib.request.urlopen(self.health_url, timeout=10) as answer:
            figures: dict[str, float] = json.loads(answer.read())
        return figures

    def probe(self, size: int) -> tuple[float, float]:
        """Seconds of the function and of its commit for batches of this size, on a connection of our own."""
        sql, commit = [], []
        with psycopg.connect(self.configuration.database_url) as connection:
            number = self.plan["terminals"][-1]["number"]
            row = connection.execute("SELECT id FROM terminals_terminal WHERE number = %s", [number]).fetchone()
            for _time in range(PROBES):
                batch = [self.element(place, row[0] if row else 0) for place in range(size)]
                begun = time.perf_counter()
                connection.execute(
                    "SELECT * FROM card_pay(%s::json, %s::json)", [json.dumps(batch), terminal_policy()], prepare=True
                ).fetchall()
                decided = time.perf_counter()
                connection.commit()
                sql.append(decided - begun)
                commit.append(time.perf_counter() - decided)
        return median(sql), median(commit)

    def element(self, place: int, terminal_id: int) -> dict[str, Any]:
        self.probed += 1
        card = self.plan["cards"][self.probed % len(self.plan["cards"])]
        return {"n": place, "t": terminal_id, "s": self.probed, "f": "aa", "u": card, "a": 1, "o": time.time(), "m": 2}

    def cpu(self) -> dict[str, float]:
        """CPU seconds of the gateway and of the server's backends so far."""
        spent = {"gateway": 0.0, "database": 0.0}
        port, folder = str(self.configuration.gateway_port), str(self.campus.folder)
        for process in psutil.process_iter():
            try:
                line = " ".join(process.cmdline())
                times = process.cpu_times()
            except psutil.Error:
                continue
            if "granian" in line and port in line:
                spent["gateway"] += times.user + times.system
            elif line.startswith("postgres: nanhu nanhu") or (folder in line and "postgres" in line):
                spent["database"] += times.user + times.system
        return spent

    def explain(self, terminals: int) -> None:
        """The table of where the time of a payment goes, from the last round, in milliseconds of waiting."""
        last = self.last
        done = {key: last["after"][key] - last["before"][key] for key in last["after"] if key != "gateway"}
        payments = max(done["payments"], 1)
        sql, commit = (1000 * seconds for seconds in self.probe(round(payments / max(done["batches"], 1))))
        total = 1000 * terminals * last["seconds"] / last["approved"]
        queue, database = (1000 * done[key] / payments for key in ("queue_seconds", "database_seconds"))
        print(
            f"  {terminals} terminals: {payments / max(done['batches'], 1):.1f} payments a batch; p50 {last['p50']} ms, p99 {last['p99']} ms"
        )
        for part, milliseconds in (
            ("client, http, signatures", total - queue - database),
            ("queue (waiting for the batch before)", queue),
            ("database: the one function", sql),
            ("database: commit with fsync", commit),
            ("database: waiting for a processor, the wire", max(database - sql - commit, 0.0)),
        ):
            print(f"    {part:<44}{milliseconds:8.2f} ms {milliseconds / total:6.0%}")
        for part in ("gateway", "database"):
            spent = last["cpu_after"][part] - last["cpu_before"][part]
            print(f"    CPU of the {part:<33}{1e6 * spent / last['approved']:8.0f} µs a payment")
        print(
            f"    CPU of the load client{'':<22}{1e6 * last['cpu'] / last['approved']:8.0f} µs a payment (signing included)",
            flush=True,
        )

    def uploads(self, *, seconds: float) -> float:
        result = self.client(how="upload", first=200, count=16, seconds=seconds, rows=500)
        if result["failed"]:
            raise RuntimeError(f"stored rows failed: {result}")
        return float(result["approved"] / result["seconds"])

    def sustain(self, report: Report) -> None:
        """300 payments a second beside a drain of 215 stored rows a second and a running day close of a big day."""
        seconds = float(os.environ.get("NANHU_BENCH_SECONDS", "60"))
        closing = self.start_closing(seconds)
        drain = self.start_client(how="upload", first=200, count=20, seconds=seconds, rows=43, rate=215)
        paid = self.client(how="open", first=0, count=100, seconds=seconds, rate=300)
        drained = self.finish(drain, seconds)
        if paid["failed"] or paid["refused"] or drained["failed"]:
            raise RuntimeError(f"under load payments were lost: {paid} {drained}")
        report("payments_sustained", paid["approved"] / paid["seconds"], "tps", 300)
        report("payments_sustained_drain", drained["approved"] / drained["seconds"], "rows/s", 215)
        for figure in ("p50", "p99", "max"):
            report(f"payments_sustained_{figure}", paid[figure], "ms", 200 if figure == "p99" else None)
        printed, _errors = closing.communicate(timeout=PATIENCE_SECONDS)
        closed = json.loads(printed)
        report("payments_sustained_day_closes", closed["closes"], "times", None)
        report("payments_sustained_day_close", closed["median_seconds"], "s", None)

    def start_closing(self, seconds: float) -> subprocess.Popen[str]:
        """Returns when yesterday is filled and the closes have begun."""
        environment = {**self.campus.environment, "DJANGO_SETTINGS_MODULE": "nanhu.project.settings"}
        command = [sys.executable, "-m", "bench.load.closing", str(CLOSED_ROWS), str(seconds)]
        process = subprocess.Popen(
            dying_with_parent(command),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if process.stdin is None or process.stdout is None or process.stdout.readline() != "ready\n":
            raise RuntimeError("the day to be closed could not be filled")
        process.stdin.write("\n")
        process.stdin.flush()
        return process
