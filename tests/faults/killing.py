"""The processes of a running campus by what they are, and how to kill them -9."""

import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import requests

from nanhu.kernel.database import embedded
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import Campus
from tests.faults.evidence import wait_until

PORTS = {"bank": "outside", "gateway": "gateway", "radius": "radius", "web": "web"}
MARKS = {"worker": "nanhu worker", "hasher": "identity.hasher.server"}
EVERYTHING = ("bank", "gateway", "radius", "web", "worker", "database")


def victims(campus: Campus, kind: str) -> list[int]:
    """The campus's processes of a kind: those whose environment names its data folder."""
    if kind == "database":
        pid = embedded.running_pid(campus.folder)
        return [] if pid is None else [pid]
    mark = MARKS[kind] if kind in MARKS else f"--port {campus.port(PORTS[kind])} "
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            arguments = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if mark in arguments and f"NANHU_DATA_DIR={campus.folder}\0".encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return found


def kill(campus: Campus, kinds: Sequence[str]) -> None:
    found = {kind: victims(campus, kind) for kind in kinds}
    assert any(found.values()), kinds
    for pid in (pid for of_kind in found.values() for pid in of_kind):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def strike(campus: Campus, kinds: tuple[str, ...]) -> None:
    """The bank alone dies with a debit in its books that nobody was told of; the others where they stand."""
    if kinds != ("bank",):
        kill(campus, kinds)
        return
    before, fault = victims(campus, "bank"), {"operation": "debit", "kind": "killed_after"}
    bank = f"http://127.0.0.1:{campus.port('outside')}"
    with suppress(requests.ConnectionError):  # a debit may kill it before it has answered
        requests.post(
            f"{bank}/fault", json=fault, headers={"Origin": bank}, timeout=PATIENCE_SECONDS
        ).raise_for_status()
    wait_until(campus, lambda: not {*before} <= {*victims(campus, "bank")}, "no debit killed the bank")


def is_whole(campus: Campus) -> bool:
    addresses = [f"{campus.url}/health/ready"]
    addresses += [f"http://127.0.0.1:{campus.port(name)}/health" for name in ("gateway", "outside")]
    answers = [requests.get(address, timeout=PATIENCE_SECONDS).status_code for address in addresses]
    return answers == [200] * 3 and all(victims(campus, kind) for kind in EVERYTHING)
