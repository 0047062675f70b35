"""All doors of one configuration file; read again when the file changes. Each polls by itself, as doors do."""

import logging
import threading
import time
from pathlib import Path
from typing import Any

from nanhu.emulators.doors.configuration import Configuration, read_configuration
from nanhu.emulators.doors.controller import Controller

log = logging.getLogger(__name__)
BEAT_SECONDS = 5.0


class NotInstalledError(Exception):
    """There is no configuration to read (yet)."""


class Hall:
    def __init__(self, path: Path, *, beats: bool = True) -> None:
        self.path, self.beats = path, beats
        self.lock = threading.Lock()
        self.stamp: tuple[int, int] | None = None
        self.doors: dict[str, Controller] = {}
        self.configuration = Configuration(services="")

    def refresh(self) -> None:
        with self.lock:
            try:
                found = self.path.stat()
                stamp = (found.st_mtime_ns, found.st_size)
                if stamp != self.stamp:
                    self.install(read_configuration(self.path))
                    self.stamp = stamp
            except (OSError, ValueError) as error:
                if self.stamp is None:
                    message = "门禁还没有配置，请运行 nanhu card_doors"
                    raise NotInstalledError(message) from error
                log.warning("keeping the former configuration: %s", error)

    def install(self, configuration: Configuration) -> None:
        is_first = not self.doors
        folder = self.path.with_name("doors")
        folder.mkdir(mode=0o700, exist_ok=True)
        for terminal in configuration.terminals:
            known = self.doors.get(terminal.number)
            if known is None or known.terminal != terminal:
                self.doors[terminal.number] = Controller(terminal, configuration, folder)
        self.configuration = configuration
        if is_first and self.beats:
            threading.Thread(target=self.beat, name="doors", daemon=True).start()

    def beat(self) -> None:
        while True:
            for door in list(self.doors.values()):
                if door.lock.acquire(blocking=False):
                    try:
                        door.tick()
                    except Exception:
                        log.exception("%s could not poll", door.terminal.number)
                    finally:
                        door.lock.release()
            time.sleep(BEAT_SECONDS)

    def facts(self) -> dict[str, Any]:
        settings = self.configuration
        return {
            "school": settings.school,
            "services": settings.services,
            "cards": settings.cards,
            "doors": [{"number": one.number, "place": one.place} for one in settings.terminals],
        }
