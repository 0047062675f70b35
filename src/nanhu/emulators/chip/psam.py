"""The PSAM in a terminal (消费安全存取模块): holds the purchase master keys, signs for the terminal, checks the card's answer."""

import hmac
from collections.abc import Callable
from typing import Final

import msgspec

from nanhu.emulators.chip import apdu
from nanhu.emulators.chip.apdu import Command, StatusError
from nanhu.emulators.chip.purse import PURCHASE
from nanhu.emulators.chip.state import PsamState
from nanhu.emulators.chip.storage import Storage
from nanhu.emulators.chip.suites import SUITES

HEAD: Final = 20
LEVEL: Final = 8
TERMINAL_FILE: Final = 0x16


class Psam:
    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        text = storage.read()
        if text is None:
            raise ValueError("this PSAM was never made")
        self.state = msgspec.msgpack.decode(text, type=PsamState)
        self.expected: bytes | None = None

    def power_on(self) -> None:
        """What was going on is forgotten; the sequence was written before it was used."""
        self.expected = None

    def transmit(self, text: bytes) -> bytes:
        try:
            command = apdu.parse(text)
            data = HANDLERS.get((command.cla, command.ins), unknown)(self, command)
        except StatusError as error:
            return error.status.to_bytes(2, "big")
        return data + apdu.OK.to_bytes(2, "big")

    def init_for_purchase(self, command: Command) -> bytes:
        """Random 4, counter 2, amount 4, type 1, date 4, time 3, key version 1, algorithm 1, diversifiers → sequence 4, MAC1 4."""
        text = command.data
        levels = text[HEAD:]
        if len(text) < HEAD + LEVEL or len(levels) % LEVEL:
            raise StatusError(apdu.WRONG_LENGTH)
        random, counter, amount, kind, at, version, algorithm = (
            text[:4],
            text[4:6],
            text[6:10],
            text[10:11],
            text[11:18],
            text[18],
            text[19],
        )
        name = self.state.algorithms.get(str(version))
        if kind != bytes([PURCHASE]) or name is None or SUITES[name].number != algorithm:
            raise StatusError(apdu.KEY_UNKNOWN)
        suite, key = SUITES[name], self.state.masters[str(version)]
        for place in range(0, len(levels), LEVEL):
            key = suite.derive(key, levels[place : place + LEVEL])
        sequence = self.next_sequence()
        session = suite.session(key, random + counter + sequence[2:])
        self.expected = suite.mac(session, amount)
        return sequence + suite.mac(session, amount + kind + self.state.code + at)

    def next_sequence(self) -> bytes:
        """Written before it is used, so that no power cut makes two purchases share one."""
        self.state.term_seq += 1
        self.storage.write(msgspec.msgpack.encode(self.state))
        return self.state.term_seq.to_bytes(4, "big")

    def credit_for_purchase(self, command: Command) -> bytes:
        expected, self.expected = self.expected, None
        if expected is None:
            raise StatusError(apdu.WRONG_STATE)
        if not hmac.compare_digest(expected, apdu.expect(command, 4)):
            raise StatusError(apdu.MAC_WRONG)
        return b""

    def read_code(self, command: Command) -> bytes:
        if command.p1 != 0x80 | TERMINAL_FILE:
            raise StatusError(apdu.NO_FILE)
        return self.state.code


def unknown(_psam: Psam, _command: Command) -> bytes:
    raise StatusError(apdu.NO_COMMAND)


HANDLERS: Final[dict[tuple[int, int], Callable[[Psam, Command], bytes]]] = {
    (0x80, 0x70): Psam.init_for_purchase,
    (0x80, 0x72): Psam.credit_for_purchase,
    (0x00, 0xB0): Psam.read_code,
}
