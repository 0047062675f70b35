"""Scores a cleaning against the truth: pairs of rows linked to one person, and the decision to accept or reject each row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nanhu.sample.truth import read_truth

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping
    from pathlib import Path

    from nanhu.sample.truth import Place


@dataclass(frozen=True, slots=True)
class Ratio:
    """Precision and recall with what they are made of. Of nothing, both are 1."""

    right: int
    claimed: int
    wanted: int

    @property
    def precision(self) -> float:
        return self.right / self.claimed if self.claimed else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0


@dataclass(frozen=True, slots=True)
class Miss:
    """One wrong decision. kind: `linked_wrongly`, `not_linked`, `accepted_wrongly`, `rejected_wrongly`."""

    kind: str
    place: Place
    other: Place | None = None
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """`precision` and `recall` are over pairs of rows; `acceptance` is over accepted rows, `rejection` over rejected ones."""

    pairs: Ratio
    acceptance: Ratio
    rejection: Ratio
    misses: tuple[Miss, ...]

    @property
    def precision(self) -> float:
        return self.pairs.precision

    @property
    def recall(self) -> float:
        return self.pairs.recall


def score(truth_path: Path, decided: Mapping[Place, Hashable | None]) -> Score:
    """`decided`: each row's person (any key), or None for a rejected row. A row that is absent counts as rejected."""
    truth = read_truth(truth_path)
    owner = {place: person.key for person in truth.people for place in person.rows}
    refused = {(reject.file, reject.line): reject.code for reject in truth.rejects if reject.file != UNITS_FILE}
    return score_rows(owner, refused, decided)


UNITS_FILE = "组织机构.csv"


def score_rows(
    owner: Mapping[Place, str], refused: Mapping[Place, str], decided: Mapping[Place, Hashable | None]
) -> Score:
    accepted = {place: person for place, person in decided.items() if person is not None}
    rightly = sum(place in owner for place in accepted)
    everything = len(owner) + len(refused) + sum(place not in owner and place not in refused for place in accepted)
    acceptance = Ratio(rightly, len(accepted), len(owner))
    rejection = Ratio(sum(place not in accepted for place in refused), everything - len(accepted), len(refused))
    misses = [*_wrong_decisions(owner, refused, accepted), *_wrong_links(owner, accepted)]
    return Score(_pairs(owner, accepted), acceptance, rejection, tuple(misses))


def _pairs(owner: Mapping[Place, str], accepted: Mapping[Place, Hashable]) -> Ratio:
    """Counted by group sizes, so that a hundred thousand rows take no time."""
    claimed = Counter(accepted.values())
    wanted = Counter(owner.values())
    both = Counter((person, owner[place]) for place, person in accepted.items() if place in owner)
    return Ratio(_couples(both.values()), _couples(claimed.values()), _couples(wanted.values()))


def _couples(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def _wrong_decisions(
    owner: Mapping[Place, str], refused: Mapping[Place, str], accepted: Mapping[Place, Hashable]
) -> list[Miss]:
    wrong = [Miss("rejected_wrongly", place, expected=key) for place, key in owner.items() if place not in accepted]
    return wrong + [
        Miss("accepted_wrongly", place, expected=refused.get(place, "")) for place in accepted if place not in owner
    ]


def _wrong_links(owner: Mapping[Place, str], accepted: Mapping[Place, Hashable]) -> list[Miss]:
    """Per group one line for each row that differs from the group's first row."""
    misses = []
    for kind, mine, theirs in (("linked_wrongly", accepted, owner), ("not_linked", owner, accepted)):
        first: dict[Hashable, Place] = {}
        for place in sorted(mine.keys() & theirs.keys()):
            head = first.setdefault(mine[place], place)
            if theirs[place] != theirs[head]:
                misses.append(Miss(kind, place, head, owner[place]))
    return misses


GOLDEN_FIELDS = ("name", "sex", "birth_date", "nationality", "document_kind", "document_number", "phone", "ethnic")
AFFILIATION_FIELDS = ("unit", "category", "starts_on", "ends_on", "state")


@dataclass(frozen=True, slots=True)
class GoldenScore:
    """`exact`: per field the share of true affiliations whose value is exact. `misses`: (campus number, field, true, found)."""

    exact: Mapping[str, float]
    misses: tuple[tuple[str, str, object, object], ...]


def score_golden(truth_path: Path, golden: Mapping[str, Mapping[str, object]]) -> GoldenScore:
    """`golden`: campus number → fields of the person and of that affiliation; only fields that are given are compared."""
    right, total, misses = Counter[str](), Counter[str](), []
    for person in read_truth(truth_path).people:
        for affiliation in person.affiliations:
            found = golden.get(affiliation.campus_no)
            wanted = {field: getattr(person, field) for field in GOLDEN_FIELDS}
            wanted |= {field: getattr(affiliation, field) for field in AFFILIATION_FIELDS}
            for field, value in wanted.items():
                if found is not None and field not in found:
                    continue
                total[field] += 1
                if found is not None and found[field] == value:
                    right[field] += 1
                else:
                    misses.append((affiliation.campus_no, field, value, found and found[field]))
    return GoldenScore({field: right[field] / count for field, count in total.items()}, tuple(misses))
