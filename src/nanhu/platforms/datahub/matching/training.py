"""Training the matching model: what Splink is asked, and how well what it learnt does on rows whose truth is known."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import msgspec

from nanhu.platforms.datahub.cleaning.person import CleanRow
from nanhu.platforms.datahub.errors import MatchingModelError, TrainingFailedError
from nanhu.platforms.datahub.matching import trainer
from nanhu.platforms.datahub.matching.book import BEGINNING, Match, PersonBook
from nanhu.platforms.datahub.matching.duplicates import find_duplicates
from nanhu.platforms.datahub.matching.evidence import COMPARISONS, Traits, columns_of, levels_of, traits_of
from nanhu.platforms.datahub.matching.model import FORMAT, Model, model_of

LEAST_ROWS: Final = 500
CLOSE: Final = 1e-6
BLOCKS: Final = (
    "substr(l.name, 1, 1) = substr(r.name, 1, 1) AND l.birth = r.birth",
    "l.name = r.name AND l.phone = r.phone",
    "l.birth = r.birth AND l.phone = r.phone",
    "l.name = r.name AND substr(l.birth, 1, 4) = substr(r.birth, 1, 4)",
)
"""The same pairs as `duplicates.RULES`."""
CERTAIN: Final = ("l.document = r.document", "l.name = r.name AND l.birth = r.birth AND l.phone = r.phone")
RECALL: Final = 0.95
"""What of all pairs that are one the certain rules find: as the sample's rosters have it."""
SESSIONS: Final = ("l.document = r.document", "l.name = r.name AND l.birth = r.birth", "l.number = r.number")
"""Within each, what it does not itself compare is learnt."""
MOST_PAIRS: Final = 2_000_000
PAIRS_A_ROW: Final = 400
"""So many chance pairs, at most MOST_PAIRS, say how often strangers agree."""


class LabelledRow(msgspec.Struct, frozen=True):
    """A row, cleaned, and whose it is: by the truth of a held-out file, or as the hub holds it."""

    person: str
    campus_no: str
    name: str
    sex: str = ""
    birth: date | None = None
    document: str = ""
    phone: str = ""

    @property
    def traits(self) -> Traits:
        return traits_of(
            self.name,
            birth=self.birth,
            sex=self.sex,
            phone=self.phone,
            document=self.document,
            numbers=[self.campus_no] if self.campus_no else [],
        )


def read_rows(path: Path) -> list[LabelledRow]:
    """One JSON a line."""
    decoder = msgspec.json.Decoder(LabelledRow)
    try:
        return [decoder.decode(line) for line in path.read_bytes().splitlines() if line.strip()]
    except (OSError, msgspec.MsgspecError) as broken:
        raise TrainingFailedError(fault=f"{path.name}: {broken}") from broken


def train(rows: Sequence[LabelledRow], version: str) -> dict[str, Any]:
    """What a model file tells. The trainer's own judgement of all pairs is held against ours."""
    if len(rows) < LEAST_ROWS:
        raise TrainingFailedError(fault=f"{len(rows)} < {LEAST_ROWS}")
    traits = [one.traits for one in rows]
    told = run(traits, settings(), is_training=True)
    made = {"format": FORMAT, "version": version, "rows": len(rows), "made_with": told["made_with"]}
    made["splink"] = {name: value for name, value in told["splink"].items() if name != "linker_uid"}
    try:
        compare(model_of(made), traits, told["pairs"])
    except MatchingModelError as refused:
        raise TrainingFailedError(fault=refused.facts["fault"]) from refused
    return made


def run(traits: Sequence[Traits], asked: Mapping[str, Any], *, is_training: bool) -> dict[str, Any]:
    try:
        return trainer.run(
            {
                "rows": columns_by_name(traits),
                "settings": asked,
                "certain": CERTAIN,
                "recall": RECALL,
                "sessions": SESSIONS,
                "most_pairs": min(MOST_PAIRS, len(traits) * PAIRS_A_ROW),
                "is_training": is_training,
            }
        )
    except ValueError as failed:
        raise TrainingFailedError(fault=str(failed)) from failed


def columns_by_name(traits: Sequence[Traits]) -> dict[str, list[Any]]:
    """Rows, numbered in their order, as an engine compares them."""
    columns: dict[str, list[Any]] = {"row": list(range(len(traits)))}
    for one in traits:
        for name, value in columns_of(one).items():
            columns.setdefault(name, []).append(value)
    return columns


def settings() -> dict[str, Any]:
    comparisons = [
        {
            "output_column_name": name,
            "comparison_levels": [
                {"sql_condition": conditions[0], "label_for_charts": "?", "is_null_level": True},
                *({"sql_condition": one, "label_for_charts": f"{n}"} for n, one in enumerate(conditions[1:])),
                {"sql_condition": "ELSE", "label_for_charts": "else"},
            ],
        }
        for name, conditions in COMPARISONS.items()
    ]
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "row",
        "comparisons": comparisons,
        "blocking_rules_to_generate_predictions": list(BLOCKS),
        "retain_intermediate_calculation_columns": False,
        "retain_matching_columns": False,
    }


