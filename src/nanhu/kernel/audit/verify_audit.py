#!/usr/bin/env python3
"""Check an exported or archived audit log of Nanhu, off line, with Python's standard library alone.

    python3 verify_audit.py audit.jsonl [more.jsonl.gz …] [--root NUMBER:SEAL]

Files are read in the order given and must follow each other. A root is a seal that was noted elsewhere (printed, sent by
mail): with it, also a log that was forged as a whole is found. Exit code 0: sound; 1: not.
"""

import gzip
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GENESIS = "0" * 64
FORMAT = "nanhu-audit-1"
MASK = 0xFFFFFFFF
FIRST = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
EARLY_ROUNDS = 16


def turn(x: int, n: int) -> int:
    n %= 32
    return ((x << n) | (x >> (32 - n))) & MASK


def compress(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    """One step of SM3 (GB/T 32905-2016, 5.3)."""
    w = [int.from_bytes(block[i : i + 4], "big") for i in range(0, 64, 4)]
    for j in range(16, 68):
        x = w[j - 16] ^ w[j - 9] ^ turn(w[j - 3], 15)
        w.append(x ^ turn(x, 15) ^ turn(x, 23) ^ turn(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        early = j < EARLY_ROUNDS
        one = turn((turn(a, 12) + e + turn(0x79CC4519 if early else 0x7A879D8A, j)) & MASK, 7)
        two = one ^ turn(a, 12)
        ff = a ^ b ^ c if early else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if early else (e & f) | (~e & g & MASK)
        t1 = (ff + d + two + (w[j] ^ w[j + 4])) & MASK
        t2 = (gg + h + one + w[j]) & MASK
        a, b, c, d, e, f, g, h = t1, a, turn(b, 9), c, t2 ^ turn(t2, 9) ^ turn(t2, 17), e, turn(f, 19), g
    return tuple(x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h), strict=True))


def sm3(data: bytes) -> str:
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + (len(data) * 8).to_bytes(8, "big")
    state: tuple[int, ...] = FIRST
    for start in range(0, len(padded), 64):
        state = compress(state, padded[start : start + 64])
    return "".join(f"{word:08x}" for word in state)


def digest(algorithm: str, lines: list[str]) -> str:
    data = "".join(line + "\n" for line in lines).encode()
    return sm3(data) if algorithm == "sm3" else hashlib.sha256(data).hexdigest()


def blocks_of(lines: Iterator[str]) -> Iterator[tuple[dict[str, Any], list[str]]]:
    block: dict[str, Any] | None = None
    rows: list[str] = []
    for line in lines:
        document = json.loads(line)
        if "format" in document:
            if document["format"] != FORMAT:
                raise ValueError(f"unknown format {document['format']!r}")
        elif "block" in document:
            if block is not None:
                yield block, rows
            block, rows = document["block"], []
        else:
            rows.append(line)
    if block is not None:
        yield block, rows


def faults_of(block: dict[str, Any], rows: list[str], previous: str | None, number: int | None) -> list[str]:
    sealed = {name: value for name, value in block.items() if name != "seal"}
    text = json.dumps(sealed, ensure_ascii=False, separators=(",", ":"))
    found = []
    if number is not None and block["number"] != number + 1:
        found.append(f"block {number + 1} is missing")
    if previous is not None and block["previous"] != previous:
        found.append("does not follow the block before it")
    if block["number"] == 1 and block["previous"] != GENESIS:
        found.append("the first block follows something")
    if digest(block["algorithm"], [text]) != block["seal"]:
        found.append("the seal is wrong")
    if len(rows) != block["rows"]:
        found.append(f"has {len(rows)} rows, not {block['rows']}")
    elif digest(block["algorithm"], rows) != block["digest"]:
        found.append("rows were changed")
    return [f"block {block['number']}: {fault}" for fault in found]


def lines_of(path: str) -> Iterator[str]:
    with gzip.open(path) if path.endswith(".gz") else Path(path).open("rb") as file:
        for line in file:
            yield line.decode().rstrip("\n")


def main(arguments: list[str]) -> int:
    root = arguments[arguments.index("--root") + 1] if "--root" in arguments else ""
    paths = [one for one in arguments if one not in {"--root", root}]
    faults, previous, number, rows, roots = [], None, None, 0, set()
    for path in paths:
        for block, lines in blocks_of(lines_of(path)):
            faults += faults_of(block, lines, previous, number)
            previous, number, rows = block["seal"], block["number"], rows + len(lines)
            roots.add(f"{number}:{previous}")
    if root and root not in roots:
        faults.append(f"the noted root {root} is not in these files")
    for fault in faults:
        sys.stdout.write(f"FAULT  {fault}\n")
    sys.stdout.write(f"{len(roots)} blocks, {rows} rows, root {number}:{previous}\n" if roots else "no block\n")
    sys.stdout.write("NOT SOUND\n" if faults or not roots else "sound\n")
    return 1 if faults or not roots else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
