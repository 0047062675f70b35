"""Commands and answers as bytes."""

from dataclasses import dataclass
from typing import Final

OK: Final = 0x9000
WRONG_LENGTH: Final = 0x6700
WRONG_STATE: Final = 0x6901
SECURITY: Final = 0x6982
BLOCKED: Final = 0x6983
CONDITIONS: Final = 0x6985
WRONG_DATA: Final = 0x6A80
NOT_SUPPORTED: Final = 0x6A81
NO_FILE: Final = 0x6A82
NO_RECORD: Final = 0x6A83
WRONG_P1P2: Final = 0x6A86
NO_COMMAND: Final = 0x6D00
NO_CLASS: Final = 0x6E00
MAC_WRONG: Final = 0x9302
APPLICATION_BLOCKED: Final = 0x9303
BALANCE_SHORT: Final = 0x9401
COUNTER_FULL: Final = 0x9402
KEY_UNKNOWN: Final = 0x9403
NO_PROOF: Final = 0x9406


class StatusError(Exception):
    """The command ends with this status word and no data."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Command:
    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes
    le: int | None


def parse(text: bytes) -> Command:
    """The four cases of ISO 7816-4, short lengths."""
    if len(text) < 4:  # noqa: PLR2004 - CLA INS P1 P2
        raise StatusError(WRONG_LENGTH)
    cla, ins, p1, p2, *rest = text
    body = bytes(rest)
    if not body:
        return Command(cla, ins, p1, p2, b"", None)
    if len(body) == 1:
        return Command(cla, ins, p1, p2, b"", body[0])
    length, data = body[0], body[1:]
    if len(data) == length:
        return Command(cla, ins, p1, p2, data, None)
    if len(data) == length + 1:
        return Command(cla, ins, p1, p2, data[:-1], data[-1])
    raise StatusError(WRONG_LENGTH)


def expect(command: Command, length: int) -> bytes:
    if len(command.data) != length:
        raise StatusError(WRONG_LENGTH)
    return command.data