def compare(model: Model, traits: Sequence[Traits], pairs: Iterable[Sequence[Any]]) -> None:
    """Both say the same of each pair, or the model is not to be used: a level means two things."""
    for left, right, theirs in pairs:
        levels = levels_of(traits[left], traits[right])
        if abs(model.probability(levels) - theirs) > CLOSE:
            raise TrainingFailedError(fault=f"{levels}: {model.probability(levels):.6f} ≠ {theirs:.6f}")


@dataclass(slots=True)
class Figures:
    """Rows that came with their truth, through the same exact keys, veto and queue as an import."""

    rows: int = 0
    refused: int = 0
    wanted: int = 0
    merged: int = 0
    merged_rightly: int = 0
    found_with_queue: int = 0
    vetoes: int = 0
    vetoes_right: int = 0
    held: int = 0
    suggested: int = 0
    suggested_right: int = 0

    @property
    def precision(self) -> float:
        return share(self.merged_rightly, self.merged)

    @property
    def recall(self) -> float:
        return share(self.merged_rightly, self.wanted)

    @property
    def recall_with_queue(self) -> float:
        return share(self.found_with_queue, self.wanted)

    @property
    def questions(self) -> float:
        """Per row."""
        return (self.held + self.suggested) / max(self.rows, 1)

    @property
    def truly_one(self) -> float:
        """Of what is suggested."""
        return share(self.suggested_right, self.suggested)


def share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


@dataclass(slots=True)
class Trial:
    """`places`: of each row that was taken, with its person by the keys; `waiting`: of those held, with who it might be."""

    model: Model | None
    book: PersonBook = field(default_factory=PersonBook)
    places: dict[int, int] = field(default_factory=dict)
    waiting: dict[int, tuple[int, ...]] = field(default_factory=dict)
    figures: Figures = field(default_factory=Figures)

    def measure(self, rows: Sequence[LabelledRow]) -> Figures:
        self.book.model = self.model
        self.book.beginnings |= {row.campus_no[:BEGINNING] for row in rows}
        for place, row in enumerate(rows):
            self.take(place, row)
        self.figures.rows = len(rows)
        owners = {token: rows[place].person for place, token in reversed(self.places.items())}
        taken = {place: rows[place].person for place in (*self.places, *self.waiting)}
        self.figures.wanted = sum(times * (times - 1) // 2 for times in Counter(taken.values()).values())
        for of_one in grouped(self.places).values():
            for a, b in combinations(of_one, 2):
                self.figures.merged += 1
                self.figures.merged_rightly += rows[a].person == rows[b].person
        self.answer(rows, owners)
        return self.figures

    def take(self, place: int, row: LabelledRow) -> None:
        match = self.matched(row)
        if match.token is not None:
            self.places[place] = match.token
            known = self.book.persons[match.token]
            known.phone_index = row.phone.encode() or known.phone_index
        elif match.rivals:
            self.waiting[place] = match.rivals
            self.figures.held += 1
        else:
            self.figures.refused += 1

    def matched(self, row: LabelledRow) -> Match:
        clean = CleanRow(
            campus_no=row.campus_no,
            name=row.name,
            sex=row.sex or None,
            birth_date=row.birth,
            id_number=row.document,
            said_birth=row.birth,
            said_sex=row.sex or None,
        )
        return self.book.match(clean, row.document.encode())

    def answer(self, rows: Sequence[LabelledRow], owners: Mapping[int, str]) -> None:
        """A human who knows the truth answers each question."""
        answers = {token: token for token in self.book.persons}
        for place, rivals in self.waiting.items():
            right = [token for token in rivals if owners.get(token) == rows[place].person]
            is_veto = len(rivals) == 1
            self.figures.vetoes += is_veto
            self.figures.vetoes_right += is_veto and not right
            if right:
                self.places[place] = right[0]
        documents = {token: rows[place].document for place, token in self.places.items()}
        everyone = self.book.persons.values()
        for found in find_duplicates(everyone, everyone, lambda asked: {t: documents[t] for t in asked}, self.model):
            is_one = owners[found.left] == owners[found.right]
            self.figures.suggested += 1
            self.figures.suggested_right += is_one
            if is_one:
                answers[root(answers, found.right)] = root(answers, found.left)
        together = grouped({place: root(answers, token) for place, token in self.places.items()})
        for of_one in together.values():
            same = Counter(rows[place].person for place in of_one)
            self.figures.found_with_queue += sum(times * (times - 1) // 2 for times in same.values())


def root(answers: Mapping[int, int], token: int) -> int:
    while answers[token] != token:
        token = answers[token]
    return token


def grouped(places: Mapping[int, int]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for place, token in places.items():
        found[token].append(place)
    return found


def lines_of(figures: Figures) -> Iterator[tuple[str, float]]:
    for name in ("precision", "recall", "recall_with_queue", "questions", "truly_one"):
        yield name, getattr(figures, name)
