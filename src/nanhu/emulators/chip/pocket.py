"""All chips of one folder: cards and PSAMs as they were handed over (`chip.json`), and what they remember since."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from nanhu.emulators.chip.card import SoftwareCard
from nanhu.emulators.chip.psam import Psam
from nanhu.emulators.chip.state import CardState, PsamState
from nanhu.emulators.chip.storage import Storage

FOLDER = "chips"


class MadeCard(msgspec.Struct, frozen=True):
    """A card as the factory gave it. Keys in hexadecimal; they go nowhere but into the chip."""

    uid: str
    serial: str
    algorithm: str
    key_version: int
    load_key: str
    purchase_key: str
    tac_key: str
    pin: str
    name: str = ""
    campus_no: str = ""
    valid_until: str = "20991231"
    meal_limit: int = 0
    daily_limit: int = 0
    balance_fen: int = 0


class MadePsam(msgspec.Struct, frozen=True):
    """`masters` and `algorithms` by key version."""

    terminal: str
    code: str
    masters: dict[str, str]
    algorithms: dict[str, str]


class Delivery(msgspec.Struct, frozen=True):
    cards: tuple[MadeCard, ...] = ()
    psams: tuple[MadePsam, ...] = ()


class CardElsewhereError(Exception):
    """The card lies on another machine just now."""


class Pocket:
    """`path` is `chip.json`; the chips' memories lie in a folder beside it. What is not there yet is made when asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.folder = path.with_name(FOLDER)

    def delivery(self) -> Delivery:
        if not self.path.exists():
            return Delivery()
        return msgspec.json.decode(self.path.read_bytes(), type=Delivery)

    def keep_made(self, made: MadeCard) -> None:
        """A card that a machine beside us has just made. Whole or not at all; the same one again is harmless."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.folder / f".{made.uid}.part"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(made))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.folder / f"{made.uid}.made")

    def made_here(self) -> tuple[MadeCard, ...]:
        """Newest first."""
        files = sorted(self.folder.glob("*.made"), key=lambda path: path.stat().st_mtime, reverse=True)
        return tuple(msgspec.json.decode(path.read_bytes(), type=MadeCard) for path in files)

    @contextlib.contextmanager
    def card(self, uid: str) -> Iterator[SoftwareCard | None]:
        """The card in the field of one reader, powered on; None where this plastic has no chip of ours."""
        made = next((one for one in (*self.delivery().cards, *self.made_here()) if one.uid == uid), None)
        if made is None:
            yield None
            return
        with self.held(uid):
            storage = Storage(self.folder / f"{uid}.card")
            if storage.read() is None:
                storage.write(msgspec.msgpack.encode(fresh_card(made)))
            yield SoftwareCard(storage)

    @contextlib.contextmanager
    def held(self, uid: str) -> Iterator[None]:
        """Across processes: plastic lies on one machine at a time."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / f"{uid}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CardElsewhereError from error
            yield
        finally:
            os.close(descriptor)

    def psam(self, terminal: str) -> Psam | None:
        """The module in this terminal, with the master keys it was last given."""
        made = next((one for one in self.delivery().psams if one.terminal == terminal), None)
        if made is None:
            return None
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        storage = Storage(self.folder / f"{terminal}.psam")
        text = storage.read()
        state = fresh_psam(made) if text is None else msgspec.msgpack.decode(text, type=PsamState)
        given = fresh_psam(made)
        if text is None or (state.masters, state.code) != (given.masters, given.code):
            state.masters, state.algorithms, state.code = given.masters, given.algorithms, given.code
            storage.write(msgspec.msgpack.encode(state))
        return Psam(storage)


def fresh_card(made: MadeCard) -> CardState:
    return CardState(
        uid=made.uid,
        serial=made.serial,
        algorithm=made.algorithm,
        key_version=made.key_version,
        pin=made.pin,
        load_key=bytes.fromhex(made.load_key),
        purchase_key=bytes.fromhex(made.purchase_key),
        tac_key=bytes.fromhex(made.tac_key),
        name=made.name,
        campus_no=made.campus_no,
        valid_until=made.valid_until,
        meal_limit=made.meal_limit,
        daily_limit=made.daily_limit,
        balance=made.balance_fen,
    )


def fresh_psam(made: MadePsam) -> PsamState:
    masters = {version: bytes.fromhex(key) for version, key in made.masters.items()}
    return PsamState(code=bytes.fromhex(made.code), masters=masters, algorithms=dict(made.algorithms))
