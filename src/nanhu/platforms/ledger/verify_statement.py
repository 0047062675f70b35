#!/usr/bin/env python3
"""Check a signed statement of a campus wallet of Nanhu, off line, with Python's standard library alone.

    python3 verify_statement.py statement.json [--key HEX] [--roots FILE]

`--key` is the school's public key as the school publishes it (`nanhu ledger key`). Without it nothing outside the file says
who signed it: the answer is UNANCHORED, never "sound". `--roots` is a list of daily roots that was kept elsewhere
(`nanhu ledger roots --out FILE`): with it, a ledger that was forged as a whole is found too.

Exit code 0: sound; 1: NOT SOUND, whatever the file is; 2: UNANCHORED.
"""

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

FORMAT = "nanhu-statement-1"
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
KEY_LENGTH, SIGNATURE_LENGTH = 32, 64
SOUND, NOT_SOUND, UNANCHORED = 0, 1, 2
LARGEST_FILE = 256 * 1024 * 1024
KEY_FORM, SEAL_FORM = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{128}")
ROOT_LINE = re.compile(r"(\d{4}-\d{2}-\d{2}) blocks \d+-\d+ (?:sha256|sm3) ([0-9a-f]{64})")
SUMS, ROW_SUMS = ("opening_fen", "closing_fen", "in_fen", "out_fen"), ("fen", "balance_fen")
MASK = 0xFFFFFFFF
FIRST = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
EARLY_ROUNDS = 16
Point = tuple[int, int, int, int]
FACTS = (
    "number",
    "era",
    "after",
    "until",
    "rows",
    "first_at",
    "last_at",
    "algorithm",
    "digest",
    "previous",
    "sealed_at",
)


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


def sm3(data: bytes) -> bytes:
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + (len(data) * 8).to_bytes(8, "big")
    state: tuple[int, ...] = FIRST
    for start in range(0, len(padded), 64):
        state = compress(state, padded[start : start + 64])
    return b"".join(word.to_bytes(4, "big") for word in state)


def hashed(algorithm: str, data: bytes) -> bytes:
    return sm3(data) if algorithm == "sm3" else hashlib.sha256(data).digest()


