"""Judging rows: cleaned, then matched one after another in the order of the file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Final

from msgspec.structs import replace

from nanhu.platforms.datahub.cleaning.lookups import Lookups
from nanhu.platforms.datahub.cleaning.names import folded
from nanhu.platforms.datahub.cleaning.person import CleanRow, clean_person
from nanhu.platforms.datahub.cleaning.text import Cell, is_empty, text_of
from nanhu.platforms.datahub.findings import Finding
from nanhu.platforms.datahub.matching.book import BEGINNING, Known, Match, PersonBook
from nanhu.platforms.datahub.matching.evidence import is_near_number
from nanhu.platforms.datahub.matching.model import model_in_use
from nanhu.platforms.datahub.models import KnownDocument, LandingRow, Review
from nanhu.platforms.datahub.reading.headers import CONSTANT, parts_of
from nanhu.platforms.datahub.services.landing import StoredRow
from nanhu.platforms.datahub.services.skip import Skips
from nanhu.platforms.datahub.sources import SourceSpec
from nanhu.platforms.people import api as people

EMPTY_CELLS: Final[frozenset[Cell]] = frozenset({None, "", " ", "-", "—", "/", "无"})
STATES: Final = LandingRow.State
FILLED: Final[dict[tuple[str, ...], tuple[str, ...]]] = {}
"""Rows of a file mostly say the same fields: one list for all of them."""
MOST_FILLED: Final = 1000


@dataclass(slots=True)
class Judged:
    """A row with what became of it. `campus_no` also of a refused one; `shown_no`: the same, where it is surely one and may be
    shown; `filled`: the fields that it says something of; `score`: of a hundred, where the model vetoed; `is_torn`: with a line beside
    it, it has just the cells of one."""

    row_id: int
    line: int
    state: str
    clean: CleanRow | None = None
    findings: list[Finding] = field(default_factory=list)
    token: int | None = None
    rivals: tuple[int, ...] = ()
    score: int | None = None
    campus_no: str = ""
    shown_no: str = ""
    filled: tuple[str, ...] = ()
    is_torn: bool = False

    def reject(self, *findings: Finding) -> None:
        self.state = STATES.REJECTED.value
        self.findings += findings


def clean_rows(
    spec: SourceSpec, columns: Mapping[str, str], rows: Iterable[StoredRow], lookups: Lookups, today: date
) -> list[Judged]:
    judged, skips = [], Skips(columns)
    constants = {header: header.removeprefix(CONSTANT) for header in columns.values() if header.startswith(CONSTANT)}
    for row in rows:
        if constants and not skips.is_none(row.cells):
            row = replace(row, cells={**row.cells, **constants})  # noqa: PLW2901  (with what all lines say)
        judged.append(clean_row(spec, skips, row, lookups, today))
    if not lookups.is_lenient:
        refuse_torn(judged)
    return judged


def clean_row(spec: SourceSpec, skips: Skips, row: StoredRow, lookups: Lookups, today: date) -> Judged:
    columns = skips.columns
    judged = Judged(row.row_id, row.line, STATES.ACCEPTED.value, is_torn=row.is_torn)
    if skips.is_none(row.cells):
        judged.state = STATES.SKIPPED.value
        judged.findings.append(Finding("not_a_record"))
        return judged
    judged.campus_no = spec.number.clean(row.cells.get(columns.get("campus_no", ""))) if spec.number else ""
    judged.filled = filled_fields(columns, row.cells)
    clean, findings = clean_person(spec, columns, row.cells, lookups, today)
    judged.findings += [*shape_findings(columns, row), *findings]
    is_refused = any(finding.severity == "reject" for finding in judged.findings)
    if clean is None or (is_refused and not lookups.is_lenient):
        judged.state = STATES.REJECTED.value
    else:
        judged.clean = clean
    return judged


def refuse_torn(rows: Sequence[Judged]) -> None:
    """Where the second half of a line cannot be read, the first ends amid a cell, however well it reads. A second that reads well is
    a row of its own."""
    pairs = [(one, other) for one, other in pairwise(rows) if one.is_torn and other.is_torn]
    torn = [pair for pair in pairs if pair[1].state == STATES.REJECTED]
    for row in {row.row_id: row for pair in torn for row in pair if row.state != STATES.SKIPPED}.values():
        row.state, row.clean = STATES.REJECTED.value, None
        row.findings.insert(0, Finding("line_torn"))


def filled_fields(columns: Mapping[str, str], cells: Mapping[str, Cell]) -> tuple[str, ...]:
    found = tuple(name for name, header in columns.items() if cells.get(header) not in EMPTY_CELLS)
    return FILLED.setdefault(found, found) if len(FILLED) < MOST_FILLED else found


def shape_findings(columns: Mapping[str, str], row: StoredRow) -> list[Finding]:
    found = [Finding("too_many_cells", "", {"value": row.extra})] if row.extra else []
    read = {one for header in columns.values() for one in parts_of(header)} if row.formulas else set()
    for header in row.formulas:
        if header in read:
            code = "formula_without_value" if is_empty(text_of(row.cells.get(header))) else "formula_value"
            found.append(Finding(code, "", {"value": header}))
    return found


def read_book() -> PersonBook:
    """Everyone, with every document and campus number they ever had, and what stewards decided."""
    book = PersonBook(model=model_in_use())
    voids: dict[int, Known] = {}
    for one in people.known_people():
        known = Known(one.person_id, one.name, one.name_source, {one.name}, one.birth_date, one.sex, one.phone_index)
        if one.is_void:
            voids[one.person_id] = known
            continue
        book.add(known)
        if one.document_index:
            known.document = one.document_index
            book.hold(one.person_id, one.document_index, kind=one.document_kind, country=one.nationality)
    for campus_no, person_id in people.campus_numbers().items():
        if person_id in book.persons:
            book.by_number[campus_no] = person_id
            book.beginnings.add(campus_no[:BEGINNING])
            book.persons[person_id].numbers.add(campus_no)
    if voids:
        book.voids = {number: voids[one] for number, one in people.void_numbers().items() if one in voids}
    read_documents(book)
    read_decisions(book)
    return book


def read_documents(book: PersonBook) -> None:
    """Of persons who had several, and of records that were merged; with the campus number whose row brought each."""
    known = KnownDocument.objects.order_by("id").values_list("index", "person_id", "kind", "nationality", "campus_no")
    listed: list[tuple[bytes, int, str, str, str]] = [(bytes(row[0]), *row[1:]) for row in known.iterator()]
    listed += [(index, person_id, "", "", "") for index, person_id in people.merged_documents()]
    heirs = people.heirs({one[1] for one in listed})
    for index, person_id, kind, country, campus_no in listed:
        person = book.persons.get(heirs.get(person_id, person_id))
        if person is not None:
            book.hold(person.token, index, kind=kind, country=country, campus_no=campus_no)
            if campus_no:
                person.documents[index] = campus_no


def read_decisions(book: PersonBook) -> None:
    """Whether who is known under a number is also who rows call otherwise."""
    decided = Review.objects.filter(right=None).exclude(state=Review.State.OPEN).order_by("id")
    listed = list(decided.values_list("left_id", "alias", "state"))
    heirs = people.heirs({one[0] for one in listed})
    for person_id, alias, state in listed:
        book.decided[heirs.get(person_id, person_id), folded(alias)] = state == Review.State.SAME


def match_rows(spec: SourceSpec, rows: Sequence[Judged], book: PersonBook) -> None:
    waiting = [row for row in rows if row.clean is not None]
    numbers = sorted({row.clean.id_number for row in waiting if row.clean and row.clean.id_number})
    book.indexes = people.document_indexes(numbers)
    if spec.kind == "persons":
        fresh = [
            row.clean
            for row in waiting
            if row.clean and not book.owner_of(book.indexes[row.clean.id_number or ""], row.clean)
        ]
        book.beginnings |= {clean.campus_no[:BEGINNING] for clean in fresh}
    for row in rows:
        row.shown_no = row.campus_no if book.is_number(row.campus_no) else ""
    for row in waiting:
        if row.clean is not None:
            settle(row, match_one(spec, row.clean, book))


def match_one(spec: SourceSpec, clean: CleanRow, book: PersonBook) -> Match:
    if spec.kind == "contacts":
        return book.match_contact(clean)
    return book.match(clean, book.indexes[clean.id_number or ""])


def settle(row: Judged, match: Match) -> None:
    row.token, row.rivals, row.score = match.token, match.rivals, match.score
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
