"""Codes at the gateway: which card a code stands for, once. No Django; the gateway's own connections."""

import time
from typing import Any, NamedTuple, Protocol

from nanhu.kernel.crypto import decrypt
from nanhu.systems.card.codes.rules import CODE, Kind, read_code

DEVICE = "SELECT device_id, key, uid FROM card_code_device_of(%s, %s)"
CLAIM = "SELECT card_code_claim(%s, %s, %s, %s, %s, %s, %s)"


class Rows(Protocol):
    async def rows(self, statement: str, parameters: list[Any]) -> list[Any]: ...


class Resolved(NamedTuple):
    """The card's uid, empty where there is none, and why: code_wrong, code_expired, code_used, code_revoked."""

    uid: str
    fault: str | None


def is_code(text: str) -> bool:
    return CODE.fullmatch(text) is not None


class CodeDesk:
    def __init__(self, database: Rows) -> None:
        self.database = database

    async def card_of(self, text: str, *, kind: Kind, terminal_id: int, sequence: int) -> Resolved:
        """The claim belongs to this terminal's sequence: asked again, it gives the same card."""
        code = read_code(text)
        if code is None or code.kind != kind:
            return Resolved("", "code_wrong")
        found = await self.database.rows(DEVICE, [code.device, code.kind])
        if not found or not code.is_signed_by(opened(bytes(found[0][1]), code.kind)):
            return Resolved("", "code_wrong")
        [(device_id, _key, uid)] = found
        claim = [device_id, code.kind, code.step, code.nonce, terminal_id, sequence, code.is_in_time(time.time())]
        [(outcome,)] = await self.database.rows(CLAIM, claim)
        return Resolved(uid, None) if outcome == "ok" and uid else Resolved("", outcome if uid else "code_wrong")


def opened(blob: bytes, kind: Kind) -> bytes:
    return bytes.fromhex(decrypt(blob, purpose=f"card.code_{kind}_key"))
