"""Matching rows to persons: rows find their person by document, by campus number, and never by name alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from nanhu.platforms.datahub.cleaning.documents import is_one_off, is_transposed
from nanhu.platforms.datahub.cleaning.names import folded, is_near
from nanhu.platforms.datahub.cleaning.person import CleanRow
from nanhu.platforms.datahub.findings import Finding


@dataclass(slots=True)
class Known:
    """A person as the matcher sees them. `token` is the person's id, or a negative number for one yet to be made."""

    token: int
    name: str
    name_source: str = ""
    names: set[str] = field(default_factory=set)
    birth_date: date | None = None
    sex: str = "0"
    phone_index: bytes | None = None
    documents: set[bytes] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)

    def is_called(self, name: str) -> bool:
        wanted = folded(name)
        return any(folded(own) == wanted for own in self.names)

    def is_nearly_called(self, name: str) -> bool:
        return any(is_near(own, name) for own in self.names)


@dataclass(frozen=True, slots=True)
class Match:
    """`token` None: the row is refused or held. `rivals`: the persons the evidence points to when it disagrees."""

    token: int | None
    findings: tuple[Finding, ...] = ()
    rivals: tuple[int, ...] = ()
    is_new: bool = False


@dataclass(slots=True)
class PersonBook:
    """Everyone known, by every number they ever had; grows while rows are read."""

    persons: dict[int, Known] = field(default_factory=dict)
    by_document: dict[bytes, int] = field(default_factory=dict)
    by_number: dict[str, int] = field(default_factory=dict)
    next_token: int = -1

    def add(self, known: Known, *, documents: Iterable[bytes] = (), numbers: Iterable[str] = ()) -> None:
        self.persons[known.token] = known
        for document in documents:
            self.by_document[document] = known.token
            known.documents.add(document)
        for number in numbers:
            self.by_number[number] = known.token

    def match(self, row: CleanRow, document: bytes) -> Match:
        """A row of a register, with the blind index of its document."""
        owner, holder = self.by_document.get(document), self.by_number.get(row.campus_no)
        if owner is None and holder is None:
            return self._newcomer(row, document)
        if owner is not None and holder in {None, owner}:
            return self._accept(owner, row, document)
        if owner is None and holder is not None:
            return self._by_number(holder, row, document)
        return self._torn(owner or 0, holder or 0, row)

    def match_contact(self, row: CleanRow) -> Match:
        """A row without a document: the number must exist and the name must be nearly the same."""
        holder = self.by_number.get(row.campus_no)
        if holder is None:
            return Match(None, (Finding("person_unknown", "campus_no", {"value": row.campus_no}),))
        if not self.persons[holder].is_nearly_called(row.name):
            return Match(None, (Finding("name_mismatch", "name", {"value": row.campus_no}),))
        return Match(holder)

    def accept(self, token: int, row: CleanRow, document: bytes | None) -> None:
        """Learn what an accepted row says."""
        known = self.persons[token]
        known.names.add(row.name)
        known.numbers.add(row.campus_no)
        self.by_number.setdefault(row.campus_no, token)
        if document is not None:
            self.by_document.setdefault(document, token)
            known.documents.add(document)

    def _newcomer(self, row: CleanRow, document: bytes) -> Match:
        known = Known(self.next_token, row.name, birth_date=row.birth_date, sex=row.sex or "0")
        self.next_token -= 1
        self.persons[known.token] = known
        self.accept(known.token, row, document)
        return Match(known.token, is_new=True)

    def _accept(self, token: int, row: CleanRow, document: bytes) -> Match:
        findings = (
            ()
            if self.persons[token].is_nearly_called(row.name)
            else (Finding("name_changed", "name", {"value": row.name}),)
        )
        self.accept(token, row, document)
        return Match(token, findings)

    def _by_number(self, holder: int, row: CleanRow, document: bytes) -> Match:
        known = self.persons[holder]
        if not known.is_called(row.name):
            return Match(None, (Finding("campus_no_taken", "campus_no", {"value": row.campus_no}),))
        code = "document_changed" if known.documents else ""
        self.accept(holder, row, document)
        return Match(holder, (Finding(code, "id_number"),) if code else ())

    def _torn(self, owner: int, holder: int, row: CleanRow) -> Match:
        """The document is one person's, the campus number another's."""
        if self.persons[owner].is_called(row.name) and not self.persons[holder].is_called(row.name):
            return Match(None, (Finding("campus_no_taken", "campus_no", {"value": row.campus_no}),))
        return Match(None, (Finding("conflicting_evidence", "id_number"),), rivals=(owner, holder))


def is_near_number(left: str, right: str) -> bool:
    """So alike that one is probably a slip of the other. Reason to ask, never to merge."""
    return is_transposed(left, right) or is_one_off(left, right)
