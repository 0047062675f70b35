"""Judging rows: cleaned, then matched one after another in the order of the file."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from nanhu.platforms.datahub.cleaning.person import CleanRow, clean_person
from nanhu.platforms.datahub.cleaning.text import is_empty, text_of
from nanhu.platforms.datahub.cleaning.units import UnitBook
from nanhu.platforms.datahub.findings import Finding
from nanhu.platforms.datahub.matching.book import Known, Match, PersonBook, is_near_number
from nanhu.platforms.datahub.models import KnownDocument, LandingRow
from nanhu.platforms.datahub.services.landing import StoredRow
from nanhu.platforms.datahub.services.skip import is_no_record
from nanhu.platforms.datahub.sources import SourceSpec
from nanhu.platforms.people import api as people

STATES: Final = LandingRow.State


@dataclass(slots=True)
class Judged:
    """A row with what became of it."""

    row_id: int
    line: int
    state: str
    clean: CleanRow | None = None
    findings: list[Finding] = field(default_factory=list)
    token: int | None = None
    rivals: tuple[int, ...] = ()

    def reject(self, *findings: Finding) -> None:
        self.state = STATES.REJECTED.value
        self.findings += findings


def clean_rows(
    spec: SourceSpec, columns: Mapping[str, str], rows: Iterable[StoredRow], units: UnitBook, today: date
) -> Iterable[Judged]:
    for row in rows:
        yield clean_row(spec, columns, row, units, today)


def clean_row(spec: SourceSpec, columns: Mapping[str, str], row: StoredRow, units: UnitBook, today: date) -> Judged:
    judged = Judged(row.row_id, row.line, STATES.ACCEPTED.value)
    if is_no_record(row.cells, columns):
        judged.state = STATES.SKIPPED.value
        judged.findings.append(Finding("not_a_record"))
        return judged
    clean, findings = clean_person(spec, columns, row.cells, units, today)
    judged.findings += [*shape_findings(columns, row), *findings]
    if clean is None or any(finding.severity == "reject" for finding in judged.findings):
        judged.state = STATES.REJECTED.value
    else:
        judged.clean = clean
    return judged


def shape_findings(columns: Mapping[str, str], row: StoredRow) -> list[Finding]:
    found = [Finding("too_many_cells", "", {"value": row.extra})] if row.extra else []
    for header in row.formulas:
        if header in columns.values():
            code = "formula_without_value" if is_empty(text_of(row.cells.get(header))) else "formula_value"
            found.append(Finding(code, "", {"value": header}))
    return found


def read_book() -> PersonBook:
    """Everyone, with every document and campus number they ever had."""
    book = PersonBook()
    for one in people.known_people():
        known = Known(one.person_id, one.name, one.name_source, {one.name}, one.birth_date, one.sex, one.phone_index)
        book.add(known, documents=[one.document_index] if one.document_index else [])
    for campus_no, person_id in people.campus_numbers().items():
        if person_id in book.persons:
            book.by_number[campus_no] = person_id
            book.persons[person_id].numbers.add(campus_no)
    known_documents = dict(KnownDocument.objects.values_list("index", "person_id"))
    heirs = people.heirs(known_documents.values())
    for index, person_id in known_documents.items():
        token = heirs.get(person_id, person_id)
        if token in book.persons:
            book.by_document.setdefault(bytes(index), token)
    return book


def match_rows(spec: SourceSpec, rows: Iterable[Judged], book: PersonBook) -> None:
    waiting = [row for row in rows if row.clean is not None]
    numbers = sorted({row.clean.id_number for row in waiting if row.clean and row.clean.id_number})
    indexes = people.document_indexes(numbers)
    for row in waiting:
        if row.clean is not None:
            settle(row, match_one(spec, row.clean, book, indexes))


def match_one(spec: SourceSpec, clean: CleanRow, book: PersonBook, indexes: Mapping[str, bytes]) -> Match:
    if spec.kind == "contacts":
        return book.match_contact(clean)
    return book.match(clean, indexes[clean.id_number or ""])


def settle(row: Judged, match: Match) -> None:
    row.token, row.rivals = match.token, match.rivals
    if match.rivals:
        row.state = STATES.HELD.value
        row.findings += match.findings
    elif match.token is None:
        row.reject(*match.findings)
    else:
        row.findings += match.findings


def flag_slips(rows: Iterable[Judged], documents: Callable[[set[int]], Mapping[int, str]]) -> None:
    """A changed document that is nearly the old one is rather a slip of the pen: said so, for a human to look."""
    listed = list(rows)
    changed = [row for row in listed if any(finding.code == "document_changed" for finding in row.findings)]
    tokens = {row.token for row in changed if row.token is not None}
    if not tokens:
        return
    numbers: dict[int, set[str]] = {
        token: {number} for token, number in documents({t for t in tokens if t > 0}).items()
    }
    for row in listed:
        if row.token in tokens and row.clean is not None and row.clean.id_number:
            numbers.setdefault(row.token or 0, set()).add(row.clean.id_number)
    for row in changed:
        own = (row.clean.id_number or "") if row.clean else ""
        if any(is_near_number(own, other) for other in numbers[row.token or 0]):
            row.findings = [
                Finding("document_transposed", f.column) if f.code == "document_changed" else f for f in row.findings
            ]
