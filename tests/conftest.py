"""A whole campus for the tests that stand outside it: its own data folder, its own processes, filled by the demo.

Everything is reached as a person or a device reaches it: by HTTP. No test here touches the campus's database through
Django; where the books must be checked, it is by the program's own commands.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

import pytest

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.database import embedded
from nanhu.testing import folders, template
from nanhu.testing.groups_plugin import group_of
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import campus_ports

ROOT = Path(__file__).parent.parent
PEOPLE = "240"
STOP_SECONDS = 180


@dataclass(frozen=True)
class Campus:
    """A running campus. `folder` holds its data and logs."""

    folder: Path
    environment: dict[str, str]
    process: subprocess.Popen[str]

    def port(self, name: str) -> int:
        return int(self.environment[f"NANHU_{name.upper()}_PORT"])

    @property
    def url(self) -> str:
        return self.environment["NANHU_PUBLIC_URL"]

    def nanhu(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a `nanhu` command beside the running campus."""
        return subprocess.run(
            [sys.executable, "-m", "nanhu", *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )

    def log(self, process: str) -> str:
        path = self.folder / "logs" / f"{process}.log"
        return path.read_text(errors="replace") if path.exists() else ""


def campus_environment(folder: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name == "NANHU_TEMPLATE_DIR" or not name.startswith("NANHU_")
    }
    kept.pop("DATABASE_URL", None)
    ports = campus_ports()
    return {
        **kept,
        **ports,
        "NANHU_DATA_DIR": str(folder),
        "NANHU_PUBLIC_URL": f"http://localhost:{ports['NANHU_WEB_PORT']}",
        "SCALE": PEOPLE,
        "NANHU_OUTGOING_NETWORKS": "127.0.0.0/8,::1,10.97.1.0/24",  # as a demo has it, and the network lab
    }


def start_migrated(folder: Path) -> None:
    """A durable database in an empty folder with every table and no row of a campus: a copy of the tests' template."""
    template.copy_into(folder)
    embedded.start(folder)
    template.add_months(folder)
    template.clone(folder, "nanhu")
    with embedded.superuser_connection(folder) as connection:
        connection.execute("ALTER ROLE nanhu NOCREATEDB")
        connection.execute("REVOKE nanhu_web, nanhu_worker, nanhu_gateway FROM nanhu")
        connection.execute("REVOKE SET ON PARAMETER session_replication_role FROM nanhu")


def start_campus(folder: Path, **settings: str) -> Campus:
    """A copy of the filled template, open; it ends with this process, even when this process is killed."""
    environment = campus_environment(folder) | settings
    with (folder / "demo.log").open("ab") as log:
        process = subprocess.Popen(
            dying_with_parent([sys.executable, "-m", "nanhu", "demo"]),
            env=environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            text=True,
        )
    campus = Campus(folder, environment, process)
    try:
        wait_until_open(campus)
    except BaseException:
        stop_campus(campus)
        raise
    return campus


def wait_until_open(campus: Campus) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if campus.process.poll() is not None:
            break
        if "南湖已经开门" in (campus.folder / "demo.log").read_text(errors="replace"):
            return
        time.sleep(0.1)
    pytest.fail("the campus did not open:\n" + (campus.folder / "demo.log").read_text(errors="replace")[-4000:])


def stop_campus(campus: Campus) -> None:
    if campus.process.poll() is not None:
        return
    campus.process.send_signal(signal.SIGINT)
    try:
        campus.process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        campus.process.kill()
        campus.process.wait()


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that a server's own user may enter; pytest keeps its own temporary folders shut to others. On the disk: FreeRADIUS
    opens no log in memory."""
    with tempfile.TemporaryDirectory(prefix="nanhu-campus-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


shared: dict[str, Campus] = {}
"""By the group of tests that share it."""


@contextmanager
def shared_campus(group: str, **settings: str) -> Iterator[Campus]:
    with folders.temporary("campus") as folder:
        shared[group] = start_campus(folder, **settings)
        try:
            yield shared[group]
        finally:
            stop_campus(shared.pop(group))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A campus whose tests are done would take a tenth of a core until the end of the run."""
    yield
    if group_of(item) in shared and group_of(nextitem) != group_of(item):
        stop_campus(shared[group_of(item)])


@pytest.fixture(scope="session")
def campus() -> Iterator[Campus]:
    """The shared campus of the journeys; tests change only what is theirs."""
    with shared_campus("campus") as running:
        yield running


def answer_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:
            return int(answer.status)
    except (OSError, HTTPException):  # before anybody listens there, a connection may reach itself
        return 0


def second_code(url: str, campus_no: str) -> str:
    """What the authenticator app of a sample administrator shows, read where a newcomer reads it."""
    shown = re.compile(f'data-code-of="{campus_no}">(\\d{{6}})<')
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"{url}/demo/phone", timeout=PATIENCE_SECONDS) as answer:
            page = answer.read().decode()
        found = shown.search(page)
        if found is not None:
            return found[1]
        if campus_no not in page:
            break
        time.sleep(1)
    pytest.fail(f"the sample phone shows no code of {campus_no}")
