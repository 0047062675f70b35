#!/usr/bin/env python3
"""Check an exported or archived audit log of Nanhu, off line, with Python's standard library alone.

    python3 verify_audit.py audit.jsonl [more.jsonl.gz …] [--root NUMBER:SEAL]

Files are read in the order given and must follow each other. A root is a seal that was noted elsewhere (printed, sent by
mail): with it, also a log that was forged as a whole is found. Without it nothing outside the files says that they are the
school's: the answer is UNANCHORED, never "sound". Blocks behind the noted one are told to be so, too.

Exit code 0: sound; 1: NOT SOUND, whatever the files are; 2: UNANCHORED.
"""

import gzip
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GENESIS = "0" * 64
FORMAT = "nanhu-audit-1"
MASK = 0xFFFFFFFF
FIRST = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
EARLY_ROUNDS = 16
SOUND, NOT_SOUND, UNANCHORED = 0, 1, 2
LONGEST_LINE = 16 * 1024 * 1024
MOST_ROWS = 1_000_000
ROOT_FORM = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")
COUNTS = ("number", "era", "rows")


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
    for place, line in enumerate(lines):
        document = parsed(line)
        if place == 0:
            if document != {"format": FORMAT}:
                raise ValueError("this is no exported audit log")
        elif "block" in document:
            if block is not None:
                yield block, rows
            block, rows = block_in(document), []
        elif block is None or len(rows) > MOST_ROWS:
            raise ValueError("rows stand outside of a block")
        else:
            rows.append(line)
    if block is not None:
        yield block, rows


def block_in(document: dict[str, Any]) -> dict[str, Any]:
    block: dict[str, Any] = document["block"]
    if list(document) != ["block"] or any(type(block[name]) is not int for name in COUNTS):
        raise ValueError("a block is not written as it should be")
    return block


def parsed(text: str) -> dict[str, Any]:
    """JSON that everybody reads alike: an object, no member twice, no NaN."""
    document = json.loads(text, object_pairs_hook=members, parse_constant=refuse)
    if not isinstance(document, dict):
        raise TypeError("a line is no object")
    return document


def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a member stands twice")
    return dict(pairs)


def refuse(constant: str) -> None:
    raise ValueError(constant)


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
        while line := file.readline(LONGEST_LINE):
            if not line.endswith(b"\n"):
                raise ValueError("a line has no end")
            yield line[:-1].decode()


def look_at(paths: list[str], root: str | None) -> tuple[list[str], list[str]]:
    """What is wrong, and what to tell besides."""
    noted = ROOT_FORM.fullmatch(root.strip().lower()) if root is not None else None
    if root is not None and noted is None:
        return ["what was given with --root is no NUMBER:SEAL"], []
    faults, previous, number, blocks, rows, is_met = [], None, None, 0, 0, False
    for path in paths:
        for block, lines in blocks_of(lines_of(path)):
            faults += faults_of(block, lines, previous, number)
            previous, number, blocks, rows = block["seal"], block["number"], blocks + 1, rows + len(lines)
            is_met = is_met or (noted is not None and f"{number}:{previous}" == noted[0])
    if noted is not None and not is_met:
        faults.append(f"the noted root {noted[0]} is not in these files")
    if not blocks:
        return [*faults, "there is no block"], []
    notes = [f"{blocks} blocks, {rows} rows, root {number}:{previous}"]
    if noted is not None and is_met and int(noted[1]) != number:
        notes.append(f"blocks after {noted[1]} are UNANCHORED: they stand behind the noted root")
    return faults, notes


def say(text: str) -> None:
    """In letters that every screen has: a forged file may hold any."""
    sys.stdout.write(text.encode("ascii", "backslashreplace").decode() + "\n")


def main(arguments: list[str]) -> int:
    place = arguments.index("--root") if "--root" in arguments else len(arguments)
    root = (arguments[place + 1 :] or [""])[0] if place < len(arguments) else None
    try:
        faults, notes = look_at(arguments[:place] + arguments[place + 2 :], root)
    except Exception as problem:  # noqa: BLE001 - broken input is an answer, not an accident
        faults, notes = [f"this cannot be read ({problem!r})"], []
    for line in [*(f"FAULT  {fault}" for fault in faults), *notes]:
        say(line)
    if not faults and root is None:
        say("UNANCHORED: the files agree with themselves; give --root with a seal that was noted elsewhere")
        return UNANCHORED
    say("NOT SOUND" if faults else "sound")
    return NOT_SOUND if faults else SOUND


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
