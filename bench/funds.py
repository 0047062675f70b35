"""Reservations on 1,200 funds against `pgbench -N` on the same durable server in the same run; and fifty clients on one fund.

The statement is the one that `ledger.reserve` sends: the database posts the double entry, moves the fund and refuses what is not
there. `NANHU_BENCH_ROUND_SECONDS` is the length of each round (6 s).
"""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean

import psycopg

from bench.campus import ROOT, Campus, fresh_campus
from bench.report import Report
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.database import embedded

FUNDS, ROUNDS, CLIENTS, EACH = 1_200, 2, 50, 4
HOW = ["-n", "-M", "prepared", "-c", "16", "-j", "2"]
TPS = re.compile(r"tps = ([0-9.]+)")
RESERVE = """\\set fund random(1, 1200)
INSERT INTO ledger_reservation (fund_id, key, what, amount_fen, spent_fen, released_fen, entry_id, created_at)
    VALUES (:fund, gen_random_uuid()::text, '', 100, 0, 0, nextval('ledger_transfer_id_seq'), now()) ON CONFLICT (key) DO NOTHING RETURNING id;
"""


def run(report: Report) -> None:
    with fresh_campus(demo=False) as campus:
        campus.nanhu("migrate", "--verbosity", "0")
        prepare(campus)
        url = read_configuration(campus.environment).database_url
        script = Path(campus.folder) / "reserve.sql"
        script.write_text(RESERVE)
        seconds = os.environ.get("NANHU_BENCH_ROUND_SECONDS", "6")
        theirs, ours = [], []
        for _round in range(ROUNDS):
            theirs.append(tps(url.replace("/nanhu?", "/pgbench?"), "-N", *HOW, "-T", seconds))
            ours.append(tps(url, "-f", str(script), *HOW, "-T", seconds))
        report("funds_reservations", mean(ours), "tps", mean(theirs))
        report("funds_one_fund_fifty_clients", fifty_on_one(url), "reservations", 50)
        print(campus.nanhu("ledger", "check").strip())


def prepare(campus: Campus) -> None:
    """Funds 1 to 1,200, each with more than a run can take, and one with room for fifty; pgbench's own database beside them."""
    environment = {**campus.environment, "DJANGO_SETTINGS_MODULE": "nanhu.project.settings"}
    subprocess.run([sys.executable, "-m", "bench.funds"], check=True, cwd=ROOT, env=environment)
    with embedded.superuser_connection(campus.folder) as connection:
        connection.execute("CREATE DATABASE pgbench OWNER nanhu")
    url = read_configuration(campus.environment).database_url.replace("/nanhu?", "/pgbench?")
    subprocess.run([str(embedded.binary("pgbench")), "-i", "-s", "10", "-q", url], check=True, capture_output=True)


def tps(url: str, *arguments: str) -> float:
    done = subprocess.run(
        [str(embedded.binary("pgbench")), *arguments, url], check=True, capture_output=True, text=True
    )
    found = TPS.search(done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench printed no tps: {done.stdout}{done.stderr}")
    return float(found.group(1))


def fifty_on_one(url: str) -> int:
    """How many of 200 reservations of one fen a fund of fifty gave."""
    statement = RESERVE.split("\n", 1)[1].replace(":fund,", "%s,", 1).replace("100, 0, 0", "1, 0, 0").rstrip(";\n")

    def client(_number: int) -> int:
        taken = 0
        with psycopg.connect(url, autocommit=True) as line:
            for _time in range(EACH):
                try:
                    line.execute(statement, [FUNDS + 1])
                except psycopg.errors.CheckViolation:
                    continue
                taken += 1
        return taken

    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(client, range(CLIENTS)))


def open_funds() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
    import django

    django.setup()
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.ledger import api as ledger

    by = Actor.system("bench")
    for number in range(1, FUNDS + 2):
        code = f"bench:{number}"
        ledger.open_fund(by=by, code=code, name=f"课题{number}")
        fen = 50 if number > FUNDS else 10**9
        ledger.grant(by=by, fund=code, amount_fen=fen, key=code, reason="预算")


if __name__ == "__main__":
    open_funds()
