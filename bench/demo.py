"""From a fresh clone to the first page, and the second start. Package caches are whatever this machine has."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from bench.campus import ROOT, wait_until_answered, wait_until_ended
from bench.report import Report
from nanhu.kernel.child_processes import dying_with_parent
from nanhu.testing.ports import campus_ports

ALLOWED_FIRST = 120
ALLOWED_SECOND = 10


def run(report: Report) -> None:
    folder = Path(tempfile.mkdtemp(prefix="nanhu-clone-"))
    folder.chmod(0o755)
    try:
        clone = folder / "nanhu"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NANHU_")}
        environment |= campus_ports()
        environment["NANHU_TEMPLATE_DIR"] = str(folder / "templates")  # a first start copies nobody's campus
        port = environment["NANHU_WEB_PORT"]
        environment["NANHU_PUBLIC_URL"] = f"http://localhost:{port}"
        report("demo_first_start", seconds_to_first_page(clone, environment, port), "s", ALLOWED_FIRST)
        report("demo_second_start", seconds_to_first_page(clone, environment, port), "s", ALLOWED_SECOND)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def seconds_to_first_page(clone: Path, environment: dict[str, str], port: str) -> float:
    started = time.monotonic()
    with (clone.parent / "demo.log").open("ab") as log:
        process = subprocess.Popen(
            dying_with_parent(["make", "demo"]),
            cwd=clone,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_until_answered(f"http://127.0.0.1:{port}/sign-in", process, 600)
        return time.monotonic() - started
    finally:
        os.killpg(process.pid, signal.SIGINT)
        if not wait_until_ended(process):
            raise RuntimeError("the campus did not stop")
