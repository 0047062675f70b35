"""What a kiosk must not forget when the power goes: its sequence, the request without an answer, the chip it was writing."""

import contextlib
import os
import threading
from pathlib import Path
from typing import Any, Literal

import msgspec

from nanhu.emulators.pos.keys import KeyNotes

SLIPS_IN_A_ROLL = 300
CARDS_IN_A_STACK = 120


class Pending(msgspec.Struct):
    """A request as it was, or was about to be, sent; asked again with the same bytes until its answer is known."""

    sequence: int
    operation: str
    body: str
    title: str
    card: str = ""
    facts: dict[str, Any] = msgspec.field(default_factory=dict)


class Writing(msgspec.Struct):
    """A claim whose chip is being written. `online_counter` is the chip's before the write; -1 where it has no chip."""

    claim: str | int
    card: str
    write_fen: int
    online_counter: int = -1
    is_granted: bool = False
    tac: str = ""


class Making(msgspec.Struct):
    """A reissue whose card is being made. `uid` is the blank's chip."""

    order: str | int
    id_number: str
    uid: str = ""
    is_made: bool = False


class MadeCard(msgspec.Struct):
    """A card this machine made and handed out; it can be laid on any reader from then on."""

    uid: str
    number: str
    id_number: str = ""
    chip_sealed: str = ""


class KioskMemory(msgspec.Struct):
    last_sequence: int = 0
    power: Literal["on", "off"] = "on"
    network: Literal["on", "off"] = "on"
    pending: Pending | None = None
    writing: Writing | None = None
    making: Making | None = None
    slips_left: int = SLIPS_IN_A_ROLL
    cards_left: int = CARDS_IN_A_STACK
    made: list[MadeCard] = msgspec.field(default_factory=list)
    fault: str = ""
    keys: KeyNotes = msgspec.field(default_factory=KeyNotes)

    @property
    def has_sealed(self) -> bool:
        """Whether something waits that was sealed under the key of now."""
        return bool(self.pending or self.writing or self.making)


class Memory:
    """One file for all kiosks of this emulator, replaced whole at each change and forced to the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.kiosks: dict[str, KioskMemory] = {}
        if path.exists():
            self.kiosks = msgspec.json.decode(path.read_bytes(), type=dict[str, KioskMemory])

    def of(self, number: str) -> KioskMemory:
        with self.lock:
            return self.kiosks.setdefault(number, KioskMemory())

    def keep(self) -> None:
        with self.lock:
            draft = self.path.with_name(f".{self.path.name}.part")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(self.kiosks))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
            with contextlib.suppress(OSError):
                folder = os.open(self.path.parent, os.O_RDONLY)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)
