"""The card as a reader meets it: bytes in, bytes and a status word out."""

import os
from collections.abc import Callable
from typing import Final

import msgspec

from nanhu.emulators.chip import apdu, files, purse
from nanhu.emulators.chip.apdu import Command, StatusError
from nanhu.emulators.chip.purse import Begun
from nanhu.emulators.chip.state import PIN_TRIES, CardState
from nanhu.emulators.chip.storage import PowerCutError, Storage

ATR: Final = bytes.fromhex("3B6D00004E414E485520503142434F53")
PIN_DIGITS: Final = 6
BY_NAME: Final = 0x04
SHORT_FILE: Final = 0x80
DIVIDER: Final = 0xFF


class SoftwareCard:
    """Each command reads the state from the memory and writes it back whole, once. `loses_answer` cuts the power after the
    next command that wrote, before its answer is out (for tests)."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.loses_answer = False
        self.power_on()

    def power_on(self) -> bytes:
        """What was going on is forgotten, what was written stays."""
        self.begun: Begun | None = None
        self.is_verified = False
        text = self.storage.read()
        if text is None:
            raise ValueError("this chip was never made")
        self.state = msgspec.msgpack.decode(text, type=CardState)
        return ATR

    def transmit(self, text: bytes) -> bytes:
        try:
            command = apdu.parse(text)
            data = self.answer(command)
        except StatusError as error:
            return error.status.to_bytes(2, "big")
        return data + apdu.OK.to_bytes(2, "big")

    def answer(self, command: Command) -> bytes:
        known = COMMANDS.get(command.ins)
        if command.cla not in {0x00, 0x80}:
            raise StatusError(apdu.NO_CLASS)
        if known is None or known[0] != command.cla:
            raise StatusError(apdu.NO_COMMAND)
        begun, self.begun = self.begun, None  # only the very next command may go on with what was begun
        return known[1](self, command, begun)

    def keep(self, state: CardState) -> None:
        """After this the deed is done; before, it is not."""
        self.storage.write(msgspec.msgpack.encode(state))
        self.state = state
        if self.loses_answer:
            self.loses_answer = False
            raise PowerCutError

    def changed(self) -> CardState:
        """A copy to change; nothing is true of it before `keep`."""
        return msgspec.msgpack.decode(msgspec.msgpack.encode(self.state), type=CardState)


def select(card: SoftwareCard, command: Command, _begun: Begun | None) -> bytes:
    if command.p1 == BY_NAME and files.AID.startswith(command.data) and command.data:
        card.is_verified = False
        return fci()
    if command.p1 == 0x00 and command.data in {b"\x3f\x00", b"\x3f\x01", b"\xdf\x03"}:
        return fci()
    raise StatusError(apdu.NO_FILE)


def fci() -> bytes:
    name = b"\x84" + bytes([len(files.AID)]) + files.AID
    return b"\x6f" + bytes([len(name)]) + name


def read_binary(card: SoftwareCard, command: Command, _begun: Begun | None) -> bytes:
    content = files.binary(card.state, command.p1 & 0x1F) if command.p1 & 0xE0 == SHORT_FILE else None
    if content is None:
        raise StatusError(apdu.NO_FILE)
    if command.p2 > len(content):
        raise StatusError(apdu.WRONG_P1P2)
    part = content[command.p2 :]
    if command.le and command.le > len(part):
        raise StatusError(0x6C00 | len(part))
    return part[: command.le or None]


def read_record(card: SoftwareCard, command: Command, _begun: Begun | None) -> bytes:
    if command.p2 != files.LOG << 3 | 4:
        raise StatusError(apdu.NO_FILE)
    if not 0 < command.p1 <= len(card.state.log):
        raise StatusError(apdu.NO_RECORD)
    return card.state.log[command.p1 - 1]


def update_binary(card: SoftwareCard, command: Command, _begun: Begun | None) -> bytes:
    """The holder's limits, after their PIN; nothing else is written from outside."""
    if command.p1 != 0x80 | files.LIMITS or command.p2 != 0:
        raise StatusError(apdu.NO_FILE)
    if not card.is_verified:
        raise StatusError(apdu.SECURITY)
    text = apdu.expect(command, 6)
    state = card.changed()
    state.meal_limit, state.daily_limit = int.from_bytes(text[:3], "big"), int.from_bytes(text[3:], "big")
    card.keep(state)
    return b""


def verify(card: SoftwareCard, command: Command, _begun: Begun | None) -> bytes:
    check_pin(card, apdu.expect(command, PIN_DIGITS // 2))
    card.is_verified = True
    return b""


def check_pin(card: SoftwareCard, text: bytes) -> None:
    """A wrong try is written down before anybody hears of it."""
    if card.state.pin_tries == 0:
        raise StatusError(apdu.BLOCKED)
    state = card.changed()
    if text.hex() == state.pin:
        if state.pin_tries < PIN_TRIES:
            state.pin_tries = PIN_TRIES
            card.keep(state)
        return
    card.is_verified = False
    state.pin_tries -= 1
    card.keep(state)
    raise StatusError(0x63C0 | state.pin_tries if state.pin_tries else apdu.BLOCKED)


def change_pin(card: SoftwareCard, command: Command, _begun: Begun | None) -> bytes:
    """CHANGE PIN: old ‖ FF ‖ new."""
    text = apdu.expect(command, PIN_DIGITS + 1)
    old, mark, new = text[:3], text[3], text[4:]
    if mark != DIVIDER or not new.hex().isdigit():
        raise StatusError(apdu.WRONG_DATA)
    check_pin(card, old)
    state = card.changed()
    state.pin = new.hex()
    card.keep(state)
    return b""


def challenge(_card: SoftwareCard, command: Command, _begun: Begun | None) -> bytes:
    if command.le not in {4, 8}:
        raise StatusError(apdu.WRONG_LENGTH)
    return os.urandom(command.le)


type Handler = Callable[[SoftwareCard, Command, Begun | None], bytes]
COMMANDS: Final[dict[int, tuple[int, Handler]]] = {
    0xA4: (0x00, select),
    0xB0: (0x00, read_binary),
    0xB2: (0x00, read_record),
    0xD6: (0x00, update_binary),
    0x20: (0x00, verify),
    0x84: (0x00, challenge),
    0x5E: (0x80, change_pin),
    0x5C: (0x80, purse.balance),
    0x50: (0x80, purse.initialize),
    0x52: (0x80, purse.credit),
    0x54: (0x80, purse.debit),
    0x5A: (0x80, purse.prove),
}
