"""Matching rows to persons: rows find their person by document, by campus number, and never by name alone. Where a number agrees
and the trained model says that they are two, a human decides."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

import msgspec
from msgspec.structs import replace

from nanhu.platforms.datahub.cleaning.contacts import clean_phone
from nanhu.platforms.datahub.cleaning.documents import PASSPORT
from nanhu.platforms.datahub.cleaning.names import folded, is_near
from nanhu.platforms.datahub.cleaning.person import CleanRow
from nanhu.platforms.datahub.findings import Finding
from nanhu.platforms.datahub.matching.evidence import levels_of, traits_of
from nanhu.platforms.datahub.matching.model import VETO, Model

BEGINNING: Final = 4
"""So many characters say the cohort of a campus number."""
SAME, OTHER = "same", "another"
"""All that is known of two documents that nobody opened: whether they differ."""


@dataclass(slots=True)
class Known:
    """A person as the matcher sees them. `token` is the person's id, or a negative number for one yet to be made. `document`
    is the current one, `documents` all they ever had, with the campus number whose row brought each; `learned`: of these rows."""

    token: int
    name: str
    name_source: str = ""
    names: set[str] = field(default_factory=set)
    birth_date: date | None = None
    sex: str = "0"
    phone_index: bytes | None = None
    document: bytes | None = None
    documents: dict[bytes, str] = field(default_factory=dict)
    learned: frozenset[bytes] = frozenset()
    numbers: set[str] = field(default_factory=set)
    is_fresh: bool = False

    def is_called(self, name: str) -> bool:
        wanted = folded(name)
        return any(folded(own) == wanted for own in self.names)

    def is_nearly_called(self, name: str) -> bool:
        return any(is_near(own, name) for own in self.names)


class Match(msgspec.Struct, frozen=True, gc=False):
    """`token` None: the row is refused or held. `rivals`: the persons the evidence points to when it disagrees; `score`: of a
    hundred, where the model vetoed."""

    token: int | None
    findings: tuple[Finding, ...] = ()
    rivals: tuple[int, ...] = ()
    is_new: bool = False
    score: int | None = None


class Holder(msgspec.Struct, frozen=True, gc=False):
    """Who has a document. Countries number their passports each for itself, and kinds of documents do."""

    token: int
    kind: str
    country: str

    def fits(self, kind: str, country: str) -> bool:
        """What is not known fits."""
        if kind and self.kind and kind != self.kind:
            return False
        return kind != PASSPORT or not country or not self.country or country == self.country


@dataclass(slots=True)
class PersonBook:
    """Everyone known, by every number they ever had; grows while rows are read. `voids`: by campus number, who is known of
    batches that were rolled back alone. `decided`: what stewards said of a person under another name.
    `beginnings`: of the campus numbers; `model`: None where exact keys are alone."""

    persons: dict[int, Known] = field(default_factory=dict)
    by_document: dict[bytes, list[Holder]] = field(default_factory=dict)
    voids: dict[str, Known] = field(default_factory=dict)
    decided: dict[tuple[int, str], bool] = field(default_factory=dict)
    indexes: dict[str, bytes] = field(default_factory=dict)
    by_number: dict[str, int] = field(default_factory=dict)
    beginnings: set[str] = field(default_factory=set)
    next_token: int = -1
    model: Model | None = None

    def add(self, known: Known) -> None:
        self.persons[known.token] = known

    def hold(self, token: int, document: bytes, *, kind: str, country: str, campus_no: str = "") -> None:
        """Learn of a document; where two claim it, whoever came first has it."""
        holders = self.by_document.setdefault(document, [])
        if not any(one.fits(kind, country) for one in holders):
            holders.append(Holder(token, kind, country))
        self.persons[token].documents.setdefault(document, campus_no)

    def is_number(self, campus_no: str) -> bool:
        """Not the phone that stands in its column where columns are exchanged: that has eleven digits as well."""
        return not clean_phone(campus_no) or campus_no[:BEGINNING] in self.beginnings

    def owner_of(self, document: bytes, row: CleanRow) -> int | None:
        fitting = [
            one
            for one in self.by_document.get(document, ())
            if one.fits(row.document_kind or "", row.nationality or "")
        ]
        named = [one for one in fitting if self.persons[one.token].is_called(row.name)]
        return next((one.token for one in named or fitting), None)

    def match(self, row: CleanRow, document: bytes) -> Match:
        """A row of a register, with the blind index of its document."""
        owner, holder = self.owner_of(document, row), self.by_number.get(row.campus_no)
        if owner is None and holder is None:
            return self._newcomer(row, document)
        if owner is not None and holder is None and self.persons[owner].numbers and not self.is_number(row.campus_no):
            return Match(None, (Finding("campus_no_phone", "campus_no"),))
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
            known.learned |= set() if document in known.documents else {document}
            kind, country = row.document_kind or "", row.nationality or ""
            self.hold(token, document, kind=kind, country=country, campus_no=row.campus_no)

    def _newcomer(self, row: CleanRow, document: bytes) -> Match:
        """Who is void comes back where number and name are the same; nothing else that was said of them counts."""
        void = self.voids.get(row.campus_no)
        is_back = void is not None and void.token not in self.persons and void.is_called(row.name)
        token = void.token if void and is_back else self.next_token
        self.next_token -= not is_back
        known = Known(token, row.name, birth_date=row.birth_date, sex=row.sex or "0", is_fresh=True)
        self.add(known)
        self.accept(known.token, row, document)
        return Match(known.token, is_new=True)

    def _accept(self, token: int, row: CleanRow, document: bytes) -> Match:
        """A number that agrees does not outvote everything else."""
        known = self.persons[token]
        if known.is_called(row.name) or self.decided.get((token, folded(row.name))):
            self.accept(token, row, document)
            return Match(token)
        if (token, folded(row.name)) in self.decided:
            return Match(None, (Finding("decided_different", "id_number"),))
        if is_contradicted(known, row):
            return Match(None, (Finding("identity_contradicts", "id_number"),), rivals=(token,))
        if (doubt := self.doubt(known, row, is_same_document=True)) is not None:
            return doubt
        is_near_name = known.is_nearly_called(row.name)
        self.accept(token, row, document)
        return Match(token, () if is_near_name else (Finding("name_changed", "name", {"value": row.name}),))

    def _by_number(self, holder: int, row: CleanRow, document: bytes) -> Match:
        known = self.persons[holder]
        if not known.is_called(row.name):
            return Match(None, (Finding("campus_no_taken", "campus_no", {"value": row.campus_no}),))
        code = "document_changed" if known.documents else ""
        decided = self.decided.get((holder, folded(row.name)))
        if code and not decided and (doubt := self.doubt(known, row, is_same_document=False)) is not None:
            return doubt if decided is None else Match(None, (Finding("decided_different", "id_number"),))
        self.accept(holder, row, document)
        return Match(holder, (Finding(code, "id_number"),) if code else ())

    def doubt(self, known: Known, row: CleanRow, *, is_same_document: bool) -> Match | None:
        """The model's veto. A phone is left out, for families share one and twins are who it is about; so is a birth date that
        agrees because the document says it, or of which the month alone is said."""
        if self.model is None:
            return None
        says_nothing = row.fits_month(known.birth_date) or (is_same_document and row.birth_date == known.birth_date)
        birth = None if says_nothing else row.birth_date
        said = traits_of(row.name, birth=birth, sex=row.sex, document=SAME, numbers=[row.campus_no])
        document = SAME if is_same_document else OTHER
        own = traits_of("", birth=known.birth_date, sex=known.sex, document=document, numbers=known.numbers)
        probability = max(
            self.model.probability(levels_of(replace(own, name=folded(name)), said)) for name in known.names
        )
        if probability >= VETO:
            return None
        score = int(100 * probability)
        column = "id_number" if is_same_document else "campus_no"
        finding = Finding("model_doubts", column, {"probability": score})
        return Match(None, (finding,), rivals=(known.token,), score=score)

    def _torn(self, owner: int, holder: int, row: CleanRow) -> Match:
        """The document is one person's, the campus number another's."""
        if self.persons[owner].is_called(row.name) and not self.persons[holder].is_called(row.name):
            return Match(None, (Finding("campus_no_taken", "campus_no", {"value": row.campus_no}),))
        return Match(None, (Finding("conflicting_evidence", "id_number"),), rivals=(owner, holder))


def is_contradicted(known: Known, row: CleanRow) -> bool:
    """Of a row under another name: its own birth date or sex is not theirs; or nothing else says that it is them."""
    said_birth = row.birth_date if row.is_birth_month and not row.fits_month(known.birth_date) else row.said_birth
    is_other_birth = said_birth is not None and known.birth_date is not None and said_birth != known.birth_date
    is_other_sex = row.said_sex is not None and {row.said_sex, known.sex} == {"1", "2"}
    if is_other_birth or is_other_sex:
        return True
    is_borne_out = row.said_birth is not None or row.campus_no in known.numbers
    return not is_borne_out and not known.is_nearly_called(row.name)
