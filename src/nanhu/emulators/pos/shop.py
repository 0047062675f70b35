"""All devices of one configuration file; read again when the file changes, so that new keys need no restart."""

import logging
import threading
import time
from pathlib import Path

from nanhu.emulators.chip.api import Pocket
from nanhu.emulators.installation import Card
from nanhu.emulators.pos.configuration import Configuration, read_configuration
from nanhu.emulators.pos.device import Device
from nanhu.emulators.pos.memory import Memory

log = logging.getLogger(__name__)
MEMORY_NAME = "pos-memory.json"
HEARTBEAT_SECONDS = 20.0


class NotInstalledError(Exception):
    """There is no configuration to read (yet), or what the device remembers cannot be read."""


def why_not(error: Exception) -> str:
    """A memory that cannot be read is not thrown away: its sequences and stored rows are money."""
    if isinstance(error, OSError):
        return "设备还没有配置，请运行 nanhu card_emulator"
    return f"设备的配置或记录读不懂（{error}），请检查 emulators 文件夹"


class Shop:
    """With `beats` its tills keep up by themselves; without, only when somebody presses a key."""

    def __init__(self, path: Path, *, beats: bool = False) -> None:
        self.path, self.beats = path, beats
        self.lock = threading.Lock()
        self.stamp: tuple[int, int] | None = None
        self.memory: Memory | None = None
        self.pocket = Pocket(path.with_name("chip.json"))
        self.devices: dict[str, Device] = {}
        self.configuration = Configuration(gateway="", terminals=())

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
                    raise NotInstalledError(why_not(error)) from error
                log.warning("keeping the former configuration: %s", error)

    def cards(self) -> tuple[Card, ...]:
        """Those of the configuration, and those that the kiosks beside us made."""
        made = (
            Card(uid=one.uid, name=one.name, campus_no=one.campus_no, note="新卡") for one in self.pocket.made_here()
        )
        return (*self.configuration.cards, *made)

    def install(self, configuration: Configuration) -> None:
        is_first = self.memory is None
        self.memory = self.memory or Memory(self.path.with_name(MEMORY_NAME))
        devices = {
            one.number: Device(
                one,
                configuration.gateway,
                configuration.limits,
                self.memory,
                pocket=self.pocket,
                services=configuration.services,
            )
            for one in configuration.terminals
        }
        for number, device in devices.items():
            if number in self.devices:
                device.lock = self.devices[number].lock  # somebody may be paying at it right now
        self.devices = devices
        self.configuration = configuration
        if is_first and self.beats:
            threading.Thread(target=self.beat, name="heartbeat", daemon=True).start()

    def beat(self) -> None:
        while True:
            for device in list(self.devices.values()):
                keep_up(device)
            time.sleep(HEARTBEAT_SECONDS)


def keep_up(device: Device) -> None:
    """Nobody waits for it: a till that is being used is left alone, and the strip shows what people did."""
    if not device.lock.acquire(blocking=False):
        return
    try:
        wire = list(device.line.wire)
        device.keep_up()
        device.line.wire = wire
    except Exception:
        log.exception("%s could not keep up", device.terminal.number)
    finally:
        device.lock.release()