def add(one: Point, two: Point) -> Point:
    """Points of edwards25519 in extended coordinates (RFC 8032, 5.1.4)."""
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % P, (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def are_equal(one: Point, two: Point) -> bool:
    return (one[0] * two[2] - two[0] * one[2]) % P == 0 and (one[1] * two[2] - two[1] * one[2]) % P == 0


def point_of(text: bytes) -> Point | None:
    y, sign = int.from_bytes(text, "little") & (2**255 - 1), text[31] >> 7
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Ed25519 (RFC 8032, 5.1.7)."""
    if len(public) != KEY_LENGTH or len(signature) != SIGNATURE_LENGTH:
        return False
    key, r, s = point_of(public), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    base = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    if key is None or r is None or base is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    return are_equal(times(s, base), add(r, times(h, key)))


def canonical(document: dict[str, Any]) -> str:
    """What is signed: the statement without its signature, keys in order, no spaces."""
    rest = {name: value for name, value in document.items() if name != "signature"}
    return json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def climb(algorithm: str, start: bytes, path: list[Any]) -> str:
    node = start
    for side, neighbour in path:
        if side not in {"left", "right"}:
            raise ValueError(side)
        other = bytes.fromhex(neighbour)
        node = hashed(algorithm, b"\x01" + (other + node if side == "left" else node + other))
    return node.hex()


def leaf(algorithm: str, text: str) -> bytes:
    return hashed(algorithm, b"\x00" + text.encode())


def signature_faults(document: dict[str, Any], key: str) -> list[str]:
    public = document["key"]["public"]
    if not (KEY_FORM.fullmatch(public) and SEAL_FORM.fullmatch(document["signature"])):
        return ["the key or the signature is not written as it should be"]
    if key and public != key.strip().lower():
        return ["signed by another key than the school's"]
    good = document["key"]["algorithm"] == "Ed25519" and is_signed(
        bytes.fromhex(public), canonical(document).encode(), bytes.fromhex(document["signature"])
    )
    return [] if good else ["the signature is wrong"]


def number_faults(document: dict[str, Any]) -> list[str]:
    """A fen is a whole number: true, 1.0 and "1" would add up and mean something else to whoever reads the file."""
    shown = [document[name] for name in SUMS] + [row[name] for row in document["rows"] for name in ROW_SUMS]
    lines = [parsed(row["line"])["fen"] for row in document["rows"]]
    return [] if all(type(one) is int for one in shown + lines) else ["a sum is no whole number"]


def money_faults(document: dict[str, Any]) -> list[str]:
    """Each shown row is what its sealed line says, and the sums are those of the rows."""
    balance, came, went, found = document["opening_fen"], 0, 0, []
    for number, row in enumerate(document["rows"], 1):
        line, fen = parsed(row["line"]), row["fen"]
        moved = line["fen"] * ((line["credit"] == document["account"]) - (line["debit"] == document["account"]))
        balance, came, went = balance + moved, came + max(moved, 0), went + max(-moved, 0)
        shown = (fen, row["balance_fen"], row["occurred_at"], row["posted_at"], row["entry"])
        if shown != (moved, balance, line["occurred"], line["posted"], line["entry"]):
            found.append(f"row {number} is not what its line says")
        if not document["since"] <= line["posted"] < document["until"]:
            found.append(f"row {number} lies outside of the range")
    if (balance, came, went) != (document["closing_fen"], document["in_fen"], document["out_fen"]):
        found.append("the rows do not add up")
    ids = [parsed(row["line"])["id"] for row in document["rows"]]
    return found + (["a row stands twice"] if len(set(ids)) != len(ids) else [])


def chain_faults(document: dict[str, Any], roots: dict[str, str] | None) -> list[str]:
    found = []
    for number, row in enumerate(document["rows"], 1):
        block = document["blocks"].get(str(row["block"]))
        if row["block"] is None:
            continue
        if (
            block is None
            or climb(block["algorithm"], leaf(block["algorithm"], row["line"]), row["path"]) != block["digest"]
        ):
            found.append(f"row {number} is not in its block")
    for name, block in document["blocks"].items():
        found += [f"block {name}: {fault}" for fault in block_faults(name, block, document["days"], roots)]
    return found


def block_faults(name: str, block: dict[str, Any], days: dict[str, Any], roots: dict[str, str] | None) -> list[str]:
    facts = {member: block[member] for member in FACTS}
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":")) + "\n"
    if str(block["number"]) != name or hashed(block["algorithm"], text.encode()).hex() != block["seal"]:
        return ["the seal is wrong"]
    if "day" not in block:
        return []
    day = days.get(block["day"])
    if day is None or climb(day["algorithm"], leaf(day["algorithm"], block["seal"]), block["path"]) != day["root"]:
        return ["is not under the root of its day"]
    if roots is not None and roots.get(block["day"]) != day["root"]:
        return ["the root of its day is not the one that was kept"]
    return []


def faults_of(document: Any, *, key: str = "", roots: dict[str, str] | None = None) -> list[str]:
    try:
        if document["format"] != FORMAT:
            return ["this is no statement"]
        found = signature_faults(document, key) + number_faults(document)
        return found + money_faults(document) + chain_faults(document, roots)
    except Exception as problem:  # noqa: BLE001 - whatever a file makes of us, it is not sound
        return [f"this is no whole statement ({problem!r})"]


def parsed(text: str) -> Any:
    """JSON that everybody reads alike: no member twice, no NaN."""
    return json.loads(text, object_pairs_hook=members, parse_constant=refuse)


def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a member stands twice")
    return dict(pairs)


def refuse(constant: str) -> None:
    raise ValueError(constant)


def text_of(path: str) -> str:
    with Path(path).open("rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError("the file is too large")
    return content.decode()


def roots_in(path: str) -> dict[str, str]:
    """Lines as `nanhu ledger roots` prints them; a list that holds none, or something else, is no list of roots."""
    found = [ROOT_LINE.fullmatch(line.strip()) for line in text_of(path).splitlines() if line.strip()]
    roots = {line[1]: line[2] for line in found if line}
    if not found or len(roots) != len(found):
        raise ValueError("this is no list of daily roots")
    return roots


def option(arguments: list[str], name: str) -> str | None:
    return (arguments[arguments.index(name) + 1 :] or [""])[0] if name in arguments else None


def look_at(arguments: list[str]) -> tuple[list[str], list[str]]:
    """What is wrong, and what to tell besides."""
    key, roots = option(arguments, "--key"), option(arguments, "--roots")
    if key is not None and not KEY_FORM.fullmatch(key.strip().lower()):
        return ["what was given with --key is no public key"], []
    kept = None if roots is None else roots_in(roots)
    document = parsed(text_of(arguments[0]))
    faults = faults_of(document, key=key or "", roots=kept)
    return faults, [] if faults else notes_on(document, kept)


def notes_on(document: dict[str, Any], roots: dict[str, str] | None) -> list[str]:
    rows, signer = document["rows"], document["key"]["public"]
    waiting = sum(row["block"] is None for row in rows)
    notes = [f"{len(rows)} rows, {waiting} of them not sealed yet, signed by {signer}"]
    if roots is not None:
        under = sum("day" in document["blocks"][str(row["block"])] for row in rows if row["block"] is not None)
        notes.append(f"{under} of them stand under the roots that were kept, {len(rows) - under} do not yet")
    return notes


def say(text: str) -> None:
    """In letters that every screen has: a forged file may hold any."""
    sys.stdout.write(text.encode("ascii", "backslashreplace").decode() + "\n")


def main(arguments: list[str]) -> int:
    try:
        faults, notes = look_at(arguments)
    except Exception as problem:  # noqa: BLE001 - broken input is an answer, not an accident
        faults, notes = [f"this cannot be read ({problem!r})"], []
    for line in [*(f"FAULT  {fault}" for fault in faults), *notes]:
        say(line)
    if not faults and option(arguments, "--key") is None:
        say("UNANCHORED: the file agrees with itself; give --key with the key as the school publishes it")
        return UNANCHORED
    say("NOT SOUND" if faults else "sound")
    return NOT_SOUND if faults else SOUND


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
