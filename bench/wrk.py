"""The load generator `wrk`: many connections asking for one page. It is compiled, so that little of a figure is its own."""

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).parent / "pages.lua"


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


def install() -> None:
    """From Debian's package, where it is missing."""
    if shutil.which("wrk"):
        return
    prefix = [] if os.geteuid() == 0 else ["sudo"]
    for arguments in (["update", "-qq"], ["install", "-y", "-q", "--no-install-recommends", "wrk"]):
        subprocess.run(
            [*prefix, "apt-get", *arguments], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
