"""All devices of one configuration file; read again when the file changes, so that new keys need no restart."""

import threading
from pathlib import Path

from nanhu.emulators.pos.configuration import Configuration, read_configuration
from nanhu.emulators.pos.device import Device
from nanhu.emulators.pos.memory import Memory

MEMORY_NAME = "pos-memory.json"


class NotInstalledError(Exception):
    """There is no configuration to read (yet)."""


class Shop:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.stamp: tuple[int, int] | None = None
        self.memory: Memory | None = None
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
                    raise NotInstalledError(str(error)) from error

    def install(self, configuration: Configuration) -> None:
        self.memory = self.memory or Memory(self.path.with_name(MEMORY_NAME))
        devices = {
            one.number: Device(one, configuration.gateway, configuration.limits, self.memory)
            for one in configuration.terminals
        }
        for number, device in devices.items():
            if number in self.devices:
                device.lock = self.devices[number].lock  # somebody may be paying at it right now
        self.devices = devices
        self.configuration = configuration
