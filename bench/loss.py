"""From a loss report to its refusal at a till that is on line, and until 320 waiting terminals hold the new list.

Baselines of the same run: a bare commit heard through LISTEN/NOTIFY on the same server, and the same 320 terminals asking once a second
instead of waiting. Times are of the wall clock, from before the report is made until the terminal has read its answer.
"""

import asyncio
import json
import subprocess
import sys
import time
from statistics import median
from types import TracebackType
from typing import Any, Self

import psycopg

from bench.campus import ROOT, Campus, fresh_campus, running, wait_until_ended
from bench.load.waiting import Field
from bench.report import Report
from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.configuration import read_configuration
from nanhu.systems.card.process import gateway_command

PEOPLE, TERMINALS = 200, 320
ROUNDS, PROBES, PATIENCE_SECONDS = 8, 100, 60


def run(report: Report) -> None:
    with fresh_campus(demo=False) as campus:
        plan = seed(campus)
        configuration = read_configuration(campus.environment)
        health = f"http://127.0.0.1:{configuration.gateway_port}/health"
        with running(campus, gateway_command(configuration), health), Desk(campus) as desk:
            notified = median(notify_seconds(configuration.database_url) for _time in range(PROBES))
            found = asyncio.run(measure(configuration.gateway_port, plan, desk))
        report("loss_to_refusal", median(found["refused"]) * 1000, "ms", notified * 1000)
        report("loss_to_refusal_worst", max(found["refused"]) * 1000, "ms", notified * 1000)
        report("loss_to_320_lists", median(found["waiting"]), "s", median(found["polling"]))
        report("loss_to_320_lists_worst", max(found["waiting"]), "s", max(found["polling"]))


def seed(campus: Campus) -> dict[str, Any]:
    campus.nanhu("migrate")
    out = campus.folder / "load.json"
    environment = {**campus.environment, "DJANGO_SETTINGS_MODULE": "nanhu.project.settings"}
    command = [sys.executable, "-m", "bench.load.seed", str(PEOPLE), str(TERMINALS), str(out)]
    subprocess.run(command, check=True, cwd=ROOT, env=environment)
    plan: dict[str, Any] = json.loads(out.read_text())
    return plan


class Desk:
    """A process of the campus that reports cards lost, as its pages and kiosks do: by the service, when it is told to."""

    def __init__(self, campus: Campus) -> None:
        self.process = subprocess.Popen(
            dying_with_parent([sys.executable, "-m", "bench.load.losing"]),
            cwd=ROOT,
            env=campus.environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        self.heard()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.process.terminate()
        wait_until_ended(self.process)

    def heard(self) -> str:
        if self.process.stdout is None:
            raise RuntimeError("the desk has no voice")
        return self.process.stdout.readline()

    def report(self, card: str) -> float:
        """When it began, by the clock of this machine."""
        if self.process.stdin is not None:
            self.process.stdin.write(f"{card}\n")
            self.process.stdin.flush()
        return float(self.heard())


async def measure(port: int, plan: dict[str, Any], desk: Desk) -> dict[str, list[float]]:
    """Each part on connections of its own: a terminal that waits has a request under way."""
    cards, terminals = iter(plan["cards"]), plan["terminals"]
    found: dict[str, list[float]] = {"refused": [], "waiting": [], "polling": []}
    async with Field(port, terminals[:1]) as till:
        for _round in range(ROUNDS):
            card = next(cards)
            trying = asyncio.create_task(till.pay_until_refused(card))
            await asyncio.sleep(0.2)
            begun = await asyncio.to_thread(desk.report, card)
            found["refused"].append(await trying - begun)
    for how, wait in (("waiting", 25), ("polling", 0)):
        async with Field(port, terminals) as field:
            await field.begin(wait)
            for _round in range(ROUNDS):
                card = next(cards)
                heard = field.hears_of(card)
                begun = await asyncio.to_thread(desk.report, card)
                found[how].append(await asyncio.wait_for(heard, PATIENCE_SECONDS) - begun)
                await asyncio.sleep(0.4)
    return found


def notify_seconds(url: str) -> float:
    """A commit in one connection heard in another: the floor of everything above."""
    with psycopg.connect(url, autocommit=True) as hearer, psycopg.connect(url) as speaker:
        hearer.execute("LISTEN bench_loss")
        begun = time.perf_counter()
        speaker.execute("UPDATE card_card SET state = state WHERE id = (SELECT min(id) FROM card_card)")
        speaker.execute("NOTIFY bench_loss")
        speaker.commit()
        next(hearer.notifies(timeout=10))
        return time.perf_counter() - begun
