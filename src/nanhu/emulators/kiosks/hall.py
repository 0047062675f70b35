"""All kiosks of one configuration file; read again when the file changes, so that new keys need no restart."""

import logging
import threading
import time
from pathlib import Path
from typing import Any

from nanhu.emulators.chip.api import Pocket
from nanhu.emulators.kiosks.configuration import KIND_NAMES, Configuration, read_configuration
from nanhu.emulators.kiosks.kiosk import Kiosk
from nanhu.emulators.kiosks.memory import Memory
from nanhu.emulators.kiosks.menus import STARTS
from nanhu.emulators.kiosks.recovery import apply, recover

log = logging.getLogger(__name__)
MEMORY_NAME, CHIPS_NAME = "kiosks-memory.json", "chip.json"
HEARTBEAT_SECONDS = 60.0


class NotInstalledError(Exception):
    """There is no configuration to read (yet), or what the kiosks remember cannot be read."""


class Hall:
    def __init__(self, path: Path, *, beats: bool = True) -> None:
        self.path, self.beats = path, beats
        self.lock = threading.Lock()
        self.stamp: tuple[int, int] | None = None
        self.memory: Memory | None = None
        self.kiosks: dict[str, Kiosk] = {}
        self.configuration = Configuration(gateway="", services="")

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
                    message = "设备还没有配置，请运行 nanhu card_kiosks"
                    raise NotInstalledError(message) from error
                log.warning("keeping the former configuration: %s", error)

    def install(self, configuration: Configuration) -> None:
        first_time = self.memory is None
        self.memory = self.memory or Memory(self.path.with_name(MEMORY_NAME))
        pocket = Pocket(self.path.with_name(CHIPS_NAME))
        for terminal in configuration.terminals:
            known = self.kiosks.get(terminal.number)
            if known is None or known.terminal != terminal:
                self.kiosks[terminal.number] = Kiosk(
                    terminal,
                    configuration,
                    self.memory,
                    pocket,
                    start=STARTS[terminal.kind],
                    recover=recover,
                    apply=apply,
                )
        self.configuration = configuration
        if first_time and self.beats:
            threading.Thread(target=self.beat, name="heartbeat", daemon=True).start()

    def beat(self) -> None:
        """Each kiosk says each minute that it lives; one after the other, all the same quickly done."""
        while True:
            for kiosk in list(self.kiosks.values()):
                self.say_alive(kiosk)
            time.sleep(HEARTBEAT_SECONDS)

    def say_alive(self, kiosk: Kiosk) -> None:
        if not kiosk.lock.acquire(blocking=False):
            return
        try:
            wire = kiosk.line.wire
            if kiosk.memory.power == "on" and kiosk.memory.network == "on":
                kiosk.line.hello()
            kiosk.report()
            kiosk.line.wire = wire  # the strip shows what people did
        except Exception:
            log.exception("%s could not report", kiosk.terminal.number)
        finally:
            kiosk.lock.release()

    def cards(self) -> list[dict[str, str]]:
        """What lies in the pocket beside the machines: the sample's cards, and those the machines made."""
        given = [
            {"uid": one.uid, "name": one.name, "note": one.note, "campus_no": one.campus_no}
            for one in self.configuration.cards
        ]
        names = {one.id_number: one.name for one in self.configuration.documents}
        made = [one for kiosk in self.kiosks.values() for one in kiosk.memory.made]
        return [
            *given,
            *(
                {
                    "uid": one.uid,
                    "name": names.get(one.id_number, "新卡"),
                    "note": f"新卡 {one.number}",
                    "campus_no": "",
                }
                for one in made
            ),
        ]

    def facts(self) -> dict[str, Any]:
        configuration = self.configuration
        return {
            "school": configuration.school,
            "gateway": configuration.gateway,
            "services": configuration.services,
            "cards": self.cards(),
            "documents": configuration.documents,
            "terminals": [
                {"number": one.number, "kind": one.kind, "kind_name": KIND_NAMES[one.kind], "place": one.place}
                for one in configuration.terminals
            ],
        }
