"""Within one file: the rows of a person become one record. The later row stands where it has a value."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Any, Final

from nanhu.platforms.datahub.cleaning.names import folded
from nanhu.platforms.datahub.cleaning.person import CleanRow, is_same_month
from nanhu.platforms.datahub.matching.book import Known, PersonBook
from nanhu.platforms.datahub.services.judging import Judged
from nanhu.platforms.datahub.sources import SURVIVORSHIP, SourceSpec
from nanhu.platforms.people import api as people

PERSON_FIELDS: Final = ("ethnicity", "phone", "email")
PAPER_FIELDS: Final = ("document_kind", "id_number", "sex", "birth_date", "nationality")
"""What is written in a document is said together, or not at all."""
AFFILIATION_FIELDS: Final = ("unit_code", "category", "category_name", "status_name", "starts_on", "ends_on", "state")


PERSON_VALUES, PAPER_VALUES, AFFILIATION_VALUES = (
    attrgetter(*names) for names in (PERSON_FIELDS, PAPER_FIELDS, AFFILIATION_FIELDS)
)


def said_in(row: CleanRow, names: Iterable[str], values: Callable[[CleanRow], Iterable[Any]]) -> dict[str, Any]:
    return {name: value for name, value in zip(names, values(row), strict=True) if value is not None and value != ""}


@dataclass(slots=True)
class Survivor:
    """What is left of a person's rows."""

    token: int
    said: dict[str, Any] = field(default_factory=dict)
    papers: dict[str, "Paper"] = field(default_factory=dict)
    affiliations: dict[str, dict[str, Any]] = field(default_factory=dict)

    def hear(self, row: CleanRow, spec: SourceSpec) -> None:
        self.said |= said_in(row, PERSON_FIELDS, PERSON_VALUES)
        if spec.kind == "contacts":
            return
        if row.id_number:
            values = said_in(row, PAPER_FIELDS, PAPER_VALUES)
            before = self.papers.pop(row.id_number, None)
            known = before.values if before else {}
            values |= {"birth_date": known["birth_date"]} if row.fits_month(known.get("birth_date")) else {}
            is_month = row.is_birth_month and values.get("birth_date") == row.birth_date
            self.papers[row.id_number] = Paper(row.campus_no, known | values, is_month)
        if "name" not in self.said or folded(self.said["name"]) != folded(row.name):
            self.said["name"] = row.name
        values = said_in(row, AFFILIATION_FIELDS, AFFILIATION_VALUES)
        self.affiliations.setdefault(row.campus_no, {}).update(values)


@dataclass(frozen=True, slots=True)
class Paper:
    """A document, and the last row that named it. `is_month`: no day of birth was said."""

    campus_no: str
    values: dict[str, Any]
    is_month: bool = False

    def said_of(self, birth_date: date | None) -> dict[str, Any]:
        """A month does not replace a day in it."""
        is_within = self.is_month and is_same_month(self.values.get("birth_date"), birth_date)
        return {name: value for name, value in self.values.items() if not (is_within and name == "birth_date")}


def paper_to_say(papers: Mapping[str, Paper], known: Known, indexes: Mapping[str, bytes]) -> dict[str, Any]:
    """Of several documents one is current. It stays while the file names it; another takes its place where it is new, or
    where the same campus number said otherwise before; so no document flips with each file."""
    named = {indexes[number]: paper for number, paper in papers.items()}
    born = None if known.is_fresh else known.birth_date
    if known.document in named:
        return named[known.document].said_of(born)
    brought_by = known.documents.get(known.document or b"", "") or only_number(known)
    fresh = [
        paper
        for index, paper in named.items()
        if known.document is None
        or index in known.learned
        or index not in known.documents
        or paper.campus_no == brought_by
    ]
    return fresh[-1].said_of(born) if fresh else {}


def only_number(known: Known) -> str:
    return next(iter(known.numbers)) if len(known.numbers) == 1 else ""


def survivors_of(rows: Iterable[Judged], spec: SourceSpec) -> dict[int, Survivor]:
    survivors: dict[int, Survivor] = {}
    for row in rows:
        if row.token is not None and row.clean is not None:
            survivors.setdefault(row.token, Survivor(row.token)).hear(row.clean, spec)
    return survivors


def records_of(survivors: Iterable[Survivor], spec: SourceSpec, book: PersonBook) -> list[people.PersonRecord]:
    return [record_of(survivor, spec, book.persons[survivor.token], book.indexes) for survivor in survivors]


def record_of(survivor: Survivor, spec: SourceSpec, known: Known, indexes: Mapping[str, bytes]) -> people.PersonRecord:
    said = survivor.said | paper_to_say(survivor.papers, known, indexes)
    if known.name_source == spec.key and "name" in said and folded(said["name"]) == folded(known.name):
        said["name"] = known.name  # only another spelling: it stays as it was first written
    affiliations = tuple(
        people.AffiliationRecord(kind=spec.affiliation, campus_no=campus_no, **values)
        for campus_no, values in survivor.affiliations.items()
    )
    person_id = survivor.token if survivor.token > 0 else None
    return people.PersonRecord(key=str(survivor.token), person_id=person_id, affiliations=affiliations, **said)


def origin_of(spec: SourceSpec, batch_no: int) -> people.Origin:
    return people.Origin(source=spec.key, title=str(spec.office), batch_no=batch_no, precedence=SURVIVORSHIP)
