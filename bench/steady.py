"""Requests at a steady rate, whatever the answers do (open loop); a request's time counts from the moment it was due, so that no stall is hidden.

told = steady(port, requests, rate=500, seconds=6)  # in a process of its own
"""

import asyncio
import json
import subprocess
import sys
import time
from typing import Any

import uvloop

from bench.campus import ROOT
from bench.load.client import Device
from bench.report import percentile

CONNECTIONS = 64


def steady(port: int, requests: list[str], *, rate: float, seconds: float) -> dict[str, float]:
    plan = {"port": port, "requests": requests, "rate": rate, "seconds": seconds}
    done = subprocess.run(
        [sys.executable, "-m", "bench.steady"],
        input=json.dumps(plan),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, float] = json.loads(done.stdout)
    if told["failures"]:
        raise RuntimeError(f"{told['failures']} answers were none: {told}")
    return told


async def run(plan: dict[str, Any]) -> dict[str, float]:
    idle: asyncio.Queue[Device] = asyncio.Queue()
    for _each in range(CONNECTIONS):
        _transport, device = await asyncio.get_running_loop().create_connection(Device, "127.0.0.1", plan["port"])
        idle.put_nowait(device)
    messages = [one.encode() for one in plan["requests"]]
    spent: list[float] = []
    failures = 0

    async def ask(number: int, due: float) -> None:
        nonlocal failures
        device = await idle.get()
        answer = await device.ask(messages[number % len(messages)])
        failures += not answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 204"))
        spent.append(1000 * (time.perf_counter() - due))
        idle.put_nowait(device)

    began, tasks = time.perf_counter(), []
    for number in range(int(plan["rate"] * plan["seconds"])):
        due = began + number / plan["rate"]
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(ask(number, due)))
    await asyncio.gather(*tasks)
    seconds = time.perf_counter() - began
    shares = {"p50": percentile(spent, 0.5), "p99": percentile(spent, 0.99), "most": max(spent)}
    return {"rate": len(spent) / seconds, "failures": failures, **shares}


if __name__ == "__main__":
    print(json.dumps(uvloop.run(run(json.load(sys.stdin)))))
