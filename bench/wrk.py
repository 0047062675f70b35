"""The load generator `wrk`: many connections asking for one page. It is compiled, so that little of a figure is its own."""

import json
import math
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.spent import family, seconds_of

SCRIPT = Path(__file__).parent / "pages.lua"
LOOK_SECONDS, IDLE_SECONDS, MOST_LOOKS = 0.25, 0.02, 240


@dataclass(frozen=True)
class Load:
    """What the connections saw. `bytes_each`: the body of a page as it came, compressed."""

    per_second: float
    p50_ms: float
    p99_ms: float
    failures: int
    bytes_each: int
    p95_ms: float


def load(path: str, *, port: int, clients: int, seconds: float, cookies: list[str], host: str = "") -> Load:
    """Ask for `path` over `clients` connections, in turn with these cookies."""
    install()
    with tempfile.NamedTemporaryFile("w", suffix=".cookies") as kept:
        kept.writelines(f"{cookie}\n" for cookie in cookies or [""])
        kept.flush()
        wanted = {"PAGE_HOST": host or f"localhost:{port}", "PAGE_PATH": path, "PAGE_COOKIES": kept.name}
        command = [
            "wrk",
            "-t2",
            f"-c{clients}",
            f"-d{int(seconds)}s",
            "--timeout",
            "30s",
            "--latency",
            "-s",
            str(SCRIPT),
        ]
        done = subprocess.run(
            [*command, f"http://127.0.0.1:{port}/"],
            env=os.environ | wanted,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"wrk ended with {done.returncode}: {done.stdout[-500:]}{done.stderr[-2000:]}")
    come_to_rest(port)
    told = json.loads(done.stdout.splitlines()[-1])
    pages = told["pages"] or 1
    return Load(
        pages / told["seconds"],
        told["p50_ms"],
        told["p99_ms"],
        told["failures"],
        told["bytes"] // pages,
        told["p95_ms"],
    )


def come_to_rest(port: int) -> None:
    """Waits until the server at this port has done with what wrk left under way as it ended, a page for each connection: the first pages of the
    next round would wait behind those, and they are its worst hundredth."""
    open_lines = psutil.net_connections("tcp")
    listening = {one.pid for one in open_lines if one.status == psutil.CONN_LISTEN and one.laddr[1] == port and one.pid}
    if not listening:
        raise RuntimeError(f"nobody listens at port {port} any more")
    server, spent = {one for pid in listening for one in family(pid)}, -math.inf
    for _ in range(MOST_LOOKS):
        before, spent = spent, sum(map(seconds_of, server))
        if spent - before < IDLE_SECONDS:
            return
        time.sleep(LOOK_SECONDS)
    raise RuntimeError(
        f"the server at port {port} still works {MOST_LOOKS * LOOK_SECONDS:.0f} s after its last client went"
    )


def install() -> None:
    """From Debian's package, where it is missing."""
    if shutil.which("wrk"):
        return
    prefix = [] if os.geteuid() == 0 else ["sudo"]
    for arguments in (["update", "-qq"], ["install", "-y", "-q", "--no-install-recommends", "wrk"]):
        subprocess.run(
            [*prefix, "apt-get", *arguments], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
