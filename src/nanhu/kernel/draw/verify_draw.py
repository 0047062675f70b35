#!/usr/bin/env python3
"""Repeat a draw of Nanhu from its public file, off line, with Python's standard library alone.

    python3 verify_draw.py draw.json --commitment HEX --promise HEX --root HEX --value P [--token TOKEN]
    python3 verify_draw.py proof.json --commitment HEX --root HEX --value P

What is given beside the file was noted elsewhere, by somebody else, at its hour: `--commitment` and `--promise` (the digest of seats,
passes, hours, and of how the public value is called and spelled) as the school published them when the draw was opened, `--root` as it
published it when the list was closed, `--value` as the exchange or the lottery published it. Without all of them the file only agrees
with itself: the answer is UNANCHORED. `--token` tells what the entrant who knows this token got, and why. Of an entrant's proof the
program checks his line under the root, and his lot; his rank, and why a wish fell, only the whole file can show.

How it is drawn: the entries `token|round|wish,wish…` are sorted; their RFC 6962 root (SHA-256) is R. With the published secret and
the public value P: seed = HMAC-SHA256(secret, R ‖ P); the lot of an entry = HMAC-SHA256(seed, round, line feed, token). Whoever has the
smallest lot comes first. Each pass gives one place to each, by the first wish that has a place left; even passes go backwards.
The promise is the SHA-256 of the OPENING keys of the file as JSON: ASCII, keys sorted, no blanks.

Exit code 0: sound; 1: NOT SOUND, whatever the file is; 2: UNANCHORED.
"""

import argparse
import hashlib
import hmac
import json
import re
import sys
import unicodedata
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

FORMAT, PROOF_FORMAT = "nanhu-draw-1", "nanhu-draw-proof-1"
SOUND, NOT_SOUND, UNANCHORED = 0, 1, 2
HOURS = ("closes_at", "closed_at", "value_known_at", "published_at", "publish_by")
OPENING = frozenset(
    {
        "format",
        "commitment",
        "seats",
        "passes",
        "value_name",
        "value_form",
        "closes_at",
        "value_known_at",
        "publish_by",
    }
)
KEYS = OPENING | {"title", "state", "promise", "closed_at", "root", "entries", "value", "secret", "published_at"}
RESULT = frozenset({"order", "places", "queues"})
CLOSED_PROOF = frozenset({"format", "token", "line", "root", "path"})
DRAWN_PROOF = CLOSED_PROOF | {"commitment", "value", "secret", "lot", "rank", "of", "fates"}
TEXTS = (KEYS | DRAWN_PROOF) - {"seats", "passes", "entries", "path", "rank", "of", "fates"}
WISH = r"[0-9A-Za-z._-]{1,40}"
LINE = re.compile(rf"([0-9a-f]{{1,64}})\|([1-9][0-9]{{0,2}})\|((?:{WISH}(?:,{WISH})*)?)")
DIGEST = re.compile(r"[0-9a-f]{64}")
MOST_PASSES = 100


