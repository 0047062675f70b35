"""What a terminal must not forget when the power goes: its sequence, its stored rows, the sale of unknown outcome."""

import contextlib
import os
import threading
from pathlib import Path
from typing import Literal

import msgspec


class StoredRow(msgspec.Struct):
    sequence: int
    card: str
    amount_fen: int
    occurred_at: int


class Sale(msgspec.Struct):
    """A payment as it was, or was about to be, sent. With a reversal's sequence we are taking it back."""

    sequence: int
    card: str
    amount_fen: int
    reversal_sequence: int | None = None


class TerminalMemory(msgspec.Struct):
    last_sequence: int = 0
    network: Literal["on", "off"] = "on"
    stored: list[StoredRow] = msgspec.field(default_factory=list)
    open: Sale | None = None  # sent, and not answered yet
    last: Sale | None = None


class Memory:
    """One file for all terminals of this emulator, replaced whole at each change and forced to the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.terminals: dict[str, TerminalMemory] = {}
        if path.exists():
            self.terminals = msgspec.json.decode(path.read_bytes(), type=dict[str, TerminalMemory])

    def of(self, number: str) -> TerminalMemory:
        with self.lock:
            return self.terminals.setdefault(number, TerminalMemory())

    def keep(self) -> None:
        with self.lock:
            draft = self.path.with_name(f".{self.path.name}.part")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(self.terminals))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
            self._keep_folder()

    def _keep_folder(self) -> None:
        with contextlib.suppress(OSError):
            descriptor = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
