"""Rows as lines of text: what is hashed, exported, and checked again off line. Never changes its form."""

import hashlib
import json
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in its era: the transaction that wrote it, its number."""

    xid: int
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    place: Place
    at: str
    text: str


def plain(document: dict[str, object]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def stamp(moment: object) -> str:
    return moment if isinstance(moment, str) else moment.isoformat(timespec="microseconds").replace("+00:00", "Z")  # type: ignore[attr-defined]


class Digest:
    """SHA-256 or SM3 (GB/T 32905) over lines, each ended by a line feed."""

    def __init__(self, algorithm: str) -> None:
        self._sm3 = hashes.Hash(hashes.SM3()) if algorithm == "sm3" else None
        self._sha = hashlib.sha256()

    def add(self, text: str) -> None:
        (self._sm3 or self._sha).update(text.encode() + b"\n")

    def hex(self) -> str:
        return self._sm3.finalize().hex() if self._sm3 is not None else self._sha.hexdigest()


class Running:
    """The digest of a block whose lines are simply read one after the other."""

    def __init__(self, algorithm: str) -> None:
        self._digest = Digest(algorithm)

    def add(self, line: Line) -> None:
        self._digest.add(line.text)

    def hex(self) -> str:
        return self._digest.hex()
