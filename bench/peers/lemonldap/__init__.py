"""LemonLDAP::NG as a CAS server, from Debian's packages (`install` beside this file), in a folder of its own.

Its configuration is Debian's own with CAS switched on and every service allowed; sessions and tickets are files, as it comes.
"""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.campus import PATIENCE_SECONDS, wait_until_answered, wait_until_ended
from nanhu.kernel.child_processes import dying_with_parent
from nanhu.testing.ports import free_port

HERE = Path(__file__).parent
HOST = "auth.example.com"
WORKERS = 4
NEEDED = ("llng-fastcgi-server", "nginx", "wrk")
CONFIGURATION = Path("/var/lib/lemonldap-ng/conf/lmConf-1.json")
INI = Path("/etc/lemonldap-ng/lemonldap-ng.ini")


@dataclass(frozen=True)
class LemonLdap:
    """A running server and the cookie of somebody signed in."""

    port: int
    host: str
    cookie: str


def install() -> None:
    """From Debian's packages, where anything is missing."""
    missing = missing_programs()
    if not missing:
        return
    print(f"  installing {', '.join(missing)}", flush=True)
    command = ["sh", str(HERE / "install")]
    done = subprocess.run(
        command if os.geteuid() == 0 else ["sudo", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode or (missing := missing_programs()):
        raise RuntimeError(f"{', '.join(missing)} could not be installed by {HERE / 'install'}:\n{done.stdout[-2000:]}")


def missing_programs() -> list[str]:
    return [name for name in NEEDED if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") is None]


@contextmanager
def lemonldap() -> Iterator[LemonLdap]:
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="nanhu-lemonldap-"))
    host = f"{HOST}:{port}"
    try:
        configure(folder, host, port)
        with started(folder, port):
            yield LemonLdap(port, host, signed_in_cookie(port, host))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def configure(folder: Path, host: str, port: int) -> None:
    """A copy of Debian's configuration that lives in `folder`, owned by the user it runs as."""
    settings = json.loads(CONFIGURATION.read_text().replace("/var/lib/lemonldap-ng", str(folder)))
    settings |= {
        "portal": f"http://{host}/",
        "issuerDBCASActivation": 1,
        "issuerDBCASPath": "^/cas/",
        "casAccessControlPolicy": "none",
        "requireToken": 0,
    }
    for name in ("conf", "cache", "sessions/lock", "psessions/lock", "notifications", "captcha"):
        (folder / name).mkdir(parents=True)
    (folder / "conf" / "lmConf-1.json").write_text(json.dumps(settings))
    ini = (
        INI.read_text()
        .replace("/var/lib/lemonldap-ng", str(folder))
        .replace("/var/cache/lemonldap-ng", f"{folder}/cache")
    )
    (folder / "lemonldap-ng.ini").write_text(ini)
    nginx = (HERE / "nginx.conf").read_text()
    for name, value in {"folder": folder, "port": port, "host": HOST}.items():
        nginx = nginx.replace(f"{{{name}}}", str(value))
    (folder / "nginx.conf").write_text(nginx)
    folder.chmod(0o755)
    subprocess.run(["chown", "-R", "www-data:www-data", folder], check=True)


@contextmanager
def started(folder: Path, port: int) -> Iterator[None]:
    environment = {**os.environ, "LLNG_DEFAULTCONFFILE": str(folder / "lemonldap-ng.ini")}
    socket = str(folder / "llng.sock")
    commands = (
        [
            "llng-fastcgi-server",
            "--foreground",
            "-u",
            "www-data",
            "-g",
            "www-data",
            "-s",
            socket,
            "-p",
            str(folder / "llng.pid"),
            "-n",
            str(WORKERS),
        ],
        ["nginx", "-c", str(folder / "nginx.conf")],
    )
    with (folder / "log").open("ab") as log:
        processes = [
            subprocess.Popen(
                dying_with_parent(command), env=environment, stdout=log, stderr=log, start_new_session=True
            )
            for command in commands
        ]
    try:
        wait_until_answered(f"http://127.0.0.1:{port}/static/common/favicon.ico", processes[1], PATIENCE_SECONDS)
        wait_for(folder / "llng.sock")
        yield
    finally:
        for process in reversed(processes):
            os.killpg(process.pid, signal.SIGTERM)
        for process in processes:
            wait_until_ended(process)


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not path.exists():
        if time.monotonic() > deadline:
            raise RuntimeError(f"LemonLDAP::NG did not start, see {path.parent / 'log'}")
        time.sleep(0.1)
    time.sleep(1)  # its workers follow one after the other


def signed_in_cookie(port: int, host: str) -> str:
    """By the form of the portal, as one of the users its demonstration database has."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Host": host, "Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/", body="user=dwho&password=dwho", headers=headers)
    answer = connection.getresponse()
    cookies = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    connection.close()
    found = re.search(r"lemonldap=[^;]+", " ".join(cookies))
    if found is None:
        raise RuntimeError(f"LemonLDAP::NG did not sign its demonstration user in: {answer.status}")
    return found[0]
