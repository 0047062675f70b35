"""Many clients asking for one page over kept connections, each in a thread of a process of its own."""

import http.client
import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from bench.report import percentile


@dataclass(frozen=True)
class Load:
    """What the clients saw."""

    per_second: float
    median_ms: float
    p99_ms: float
    failures: int


def load(url_path: str, *, port: int, clients: int, seconds: float, cookies: list[str]) -> Load:
    """Ask for `url_path` from `clients` threads; client n sends cookie n (wrapping round)."""
    job = {"path": url_path, "port": port, "clients": clients, "seconds": seconds, "cookies": cookies}
    result = subprocess.run(
        [sys.executable, "-m", "bench.clients"], input=json.dumps(job), capture_output=True, text=True, check=True,
        cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    return Load(**json.loads(result.stdout))


def ask(job: dict, number: int, deadline: float, times: list[float], failures: list[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", job["port"], timeout=30)
    headers = {"Host": f"localhost:{job['port']}", "Accept": "text/html"}
    if job["cookies"]:
        headers["Cookie"] = job["cookies"][number % len(job["cookies"])]
    while time.perf_counter() < deadline:
        started = time.perf_counter()
        connection.request("GET", job["path"], headers=headers)
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - started)
        if answer.status != 200:
            failures.append(answer.status)


def main() -> None:
    job = json.load(sys.stdin)
    times: list[float] = []
    failures: list[int] = []
    started = time.perf_counter()
    threads = [
        threading.Thread(target=ask, args=(job, number, started + job["seconds"], times, failures))
        for number in range(job["clients"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - started
    seen = Load(len(times) / spent, percentile(times, 0.5) * 1000, percentile(times, 0.99) * 1000, len(failures))
    json.dump(seen.__dict__, sys.stdout)


if __name__ == "__main__":
    main()
