"""What a terminal must not forget when the power goes: its sequence, its stored rows, whatever has no end yet."""

import contextlib
import os
import threading
from pathlib import Path
from typing import Any, Literal

import msgspec

from nanhu.emulators.chip.api import Grey
from nanhu.emulators.pos.keys import KeyNotes


class StoredRow(msgspec.Struct, omit_defaults=True):
    """With `chip`, the card itself proves it; with `pin`, its holder gave the PIN."""

    sequence: int
    card: str
    amount_fen: int
    occurred_at: int
    chip: dict[str, Any] | None = None
    pin: str | None = None


class Sale(msgspec.Struct):
    """A payment as it was, or was about to be, sent. With a reversal's sequence we are taking it back."""

    sequence: int
    card: str
    amount_fen: int
    reversal_sequence: int | None = None
    pin: str | None = None
    operation: Literal["payment", "hold"] = "payment"
    is_counted: bool = False
    is_taken_back: bool = False


class GreyNote(msgspec.Struct):
    """A purchase between the grey record and its end: which card, which row or payment it belongs to."""

    card: str
    sequence: int
    is_online: bool
    occurred_at: int
    grey: Grey
    pin: str | None = None


class Proof(msgspec.Struct):
    """An online payment's purse debit, not told to the card office yet."""

    sequence: int
    card: str
    amount_fen: int
    chip: dict[str, Any]

    def row(self) -> dict[str, Any]:
        return {"sequence": self.sequence, "card": self.card, "amount_fen": self.amount_fen, **self.chip}


class Running(msgspec.Struct):
    """Water or machine running on a hold (预扣): since when, and what it may cost at most."""

    sequence: int
    card: str
    held_fen: int
    started_at: float
    release_sequence: int | None = None
    release_fen: int | None = None


class OpenClaim(msgspec.Struct):
    """A claim whose write was begun and whose end the card office has not heard."""

    order: str
    card: str
    online_counter: int | None = None


class ServiceRequest(msgspec.Struct):
    """A request at the services door, with its very bytes, until it is answered."""

    operation: str
    sequence: int
    body: str


class DayTotal(msgspec.Struct, omit_defaults=True):
    """What a day came to; `stored` are rows that were uploaded, those still kept are counted when it is told."""

    payments: int = 0
    payments_fen: int = 0
    stored: int = 0
    stored_fen: int = 0
    reversals: int = 0
    reversals_fen: int = 0
    is_reported: bool = False


class TerminalMemory(msgspec.Struct):
    last_sequence: int = 0
    network: Literal["on", "off"] = "on"
    stored: list[StoredRow] = msgspec.field(default_factory=list)
    open: Sale | None = None  # sent, and not answered yet
    last: Sale | None = None
    greys: list[GreyNote] = msgspec.field(default_factory=list)
    proofs: list[Proof] = msgspec.field(default_factory=list)
    running: Running | None = None
    claim: OpenClaim | None = None
    pending: ServiceRequest | None = None
    revocation_version: int = 0
    revoked: dict[str, str] = msgspec.field(default_factory=dict)
    terms: dict[str, Any] = msgspec.field(default_factory=dict)
    totals: dict[str, DayTotal] = msgspec.field(default_factory=dict)
    keys: KeyNotes = msgspec.field(default_factory=KeyNotes)

    @property
    def has_sealed(self) -> bool:
        """Whether something waits that was sealed under the key of now, such as a PIN in a stored row."""
        return bool(self.stored or self.open or self.pending or self.running or self.claim)


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