class BrokenError(Exception):
    """This is no file of a draw, and why."""


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def root_of(lines: list[str]) -> str:
    level = [sha256(b"\x00" + line.encode()) for line in lines] or [sha256(b"")]
    while len(level) > 1:
        pairs = [sha256(b"\x01" + level[at] + level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = pairs + [level[-1]] * (len(level) % 2)
    return level[0].hex()


def seed_of(document: dict[str, Any]) -> bytes:
    root = bytes.fromhex(document["root"])
    return hmac.digest(bytes.fromhex(document["secret"]), root + document["value"].encode(), "sha256")


def lot_of(seed: bytes, number: str, token: str) -> bytes:
    return hmac.digest(seed, f"{number}\n{token}".encode(), "sha256")


def promise_of(document: dict[str, Any]) -> str:
    opening = {key: document[key] for key in OPENING}
    return sha256(json.dumps(opening, sort_keys=True, separators=(",", ":")).encode()).hex()


def refuse(is_so: bool, why: str) -> None:
    if is_so:
        raise BrokenError(why)


def read(text: str) -> dict[str, Any]:
    """JSON as it is meant: no key twice, whole numbers only."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        refuse(len(dict(pairs)) < len(pairs), "a key stands twice")
        return dict(pairs)

    def none(number: str) -> float:
        raise BrokenError(f"{number} is no whole number")

    document: dict[str, Any] = json.loads(text, object_pairs_hook=once, parse_constant=none, parse_float=none)
    refuse(type(document) is not dict, "it is no object")
    for key in TEXTS & set(document):
        refuse(type(document[key]) is not str, f"{key} is no text")
    for key in {"commitment", "promise", "root", "secret", "lot"} & set(document):
        refuse(not DIGEST.fullmatch(document[key]), f"{key} is no digest")
    return document


@cache
def split(line: object) -> tuple[str, str, list[str]]:
    found = LINE.fullmatch(line) if type(line) is str else None
    if found is None:
        raise BrokenError(f"no line of an entry: {line!r}")
    wishes = found[3].split(",") if found[3] else []
    refuse(len(set(wishes)) < len(wishes), f"a wish stands twice: {line!r}")
    return found[1], found[2], wishes


def is_count(number: object, least: int) -> bool:
    return type(number) is int and number >= least


def refuse_draw(document: dict[str, Any]) -> None:
    refuse(document.get("state") == "void", f"this draw is void: {document.get('why_void')}")
    refuse(document.get("state") != "drawn", "this draw is not drawn")
    refuse(set(document) != KEYS | RESULT, f"keys missing or too many: {sorted(set(document) ^ (KEYS | RESULT))}")
    seats = document["seats"]
    refuse(type(seats) is not dict or not seats, "no seats")
    for wish, most in seats.items():
        refuse(not re.fullmatch(WISH, wish) or not is_count(most, 0), f"no seats: {wish!r}: {most!r}")
    passes = document["passes"]
    refuse(not is_count(passes, 1) or passes > MOST_PASSES, f"no number of passes: {passes!r}")
    refuse(type(document["entries"]) is not list, "no entries")
    for line in document["entries"]:
        unknown = set(split(line)[2]) - set(seats)
        refuse(bool(unknown), f"there is no such wish: {sorted(unknown)}")


def entries_of(lines: list[str]) -> dict[str, tuple[str, list[str]]]:
    return {token: (number, wishes) for token, number, wishes in map(split, lines)}


def repeated(document: dict[str, Any]) -> dict[str, Any]:
    """Order, places and queues as they must be."""
    entries = entries_of(document["entries"])
    seed = seed_of(document)
    lots = {token: lot_of(seed, entry[0], token) for token, entry in entries.items()}
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


def faults_of(document: dict[str, Any], noted: dict[str, str]) -> list[str]:
    refuse_draw(document)
    lines = document["entries"]
    moments = {key: datetime.fromisoformat(document[key]) for key in HOURS}
    checks = [
        (lines == sorted(lines), "the entries are not sorted"),
        (len({split(line)[0] for line in lines}) == len(lines), "a token stands in the list twice"),
        (
            sha256(bytes.fromhex(document["secret"])).hex() == document["commitment"],
            "the secret is not the promised one",
        ),
        (promise_of(document) == document["promise"], "seats, passes, hours or value are not as promised"),
        (root_of(lines) == document["root"], "the entries are not those under the root"),
        (
            re.fullmatch(document["value_form"], document["value"], re.ASCII) is not None,
            "the value is not spelled as promised",
        ),
        (moments["closes_at"] <= moments["closed_at"], "the list was closed too early"),
        (
            moments["closed_at"] < moments["value_known_at"],
            "the list was closed when the value was known: the draw is void",
        ),
        (moments["value_known_at"] <= moments["published_at"], "the secret was published before the value was known"),
        (moments["published_at"] <= moments["publish_by"], "the secret was published too late: the draw is void"),
        *noted_checks(document, noted),
    ]
    right = repeated(document)
    checks += [(document[part] == right[part], f"the {part} is not what the lots say") for part in right]
    return [fault for holds, fault in checks if not holds]


def noted_checks(document: dict[str, Any], noted: dict[str, str]) -> list[tuple[bool, str]]:
    return [
        (said in {"", document[key]}, f"the {key} is not the one noted elsewhere: {said}")
        for key, said in noted.items()
    ]


def proof_faults_of(document: dict[str, Any], noted: dict[str, str]) -> list[str]:
    """Of an entrant's own paper: his line is under the root, and his lot is the secret's and the value's."""
    is_drawn = "lot" in document
    keys = DRAWN_PROOF if is_drawn else CLOSED_PROOF
    refuse(set(document) != keys, f"keys missing or too many: {sorted(set(document) ^ keys)}")
    token, number, _wishes = split(document["line"])
    checks = [
        (token == document["token"], "the line is another entrant's"),
        (climb(document["line"], document["path"]) == document["root"], "the line is not under the root"),
        *noted_checks(document, noted),
    ]
    if is_drawn:
        secret = bytes.fromhex(document["secret"])
        lot = lot_of(seed_of(document), number, token).hex()
        checks.append((sha256(secret).hex() == document["commitment"], "the secret is not the promised one"))
        checks.append((lot == document["lot"], "the lot is not this entry's"))
    return [fault for holds, fault in checks if not holds]


def climb(line: str, path: Any) -> str:
    node = sha256(b"\x00" + line.encode())
    for side, neighbour in path:
        refuse(side not in {"left", "right"} or not DIGEST.fullmatch(neighbour), "no path")
        other = bytes.fromhex(neighbour)
        node = sha256(b"\x01" + (other + node if side == "left" else node + other))
    return node.hex()


def shown(document: dict[str, Any]) -> list[str]:
    """What a reader has to compare with what he knows, whatever else holds."""
    known = (("value_name", "value"), ("value", "P"), ("passes", "passes"), *((hour, hour) for hour in HOURS))
    lines = [f"{name}: {document[key]}" for key, name in known if key in document]
    seats = document.get("seats")
    if type(seats) is dict:
        lines.append("seats: " + ", ".join(f"{wish} {most}" for wish, most in sorted(seats.items())))
    return lines


def tell(document: dict[str, Any], token: str) -> str:
    entries, order = entries_of(document["entries"]), document["order"]
    if token not in entries:
        return f"token {token}: not in the list"
    places = document["places"].get(token, [])
    fates = fates_of(entries[token][1], places, document["passes"])
    said = ", ".join(f"{wish} {fate}" for wish, fate in fates.items())
    return f"token {token}: place {order.index(token) + 1} of {len(order)}; {said}"


def say(text: str) -> None:
    """In letters that every screen has, and in one line: a forged file may hold any."""
    safe = "".join(sign if " " <= sign <= "~" else sign.encode("unicode_escape").decode() for sign in text)
    sys.stdout.write(safe + "\n")


def examined(document: dict[str, Any], noted: dict[str, str], token: str) -> tuple[list[str], list[str], set[str]]:
    """Faults, notes, and what must be noted elsewhere of a file like this."""
    if document.get("format") == PROOF_FORMAT:
        asked = {key: said for key, said in noted.items() if key in document}
        return proof_faults_of(document, asked), [], {"root", *asked}
    refuse(document.get("format") != FORMAT, "this is no draw of a form known here")
    faults = faults_of(document, noted)
    return faults, [tell(document, token)] if token and not faults else [], set(noted)


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Repeat a draw from its public file.")
    parser.add_argument("file")
    for name in ("--commitment", "--promise", "--root", "--value", "--token"):
        parser.add_argument(name, default="")
    asked = parser.parse_args(given)
    noted = {key: getattr(asked, key).strip().lower() for key in ("commitment", "promise", "root")}
    noted["value"] = " ".join(unicodedata.normalize("NFKC", asked.value).split())
    told: list[str] = []
    notes: list[str] = []
    needed = set(noted)
    try:
        document = read(Path(asked.file).read_text("utf-8"))
        told = shown(document)
        faults, notes, needed = examined(document, noted, asked.token)
    except Exception as problem:  # noqa: BLE001 - broken input is an answer, not an accident
        faults = [f"this file is no draw that was drawn ({problem!r})"]
    for line in [*told, *(f"FAULT  {fault}" for fault in faults), *notes]:
        say(line)
    missing = sorted(f"--{key}" for key in needed if not noted[key])
    if missing and not faults:
        say(f"UNANCHORED: the file agrees with itself; give {', '.join(missing)} as noted elsewhere")
        return UNANCHORED
    say("NOT SOUND" if faults else "sound")
    return NOT_SOUND if faults else SOUND


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
