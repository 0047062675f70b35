"""Persons who may be one: found by name, birth date and phone within blocks, scored, and shown to a human. Never merged."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from nanhu.platforms.datahub.cleaning.names import folded
from nanhu.platforms.datahub.matching.book import Known, is_near_number

THRESHOLD: Final = 8
WEIGHTS: Final = {"name": 3, "birth_date": 3, "phone": 3, "document": 4, "sex": -4}
LARGEST_BLOCK: Final = 60
"""A phone shared by sixty is an office's, a name and day shared by sixty is a placeholder: no evidence."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    left: int
    right: int
    score: int
    reasons: tuple[str, ...]


def find_duplicates(
    newcomers: Iterable[Known], everyone: Iterable[Known], documents: Callable[[set[int]], Mapping[int, str]]
) -> list[Suspicion]:
    """Pairs with at least one newcomer. `documents` opens the numbers of the few who come near."""
    fresh = {known.token for known in newcomers}
    people = {known.token: known for known in everyone}
    pairs = {pair for block in blocks(people.values()) for pair in combinations(sorted(block), 2) if fresh & set(pair)}
    numbers = documents({token for pair in pairs for token in pair}) if pairs else {}
    judged = (judge(people[a], people[b], numbers) for a, b in sorted(pairs))
    return [suspicion for suspicion in judged if suspicion.score >= THRESHOLD]


def blocks(people: Iterable[Known]) -> Iterator[list[int]]:
    """Same name and birth date, or same name and phone."""
    found: dict[tuple[str, object], list[int]] = defaultdict(list)
    for known in people:
        name = folded(known.name)
        if known.birth_date is not None:
            found[name, known.birth_date].append(known.token)
        if known.phone_index is not None:
            found[name, known.phone_index].append(known.token)
    return (block for block in found.values() if 1 < len(block) <= LARGEST_BLOCK)


def judge(left: Known, right: Known, numbers: Mapping[int, str]) -> Suspicion:
    evidence = {
        "name": folded(left.name) == folded(right.name),
        "birth_date": left.birth_date is not None and left.birth_date == right.birth_date,
        "phone": left.phone_index is not None and left.phone_index == right.phone_index,
        "document": is_near_number(numbers.get(left.token, ""), numbers.get(right.token, "")),
        "sex": {left.sex, right.sex} == {"1", "2"},
    }
    reasons = tuple(key for key, holds in evidence.items() if holds and WEIGHTS[key] > 0)
    return Suspicion(left.token, right.token, sum(WEIGHTS[key] for key, holds in evidence.items() if holds), reasons)
