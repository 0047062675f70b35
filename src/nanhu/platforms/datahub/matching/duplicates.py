"""Persons who may be one: paired within blocks, judged by the trained model, and shown to a human. Never merged."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from msgspec.structs import replace

from nanhu.platforms.datahub.matching.book import Known
from nanhu.platforms.datahub.matching.evidence import (
    DOCUMENT,
    NEAR_DOCUMENT,
    Levels,
    Traits,
    levels_of,
    reasons_of,
    traits_of,
)
from nanhu.platforms.datahub.matching.model import SUGGEST, Model

LARGEST_BLOCK: Final = 60
"""A phone shared by sixty is an office's, a name and day shared by sixty is a placeholder: no evidence."""
RULES: Final[tuple[Callable[[Traits], tuple[object, ...]], ...]] = (
    lambda one: (one.name[:1], one.birth),
    lambda one: (one.name, one.phone),
    lambda one: (one.birth, one.phone),
    lambda one: (one.name, one.birth[:4]),
)
"""Pairs that agree in both are looked at: surname and birth date; name and phone; birth date and phone; name and year of birth."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """`score`: of a hundred."""

    left: int
    right: int
    score: int
    reasons: tuple[str, ...]


def find_duplicates(
    newcomers: Iterable[Known],
    everyone: Iterable[Known],
    documents: Callable[[set[int]], Mapping[int, str]],
    model: Model | None,
) -> list[Suspicion]:
    """Pairs with at least one newcomer. `documents` opens the numbers of the few who come near."""
    fresh = {known.token for known in newcomers}
    if model is None or not fresh:
        return []
    people = {known.token: traits_of_known(known) for known in everyone}
    worth = Worth(model)
    near = [pair for pair in pairs(people, fresh) if worth[levels_of(people[pair[0]], people[pair[1]])]]
    numbers = documents({token for pair in near for token in pair}) if near else {}
    for token, number in numbers.items():
        people[token] = replace(people[token], document=number)
    judged = (judge(pair, people, model) for pair in near)
    return [suspicion for suspicion in judged if suspicion is not None]


def traits_of_known(known: Known) -> Traits:
    return traits_of(known.name, birth=known.birth_date, sex=known.sex, phone=known.phone_index, numbers=known.numbers)


def pairs(people: Mapping[int, Traits], fresh: set[int]) -> list[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for block in blocks(people):
        if not fresh.isdisjoint(block):
            found.update(pair for pair in combinations(sorted(block), 2) if not fresh.isdisjoint(pair))
    return sorted(found)


def blocks(people: Mapping[int, Traits]) -> Iterator[list[int]]:
    for rule in RULES:
        held: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for token, one in people.items():
            key = rule(one)
            if all(key):
                held[key].append(token)
        yield from (block for block in held.values() if 1 < len(block) <= LARGEST_BLOCK)


class Worth(dict[Levels, bool]):
    """Whether two would be shown if their documents were a slip apart, or unknown. Of hundreds of thousands of pairs most agree alike."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def __missing__(self, levels: Levels) -> bool:
        slip = (*levels[:DOCUMENT], NEAR_DOCUMENT, *levels[DOCUMENT + 1 :])
        self[levels] = max(self.model.probability(levels), self.model.probability(slip)) >= SUGGEST
        return self[levels]


def judge(pair: tuple[int, int], people: Mapping[int, Traits], model: Model) -> Suspicion | None:
    levels = levels_of(people[pair[0]], people[pair[1]])
    probability = model.probability(levels)
    if probability < SUGGEST:
        return None
    return Suspicion(*pair, int(100 * probability), reasons_of(levels))
