"""The chip's memory: two slots in a file, each with a number and a checksum. A write goes to the older slot, so that whatever
byte the power goes at, the newer of the two whole slots is the state before or the state after."""

import os
import struct
import zlib
from pathlib import Path

SLOT = 16 * 1024
HEADER = struct.Struct(">4sQII")
MAGIC = b"NHC1"


class PowerCutError(Exception):
    """The card lost the field: nothing after this happened."""


class Storage:
    """`torn_after`: how many bytes the next write still gets before the power goes (for tests); None: all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.torn_after: int | None = None
        self.generation = 0

    def read(self) -> bytes | None:
        """The newest whole state; None where there is none."""
        image = self.path.read_bytes() if self.path.exists() else b""
        whole = [found for place in (0, 1) if (found := slot_of(image[place * SLOT : (place + 1) * SLOT]))]
        if not whole:
            return None
        self.generation, payload = max(whole)
        return payload

    def write(self, payload: bytes) -> None:
        if len(payload) > SLOT - HEADER.size:
            raise ValueError("the state outgrew its slot")
        generation = self.generation + 1
        text = (
            HEADER.pack(MAGIC, generation, len(payload), zlib.crc32(generation.to_bytes(8, "big") + payload)) + payload
        )
        torn, self.torn_after = self.torn_after, None
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, text if torn is None else text[:torn], generation % 2 * SLOT)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if torn is not None and torn < len(text):
            raise PowerCutError
        self.generation = generation


def slot_of(slot: bytes) -> tuple[int, bytes] | None:
    if len(slot) < HEADER.size:
        return None
    magic, generation, length, checksum = HEADER.unpack_from(slot)
    payload = slot[HEADER.size : HEADER.size + length]
    if magic != MAGIC or len(payload) != length or zlib.crc32(generation.to_bytes(8, "big") + payload) != checksum:
        return None
    return generation, payload
