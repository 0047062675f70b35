"""The blob: version, algorithm, key id, nonce, ciphertext and tag.

    0        1          2         6          18
    version  algorithm  key id    nonce      ciphertext, tag (16)
    1 byte   1 byte     4 bytes   12 bytes   the text's length + 16 bytes

The first six bytes and the purpose are authenticated with the text, so that a value can neither be moved to another
column nor be relabelled as one of another key or algorithm.
"""

import struct
from dataclasses import dataclass

from nanhu.kernel.crypto.errors import UnreadableBlobError
from nanhu.kernel.crypto.providers import NONCE_BYTES, TAG_BYTES

VERSION = 1
HEADER = struct.Struct(">BBI")
OVERHEAD_BYTES = HEADER.size + NONCE_BYTES + TAG_BYTES


@dataclass(frozen=True, slots=True)
class Envelope:
    """A blob taken apart; nothing in it is trusted before the tag was checked."""

    cipher_number: int
    key_id: int
    header: bytes
    nonce: bytes
    sealed: bytes


def header_of(*, cipher_number: int, key_id: int) -> bytes:
    return HEADER.pack(VERSION, cipher_number, key_id)


def open_envelope(blob: bytes) -> Envelope:
    if len(blob) < OVERHEAD_BYTES:
        message = f"a blob of {len(blob)} bytes is too short to be one of ours (at least {OVERHEAD_BYTES})"
        raise UnreadableBlobError(message)
    header = blob[: HEADER.size]
    version, cipher_number, key_id = HEADER.unpack(header)
    if version != VERSION:
        message = f"blob version {version} is unknown to this release"
        raise UnreadableBlobError(message)
    start_of_text = HEADER.size + NONCE_BYTES
    return Envelope(cipher_number, key_id, header, blob[HEADER.size : start_of_text], blob[start_of_text:])
