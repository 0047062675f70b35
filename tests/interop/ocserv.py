"""An ocserv (VPN) of its own, in the foreground, that asks our FreeRADIUS; the client is openconnect, without a tunnel."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.interop.dovecot import is_open
from tests.interop.freeradius import certify

CONFIGURATION = """
auth = "radius[config={folder}/radiusclient.conf,nas-identifier=vpn]"
listen-host = 127.0.0.1
tcp-port = {port}
run-as-user = nobody
run-as-group = nogroup
socket-file = {folder}/ocserv.sock
occtl-socket-file = {folder}/occtl.sock
pid-file = {folder}/ocserv.pid
server-cert = {folder}/certs/nanhu.pem
server-key = {folder}/certs/nanhu.key
isolate-workers = false
max-clients = 16
max-same-clients = 0
max-ban-score = 0
auth-timeout = 60
device = vpns
ipv4-network = 192.0.2.0
ipv4-netmask = 255.255.255.0
cookie-timeout = 60
log-level = 3
"""
RADIUS_CLIENT = """
authserver 127.0.0.1:{port}
acctserver 127.0.0.1:{port}
servers {folder}/servers
dictionary /etc/radcli/dictionary
default_realm
radius_timeout 28
radius_retries 1
bindaddr {source}
"""


@dataclass
class Ocserv:
    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def log(self) -> str:
        return (self.folder / "out.log").read_text(errors="replace")

    def admits(self, name: str, password: str) -> bool:
        """A "no" must be the one of a refused password, not of a broken server."""
        done = subprocess.run(
            [
                "openconnect",
                "--authenticate",
                "--protocol=anyconnect",
                "--non-inter",
                "--passwd-on-stdin",
                "-u",
                name,
                "--cafile",
                str(self.folder / "certs" / "nanhu-ca.pem"),
                f"https://localhost:{self.port}",
            ],
            env=os.environ | {"LC_ALL": "C.UTF-8"},
            input=password + "\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        if done.returncode == 0:
            assert "COOKIE=" in done.stdout
            return True
        assert "Login failed." in done.stderr, done.stderr + self.log()
        return False

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=PATIENCE_SECONDS)


def start(folder: Path, port: int, *, radius_port: int, secret: str, source: str) -> Ocserv:
    (folder / "certs").mkdir()
    certify(folder / "certs")
    (folder / "servers").write_text(f"127.0.0.1 {secret}\n")
    (folder / "radiusclient.conf").write_text(RADIUS_CLIENT.format(folder=folder, port=radius_port, source=source))
    (folder / "ocserv.conf").write_text(CONFIGURATION.format(folder=folder, port=port))
    with (folder / "out.log").open("wb") as log:
        process = subprocess.Popen(
            dying_with_parent(["/usr/sbin/ocserv", "--foreground", "--config", str(folder / "ocserv.conf")]),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    server = Ocserv(folder, port, process)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_open(port):
        if time.monotonic() > deadline or process.poll() is not None:
            raise RuntimeError(server.log())
        time.sleep(0.05)
    return server
