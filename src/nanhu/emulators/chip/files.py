"""The elementary files of the application: 0012 limits, 0015 public facts, 0016 the holder, 0018 the log."""

from nanhu.emulators.chip.state import LOG_RECORDS, CardState

LIMITS, PUBLIC, HOLDER, LOG = 0x12, 0x15, 0x16, 0x18
ISSUER = bytes.fromhex("4E414E4855000001")
AID = bytes.fromhex("D156000001") + b"NANHU.EP"


def binary(state: CardState, file: int) -> bytes | None:
    if file == PUBLIC:
        return public(state)
    if file == HOLDER:
        return holder(state)
    if file == LIMITS:
        return state.meal_limit.to_bytes(3, "big") + state.daily_limit.to_bytes(3, "big") + bytes(10)
    return None


def public(state: CardState) -> bytes:
    """Issuer 8, application type 1, version 1, serial 10, valid from 4, valid until 4, FCI 2."""
    dates = bytes.fromhex(state.valid_from) + bytes.fromhex(state.valid_until)
    return ISSUER + bytes([0x02, 0x01]) + bytes.fromhex(state.serial) + dates + bytes(2)


def holder(state: CardState) -> bytes:
    """Type 1, staff flag 1, name 20 (GBK), number 32, kind of number 1. The ID number itself is not on the card."""
    name = state.name.encode("gbk", "replace")[:20].ljust(20, b"\0")
    number = state.campus_no.encode("ascii", "replace")[:32].ljust(32, b"\0")
    return bytes([0x02, 0x00]) + name + number + bytes([0x05])


def log_record(*, counter: int, amount: int, kind: int, terminal: bytes, at: bytes) -> bytes:
    """Counter 2, overdraft 3, amount 4, type 1, terminal 6, date 4, time 3."""
    return counter.to_bytes(2, "big") + bytes(3) + amount.to_bytes(4, "big") + bytes([kind]) + terminal + at


def noted(state: CardState, record: bytes) -> None:
    """Cyclic: the newest is record 1, the oldest falls out."""
    state.log = [record, *state.log][:LOG_RECORDS]
