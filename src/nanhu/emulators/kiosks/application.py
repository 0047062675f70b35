"""The WSGI application as a server runs it. Other devices of the campus hang under a first part of the path of their own."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from nanhu.emulators.kiosks.web import KioskApplication, StartResponse

type Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
FOLDER = Path(os.environ.get("NANHU_EMULATOR_FOLDER", "var/emulators"))
MOUNTS: dict[str, Application] = {}
kiosks = KioskApplication(FOLDER / "kiosks.json")


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    first = environ.get("PATH_INFO", "/").split("/")[1]
    mounted = MOUNTS.get(first)
    if mounted is None:
        return kiosks(environ, start_response)
    inner = {
        **environ,
        "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + f"/{first}",
        "PATH_INFO": environ["PATH_INFO"].removeprefix(f"/{first}") or "/",
    }
    return mounted(inner, start_response)
