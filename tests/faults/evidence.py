"""Waiting for a campus that was killed to come back; when it does not, what is there to see is shown."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import requests

from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import Campus

LINES_OF_A_LOG = 25


def wait_until(campus: Campus, check: Callable[[], object], what: str) -> None:
    """A check that cannot reach the campus counts as no."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with suppress(requests.RequestException, psycopg.Error):
            if check():
                return
        if time.monotonic() > deadline:
            pytest.fail(f"{what}\n{evidence(campus)}")
        time.sleep(0.2)


def evidence(campus: Campus) -> str:
    """Health, processes with what they wait for, and the ends of the logs."""
    return "\n".join([health(campus), *processes_of(campus), *ends_of_logs(campus)])


def health(campus: Campus) -> str:
    try:
        answer = requests.get(f"{campus.url}/health/ready", timeout=PATIENCE_SECONDS)
    except requests.RequestException as problem:
        return f"/health/ready: {problem!r}"
    return f"/health/ready: {answer.status_code} {answer.text[:200]}"


def processes_of(campus: Campus) -> Iterator[str]:
    yield "pid parent group state threads waits-in command"
    for folder in sorted(Path("/proc").glob("[0-9]*"), key=lambda one: int(one.name)):
        try:
            if f"NANHU_DATA_DIR={campus.folder}\0".encode() not in (folder / "environ").read_bytes():
                continue
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            waits = (folder / "wchan").read_text()
        except OSError:
            continue
        yield f"{folder.name} {fields[1]} {fields[2]} {fields[0]} {fields[17]} {waits} {command[:160]}"


def ends_of_logs(campus: Campus) -> Iterator[str]:
    logs = [
        campus.folder / "demo.log",
        campus.folder / "postgres" / "server.log",
        *sorted(campus.folder.glob("logs/*.log")),
    ]
    for path in logs:
        with suppress(OSError):
            lines = path.read_text(errors="replace").splitlines()[-LINES_OF_A_LOG:]
            yield "\n".join([f"--- {path.name}", *(line[:300] for line in lines)])
