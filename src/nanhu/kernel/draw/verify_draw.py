#!/usr/bin/env python3
"""Repeat a draw of Nanhu from its public file, off line, with Python's standard library alone.

    python3 verify_draw.py draw.json [--commitment HEX] [--root HEX] [--token TOKEN]

`--commitment` is what the school published when the draw was opened, `--root` what it published when the list was closed, each
noted then by somebody else. Without both, the file only agrees with itself: the answer is UNANCHORED. `--token` tells what the
entrant who knows this token got, and why.

How it is drawn: the entries `token|round|wish,wish…` are sorted; their RFC 6962 root (SHA-256) is R. With the published secret and
the public value P: seed = HMAC-SHA256(secret, R ‖ P); the lot of an entry = HMAC-SHA256(seed, round, line feed, token). Whoever has the
smallest lot comes first. Each pass gives one place to each, by the first wish that has a place left; even passes go backwards.

Exit code 0: sound; 1: NOT SOUND, whatever the file is; 2: UNANCHORED.
"""

import argparse
import hashlib
import hmac
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

FORMAT = "nanhu-draw-1"
SOUND, NOT_SOUND, UNANCHORED = 0, 1, 2


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def root_of(lines: list[str]) -> str:
    level = [sha256(b"\x00" + line.encode()) for line in lines] or [sha256(b"")]
    while len(level) > 1:
        pairs = [sha256(b"\x01" + level[at] + level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = pairs + [level[-1]] * (len(level) % 2)
    return level[0].hex()


def entries_of(lines: list[str]) -> dict[str, tuple[str, list[str]]]:
    entries = {}
    for line in lines:
        token, number, wishes = line.split("|")
        entries[token] = (number, [wish for wish in wishes.split(",") if wish])
    return entries


def repeated(document: dict[str, Any]) -> dict[str, Any]:
    """Order, places and queues as they must be."""
    entries = entries_of(document["entries"])
    seed = hmac.digest(
        bytes.fromhex(document["secret"]), bytes.fromhex(document["root"]) + document["value"].encode(), "sha256"
    )
    lots = {token: hmac.digest(seed, f"{entry[0]}\n{token}".encode(), "sha256") for token, entry in entries.items()}
    order = sorted(entries, key=lambda token: lots[token])
    left = dict(document["seats"])
    places: dict[str, list[str]] = {token: [] for token in order}
    number, given = 0, 1
    while number < document["passes"] and given:
        walk = reversed(order) if number % 2 else order
        number, given = number + 1, sum(give(entries[token][1], places[token], left) for token in walk)
    queues: dict[str, list[str]] = {}
    for token in sorted(order, key=lambda one: bool(places[one])):
        for wish, fate in fates_of(entries[token][1], places[token], document["passes"]).items():
            if fate == "full":
                queues.setdefault(wish, []).append(token)
    return {"order": order, "places": {token: got for token, got in places.items() if got}, "queues": queues}


def give(wishes: list[str], places: list[str], left: dict[str, int]) -> bool:
    for wish in wishes:
        if left[wish] > 0 and wish not in places:
            left[wish] -= 1
            places.append(wish)
            return True
    return False


def fates_of(wishes: list[str], places: list[str], passes: int) -> dict[str, str]:
    last = max((wishes.index(place) for place in places), default=-1)
    fates = {}
    for at, wish in enumerate(wishes):
        fates[wish] = "given" if wish in places else "enough" if len(places) >= passes and at > last else "full"
    return fates


def faults_of(document: dict[str, Any], commitment: str, root: str) -> list[str]:
    lines = document["entries"]
    published, latest = datetime.fromisoformat(document["published_at"]), datetime.fromisoformat(document["publish_by"])
    checks = [
        (document["format"] == FORMAT, "this is no draw of a form known here"),
        (lines == sorted(lines), "the entries are not sorted"),
        (len({line.partition("|")[0] for line in lines}) == len(lines), "a token stands in the list twice"),
        (
            sha256(bytes.fromhex(document["secret"])).hex() == document["commitment"],
            "the secret is not the promised one",
        ),
        (root_of(lines) == document["root"], "the entries are not those under the root"),
        (published <= latest, "the secret was published too late: the draw is void"),
        (commitment in {"", document["commitment"]}, "the commitment is not the one noted at the opening"),
        (root in {"", document["root"]}, "the root is not the one noted at the closing"),
    ]
    right = repeated(document)
    checks += [(document[part] == right[part], f"the {part} is not what the lots say") for part in right]
    return [fault for holds, fault in checks if not holds]


def tell(document: dict[str, Any], token: str) -> str:
    entries, order = entries_of(document["entries"]), document["order"]
    if token not in entries:
        return f"token {token}: not in the list"
    places = document["places"].get(token, [])
    fates = fates_of(entries[token][1], places, document["passes"])
    said = ", ".join(f"{wish} {fate}" for wish, fate in fates.items())
    return f"token {token}: place {order.index(token) + 1} of {len(order)}; {said}"


def say(text: str) -> None:
    """In letters that every screen has: a forged file may hold any."""
    sys.stdout.write(text.encode("ascii", "backslashreplace").decode() + "\n")


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Repeat a draw from its public file.")
    parser.add_argument("file")
    for name in ("--commitment", "--root", "--token"):
        parser.add_argument(name, default="")
    asked = parser.parse_args(given)
    notes = []
    try:
        document = json.loads(Path(asked.file).read_text("utf-8"))
        faults = faults_of(document, asked.commitment.strip().lower(), asked.root.strip().lower())
        notes = [tell(document, asked.token)] if asked.token and not faults else []
    except Exception as problem:  # noqa: BLE001 - broken input is an answer, not an accident
        faults = [f"this file is no draw that was drawn ({problem!r})"]
    for line in [*(f"FAULT  {fault}" for fault in faults), *notes]:
        say(line)
    if not faults and not (asked.commitment and asked.root):
        say("UNANCHORED: the file agrees with itself; give --commitment and --root as they were noted elsewhere")
        return UNANCHORED
    say("NOT SOUND" if faults else "sound")
    return NOT_SOUND if faults else SOUND


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
