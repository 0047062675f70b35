"""The processes every campus runs: the pages and the worker. Rooms add theirs (the card room its gateway)."""

import os
import sys

from nanhu.kernel.configuration import Configuration
from nanhu.kernel.processes.specification import ProcessSpecification, processes

MOST_WORKERS = 4
BACKLOG = 4096
MOST_AT_ONCE = 65_536
"""The server stops taking connections at this many, for everybody: kernel/connections.py bounds them by address below it."""
IDLE_MILLISECONDS = 30_000
"""For a head, and between two requests of one connection."""


def granian(
    interface: str, application: str, *, address: str, port: int, workers: int = 1, threads: int = 1
) -> list[str]:
    """The command line of the web server; `interface` is wsgi, rsgi or asginl (ASGI without lifespan is asginl)."""
    command = [sys.executable, "-m", "granian", "--interface", interface, "--host", address, "--port", str(port)]
    command += ["--http", "1", "--backlog", str(BACKLOG), "--backpressure", str(MOST_AT_ONCE)]
    command += ["--http1-header-read-timeout", str(IDLE_MILLISECONDS)]
    command += ["--workers", str(workers), "--workers-kill-timeout", "3", "--respawn-failed-workers", "--no-ws"]
    command += ["--blocking-threads", str(threads)] if interface == "wsgi" else ["--loop", "uvloop"]
    command += ["--runtime-mode", "st"] if interface == "rsgi" else []
    return [*command, "--log-level", "warning", application]


def web_command(configuration: Configuration) -> list[str]:
    return granian(
        "wsgi",
        "nanhu.project.wsgi:application",
        address=configuration.listen_address,
        port=configuration.web_port,
        workers=configuration.web_workers or min(os.cpu_count() or 1, MOST_WORKERS),
        threads=configuration.web_threads,
    )


def worker_command(_configuration: Configuration) -> list[str]:
    return [sys.executable, "-m", "nanhu", "worker"]


processes.add(
    ProcessSpecification(
        key="web",
        command=web_command,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.web_port}/health/live",
        database_role="web",
        from_nursery=True,
        order=10,
    ),
    ProcessSpecification(
        key="worker", command=worker_command, pulses=True, database_role="worker", from_nursery=True, order=20
    ),
)
