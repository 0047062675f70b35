"""What a door must not forget when the power goes: its sequence, its list, the passages nobody heard of yet."""

import os
from pathlib import Path
from typing import Any, Literal

import msgspec


class Held(msgspec.Struct):
    """The list for the time without network, as docs/protocols/terminal-services.md tells it."""

    version: int = 0
    profiles_tag: str = ""
    salt: str = ""
    profiles: dict[str, list[tuple[int, int]]] = msgspec.field(default_factory=dict)
    cards: dict[str, tuple[str, int, int]] = msgspec.field(default_factory=dict)
    ends_at: float = 0


class DoorMemory(msgspec.Struct):
    last_sequence: int = 0
    network: Literal["on", "off"] = "on"
    skew: int = 0
    held: Held = msgspec.field(default_factory=Held)
    open_until: float = 0
    open_seconds: int = 5
    stored: list[dict[str, Any]] = msgspec.field(default_factory=list)


class Memory:
    """One file for each door, replaced whole and forced to the disk before it matters."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.door = msgspec.json.decode(path.read_bytes(), type=DoorMemory) if path.exists() else DoorMemory()

    def keep(self) -> None:
        draft = self.path.with_name(f".{self.path.name}.part")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(self.door))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)
