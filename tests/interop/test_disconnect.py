"""Our Disconnect-Request at a FreeRADIUS that listens for CoA: what the RFC's best known program takes for true, and what it drops."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.services.network.api import Heard, NasTarget, SessionTarget, gateways
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_ports
from tests.conftest import open_folder
from tests.interop.freeradius import given_to

SECRET = "reed-and-lake"
SERVER = """
logdir = {folder}
run_dir = {folder}
libdir = /usr/lib/freeradius
security {{
}}
clients controllers {{
    client here {{
        ipaddr = 127.0.0.1
        secret = {secret}
        require_message_authenticator = yes
    }}
}}
modules {{
    always ok {{
        rcode = ok
    }}
    always reject {{
        rcode = reject
    }}
}}
server coa {{
    listen {{
        type = coa
        ipaddr = 127.0.0.1
        port = {port}
        clients = controllers
    }}
    recv-coa {{
        if (&Acct-Session-Id && &Acct-Session-Id == "known") {{
            ok
        }}
        elsif (&User-Name && &User-Name == "S1" && &Calling-Station-Id == "02-00-00-00-00-01") {{
            ok
        }}
        else {{
            update reply {{
                &Error-Cause := Session-Context-Not-Found
            }}
            reject
        }}
    }}
}}
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Of a server that knows one session."""
    [number] = free_ports(1)
    with open_folder() as folder:
        (folder / "radiusd.conf").write_text(SERVER.format(folder=folder, port=number, secret=SECRET))
        (folder / "dictionary").write_text("$INCLUDE /usr/share/freeradius/dictionary\n")
        given_to(folder, "freerad")
        with (folder / "out.log").open("wb") as log:
            command = ["/usr/sbin/freeradius", "-f", "-d", str(folder), "-l", str(folder / "radius.log")]
            process = subprocess.Popen(dying_with_parent(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            wait_for(folder / "radius.log", process)
            yield number
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)


def wait_for(log: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not log.exists() or "Ready to process requests" not in log.read_text(errors="replace"):
        if time.monotonic() > deadline or process.poll() is not None:
            raise RuntimeError("FreeRADIUS did not start")
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("style", "sid", "secret", "heard"),
    [
        ("session-id", "known", SECRET, Heard.ACK),
        ("session-id", "other", SECRET, Heard.NO_SESSION),
        ("user+mac", "other", SECRET, Heard.ACK),
        ("session-id", "known", "guessed", Heard.SILENCE),
    ],
)
def test_a_real_server_hears_our_disconnect(port: int, style: str, sid: str, secret: str, heard: Heard) -> None:
    gateway = gateways.get(style)
    assert gateway is not None
    session = SessionTarget(sid=sid, user_name="S1", station="02:00:00:00:00:01")
    assert gateway.expel(NasTarget(address="127.0.0.1", port=port, secret=secret), session).heard == heard
