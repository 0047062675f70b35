"""The WSGI application as a server runs it. Other devices of the campus hang under a first part of the path of their own."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from nanhu.emulators.doors.web import DoorsApplication
from nanhu.emulators.kiosks.web import KioskApplication
from nanhu.emulators.pages import StartResponse

type Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
FOLDER = Path(os.environ.get("NANHU_EMULATOR_FOLDER", "var/emulators"))
kiosks = KioskApplication(FOLDER / "kiosks.json")
doors = DoorsApplication(FOLDER / "doors.json")
MOUNTS: dict[str, Application] = {"doors": doors}


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    path = environ.get("PATH_INFO", "/")
    if path == "/health":
        doors.wake()
    first = path.split("/")[1]
    mounted = MOUNTS.get(first)
    if mounted is None:
        return kiosks(environ, start_response)
    if path == f"/{first}":
        start_response("308 Permanent Redirect", [("Location", f"{path}/"), ("Content-Length", "0")])
        return [b""]
    inner = {
        **environ,
        "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + f"/{first}",
        "PATH_INFO": path.removeprefix(f"/{first}") or "/",
    }
    return mounted(inner, start_response)
