"""`python -m nanhu.emulators.vendors FILE`: serves until it is told to end. FILE: ports, the key, the host key, campus numbers."""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, Final

from nanhu.emulators.vendors.catalogue import SYSTEMS
from nanhu.emulators.vendors.databases import MariaDb, Postgres, Server
from nanhu.emulators.vendors.folders import Folder, serve_folders
from nanhu.emulators.vendors.living import LivingSystem
from nanhu.emulators.vendors.ways import way_of
from nanhu.emulators.vendors.web import server_on

SERVERS: Final = {"postgres": "postgres", "stream": "postgres", "mariadb": "mariadb", "binlog": "mariadb"}


def fill_databases(
    folder: Path,
    facts: dict[str, Any],
    systems: dict[str, LivingSystem],
    servers: list[Server],
    is_filled: threading.Event,
) -> None:
    """The servers die with the thread that began them: it stays. One that does not start ends the program, which would wait for ever."""
    try:
        fill(folder, facts, systems, servers)
        is_filled.set()
    finally:
        if not is_filled.is_set():
            os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait()


def fill(folder: Path, facts: dict[str, Any], systems: dict[str, LivingSystem], servers: list[Server]) -> None:
    for way, kind in (("postgres", Postgres), ("mariadb", MariaDb)):
        held = [one for one in systems.values() if SERVERS.get(way_of(one.system)) == way]
        if held:
            place = folder / way
            place.mkdir()
            server = kind(place, facts["ports"][way], facts["key"])
            servers.append(server)
            server.start()
            for one in held:
                server.take_in(one)


async def serve(facts: dict[str, Any], folder: Path) -> None:
    rows = {one.key: dict(enumerate(one.rows(facts["students"], facts["staff"]), start=1)) for one in SYSTEMS}
    systems = {one.key: LivingSystem(one, rows[one.key]) for one in SYSTEMS}
    ways = {one.key: way_of(one) for one in SYSTEMS}
    is_filled = threading.Event()
    web = server_on(facts["address"], facts["ports"]["http"], systems, ways, key=facts["key"], is_filled=is_filled)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    servers: list[Server] = []
    threading.Thread(target=fill_databases, args=(folder, facts, systems, servers, is_filled), daemon=True).start()
    files = folder / "files"
    files.mkdir()
    behind = {key: one for key, one in systems.items() if ways[key] == "sftp"}
    for one in behind.values():
        one.publish = Folder(files, one).write
    ends = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, ends.set)
    try:
        host_key = facts["host_key"]
        async with await serve_folders(
            files, facts["address"], facts["ports"]["sftp"], behind, key=facts["key"], host_key=host_key
        ):
            await ends.wait()
    finally:
        for server in servers:
            if server.process is not None:
                server.process.kill()


def main(path: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="nanhu-vendors-"))
    folder.chmod(0o755)
    try:
        asyncio.run(serve(json.loads(Path(path).read_text("utf-8")), folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])
