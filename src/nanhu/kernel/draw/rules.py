"""The rules of a draw: commitment, root, seed, lots, passes and waiting queues. Pure; `verify_draw.py` has a copy for others."""

import hashlib
import hmac
import json
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from nanhu.kernel.sealing import merkle

ALGORITHM: Final = "sha256"
MOST_PASSES: Final = 100
FORM: Final = re.compile(r"(?:[^\W_]|[ :/,_-]|\\[d.]|\{\d{1,2}(?:,\d{1,2})?\}){1,200}")
"""Of a public value's spelling: letters, digits and blanks as they stand, \\d a digit, \\. a point, {4} and {3,5} how many."""
type Fate = Literal["given", "full", "enough"]


@dataclass(frozen=True, slots=True)
class Entry:
    """`token` names the entrant in this draw alone; wishes stand in their order."""

    token: str
    round: int
    wishes: tuple[str, ...]

    @property
    def line(self) -> str:
        return f"{self.token}|{self.round}|{','.join(self.wishes)}"


@dataclass(slots=True)
class Outcome:
    """`order`: tokens by their lots. `places`: what each got. `queues`: by wish, who waits for it, in turn."""

    order: list[str] = field(default_factory=list)
    lots: dict[str, str] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    queues: dict[str, list[str]] = field(default_factory=dict)


def commitment_of(secret: bytes) -> str:
    return hashlib.sha256(secret).hexdigest()


def promise_of(opening: Mapping[str, object]) -> str:
    """Over the opening as JSON in ASCII, keys sorted, without blanks."""
    return hashlib.sha256(json.dumps(opening, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def spelled(value: str) -> str:
    """One spelling for what looks the same: full width is half width, blanks are single."""
    return " ".join(unicodedata.normalize("NFKC", value).split())


def is_form(form: str) -> bool:
    if FORM.fullmatch(form) is None or spelled(form) != form or r"\d" not in form:
        return False
    try:
        re.compile(form)
    except re.error:
        return False
    return True


def form_of(plain: str) -> str:
    """As an office writes it, # a digit: "####.##"; whoever writes expressions goes on doing so."""
    if "\\" in plain:
        return plain
    return re.sub("#+", lambda found: rf"\d{{{len(found[0])}}}", spelled(plain).replace(".", r"\."))


def plain_form(form: str) -> str:
    """As people read it."""
    return re.sub(r"\\d(?:\{(\d+)\})?", lambda found: "#" * int(found[1] or 1), form).replace(r"\.", ".")


def fits(value: str, form: str) -> bool:
    return re.fullmatch(form, value, re.ASCII) is not None


def leaves_of(lines: Iterable[str]) -> list[bytes]:
    return [merkle.leaf(ALGORITHM, line) for line in sorted(lines)]


def root_of(lines: Iterable[str]) -> str:
    return merkle.root_of(ALGORITHM, leaves_of(lines))


@dataclass(frozen=True, slots=True)
class Tree:
    """A closed list with its hashes: made once, asked for the path of each line."""

    lines: tuple[str, ...]
    levels: list[list[bytes]]

    def path_to(self, line: str) -> merkle.Path:
        place = bisect_left(self.lines, line)
        if self.lines[place : place + 1] != (line,):
            raise ValueError(line)
        return merkle.path_to(self.levels, place)


def tree_of(lines: Iterable[str]) -> Tree:
    ordered = tuple(sorted(lines))
    return Tree(ordered, merkle.levels_of(ALGORITHM, [merkle.leaf(ALGORITHM, line) for line in ordered]))


def seed_of(secret: bytes, root: str, value: str) -> bytes:
    return hmac.digest(secret, bytes.fromhex(root) + value.encode(), ALGORITHM)


def lot_of(seed: bytes, entry: Entry) -> str:
    return hmac.digest(seed, f"{entry.round}\n{entry.token}".encode(), ALGORITHM).hex()


def drawn(entries: Sequence[Entry], seats: Mapping[str, int], *, seed: bytes, passes: int) -> Outcome:
    """One order for all; one place each a pass, even passes backwards."""
    lots = {entry.token: lot_of(seed, entry) for entry in entries}
    order = sorted(entries, key=lambda entry: lots[entry.token])
    outcome = Outcome([entry.token for entry in order], lots, {entry.token: [] for entry in order})
    left = dict(seats)
    for number in range(passes):
        walk = reversed(order) if number % 2 else order
        if not sum(give(entry, outcome.places[entry.token], left) for entry in walk):
            break
    outcome.queues = queues_of(order, outcome.places, passes)
    return outcome


def give(entry: Entry, places: list[str], left: dict[str, int]) -> bool:
    for wish in entry.wishes:
        if left[wish] and wish not in places:
            left[wish] -= 1
            places.append(wish)
            return True
    return False


def fates_of(wishes: Sequence[str], places: Sequence[str], passes: int) -> dict[str, Fate]:
    """Why each wish fell: it was full when its turn came, or its entrant had as many places as there are passes."""
    last = max((wishes.index(place) for place in places), default=-1)
    has_enough = len(places) >= passes
    return {
        wish: "given" if wish in places else "enough" if has_enough and at > last else "full"
        for at, wish in enumerate(wishes)
    }


def queues_of(order: Sequence[Entry], places: Mapping[str, list[str]], passes: int) -> dict[str, list[str]]:
    """Who holds nothing first, then by lot."""
    queues: dict[str, list[str]] = {}
    for entry in sorted(order, key=lambda one: bool(places[one.token])):
        for wish, fate in fates_of(entry.wishes, places[entry.token], passes).items():
            if fate == "full":
                queues.setdefault(wish, []).append(entry.token)
    return queues
