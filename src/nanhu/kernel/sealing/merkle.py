"""Merkle trees as in RFC 6962: leaf = H(0x00 ‖ text), node = H(0x01 ‖ left ‖ right); the last odd node goes up as it is.

Pure. A path is a list of [side, hash] from the leaf up; `side` says where the neighbour stands. The offline verifier has a copy.
"""

import hashlib
from collections.abc import Sequence
from typing import Literal

from cryptography.hazmat.primitives import hashes

from nanhu.kernel.sealing.lines import Line

type Side = Literal["left", "right"]
type Path = list[tuple[Side, str]]


def hashed(algorithm: str, data: bytes) -> bytes:
    if algorithm == "sm3":
        digest = hashes.Hash(hashes.SM3())
        digest.update(data)
        return digest.finalize()
    return hashlib.sha256(data).digest()


def leaf(algorithm: str, text: str) -> bytes:
    return hashed(algorithm, b"\x00" + text.encode())


def level_above(algorithm: str, level: Sequence[bytes]) -> list[bytes]:
    pairs = [hashed(algorithm, b"\x01" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs + [level[-1]] * (len(level) % 2)


def levels_of(algorithm: str, leaves: Sequence[bytes]) -> list[list[bytes]]:
    """From the leaves to the root, which stands alone in the last level."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        levels.append(level_above(algorithm, levels[-1]))
    return levels


def root_of(algorithm: str, leaves: Sequence[bytes]) -> str:
    return (levels_of(algorithm, leaves)[-1][0] if leaves else hashed(algorithm, b"")).hex()


def path_to(levels: Sequence[Sequence[bytes]], place: int) -> Path:
    path: Path = []
    for level in levels[:-1]:
        neighbour = place ^ 1
        if neighbour < len(level):
            path.append(("right" if neighbour > place else "left", level[neighbour].hex()))
        place //= 2
    return path


def climb(algorithm: str, start: bytes, path: Path) -> str:
    """The root that this leaf and path lead to."""
    node = start
    for side, neighbour in path:
        other = bytes.fromhex(neighbour)
        node = hashed(algorithm, b"\x01" + (other + node if side == "left" else node + other))
    return node.hex()


class Tree:
    """The digest of a block: the root over its lines."""

    def __init__(self, algorithm: str) -> None:
        self.algorithm = algorithm
        self.leaves: list[bytes] = []

    def add(self, line: Line) -> None:
        self.leaves.append(leaf(self.algorithm, line.text))

    def hex(self) -> str:
        return root_of(self.algorithm, self.leaves)
