"""One row of persons, cleaned: a CleanRow where it can stand, findings where it cannot. Never raises on any cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Protocol

import msgspec

from nanhu.kernel.crypto import mask_id_number, mask_phone
from nanhu.platforms.datahub.cleaning.contacts import clean_email, clean_phone
from nanhu.platforms.datahub.cleaning.dates import clean_date, is_ambiguous, is_month
from nanhu.platforms.datahub.cleaning.documents import Document, clean_document, is_area_known
from nanhu.platforms.datahub.cleaning.lookups import Lookups
from nanhu.platforms.datahub.cleaning.names import clean_name, is_name
from nanhu.platforms.datahub.cleaning.numbers import NumberShape
from nanhu.platforms.datahub.cleaning.text import Cell, is_empty, squeezed, text_of, whole
from nanhu.platforms.datahub.codes import UNIT
from nanhu.platforms.datahub.findings import Finding

LONGEST_SHOWN: Final = 40


class Source(Protocol):
    """What a row is read by, of the source (`sources.SourceSpec`) that it came from."""

    @property
    def kind(self) -> str: ...
    @property
    def affiliation(self) -> str: ...
    @property
    def number(self) -> NumberShape | None: ...
    @property
    def status_table(self) -> str: ...


class CleanRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a row says, in the codes of the standard. None and "" say nothing. `said_…`: of its own columns, whatever the
    number of the document says; `is_birth_month`: the birth date is the first of a month of which no day was said."""

    campus_no: str
    name: str
    sex: str | None = None
    birth_date: date | None = None
    nationality: str | None = None
    ethnicity: str | None = None
    document_kind: str | None = None
    id_number: str | None = None
    phone: str | None = None
    email: str | None = None
    unit_code: str | None = None
    category: str | None = None
    category_name: str | None = None
    status_name: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    state: str | None = None
    said_sex: str | None = None
    said_birth: date | None = None
    is_birth_month: bool = False

    def fits_month(self, day: date | None) -> bool:
        """Whether it says of this birth date no more than its month."""
        return self.is_birth_month and day is not None and is_same_month(self.birth_date, day)


@dataclass(slots=True)
class Cleaning:
    """The work on one row: cells in, findings out."""

    spec: Source
    columns: Mapping[str, str]
    cells: Mapping[str, Cell]
    lookups: Lookups
    today: date
    findings: list[Finding] = field(default_factory=list)

    def cell(self, name: str) -> Cell:
        header = self.columns.get(name)
        return self.cells.get(header) if header is not None else None

    def find(self, code: str, name: str, **facts: Any) -> None:
        self.findings.append(Finding(code, name, facts))

    def shown(self, name: str) -> str:
        return text_of(self.cell(name))[:LONGEST_SHOWN]


def clean_person(
    spec: Source, columns: Mapping[str, str], cells: Mapping[str, Cell], lookups: Lookups, today: date
) -> tuple[CleanRow | None, list[Finding]]:
    """In the order of the catalogue, so that the first rejecting finding is the one that counts."""
    work = Cleaning(spec, columns, cells, lookups, today)
    campus_no, name = clean_campus_no(work), clean_person_name(work)
    said: dict[str, Any] = {"campus_no": campus_no, "name": name}
    if spec.kind == "persons":
        said |= clean_document_columns(work)
        said |= clean_category(work) | clean_unit(work) | clean_dates(work)
        said |= {"ethnicity": code_of(work, "ethnicity", "ethnicity")}
    said |= {"phone": optional_phone(work), "email": optional_email(work)}
    is_refused = any(finding.severity == "reject" for finding in work.findings)
    if is_refused and not (lookups.is_lenient and campus_no and name):
        return None, work.findings
    return CleanRow(**said), work.findings


def clean_campus_no(work: Cleaning) -> str:
    cell = work.cell("campus_no")
    text = squeezed(cell)
    if is_empty(text):
        work.find("campus_no_missing", "campus_no")
        return ""
    number = work.spec.number.clean(cell) if work.spec.number else text
    if not number:
        work.find("campus_no_malformed", "campus_no", value=work.shown("campus_no"))
    elif number != whole(text).upper():
        work.find("zeros_restored", "campus_no", value=number)
    return number


def clean_person_name(work: Cleaning) -> str:
    cell = work.cell("name")
    if is_empty(text_of(cell)):
        work.find("name_missing", "name")
        return ""
    name = clean_name(cell)
    if not is_name(name):
        work.find("name_invalid", "name", value=work.shown("name"))
    return name


def clean_document_columns(work: Cleaning) -> dict[str, Any]:
    """Sex, birth date and nationality stand with the document: a Chinese number knows them best."""
    kind = code_of(
        work, "document_kind", "document_kind"
    )  # mostly the number knows it; the spelling is reported all the same
    document = clean_document(work.cell("id_number"), kind, today=work.today)
    if document.fault:
        work.find(document.fault, "id_number", value=mask_id_number(squeezed(work.cell("id_number"))[:LONGEST_SHOWN]))
    elif document.area and not is_area_known(document.area):
        work.find("area_unknown", "id_number", value=document.area)
    born, is_bare_month = clean_birth(work, document), is_month(work.cell("birth_date"))
    said_birth = clean_date(work.cell("birth_date"))
    return {
        "id_number": document.number,
        "document_kind": document.kind,
        "sex": clean_sex(work, document),
        "birth_date": born,
        "said_birth": None if is_bare_month and is_same_month(said_birth, born) else said_birth,
        "is_birth_month": is_bare_month and document.birth_date is None,
        "said_sex": said_sex(work),
        "nationality": clean_nationality(work, document),
    }


def said_sex(work: Cleaning) -> str | None:
    code = work.lookups.code("sex", text_of(work.cell("sex")))
    return code.code if code and code.code in {"1", "2"} else None


def clean_sex(work: Cleaning, document: Document) -> str | None:
    said = code_of(work, "sex", "sex")
    if document.sex is None:
        return said if said != "0" else None
    if said in {"1", "2"} and said != document.sex:
        work.find("sex_contradicts", "sex")
    return document.sex


def clean_birth(work: Cleaning, document: Document) -> date | None:
    said = optional_date(work, "birth_date")
    if document.birth_date is None:
        return said if said is None or said <= work.today else None
    is_within = is_month(work.cell("birth_date")) and is_same_month(said, document.birth_date)
    if said is not None and said != document.birth_date and not is_within:
        work.find("birth_contradicts", "birth_date", value=said.isoformat())
    return document.birth_date


def is_same_month(one: date | None, other: date | None) -> bool:
    return one is not None and other is not None and (one.year, one.month) == (other.year, other.month)


def clean_nationality(work: Cleaning, document: Document) -> str | None:
    said = code_of(work, "nationality", "country")
    if document.nationality in {"HKG", "MAC", "TWN"}:
        return document.nationality
    return said or document.nationality


def code_of(work: Cleaning, name: str, table_key: str) -> str | None:
    """The code of an optional column; a spelling nobody knows is reported and left empty."""
    text = text_of(work.cell(name))
    code = work.lookups.code(table_key, text) if text else None
    if code is None and not is_empty(text):
        work.find("unmapped_code", name, value=text[:LONGEST_SHOWN], table=table_key)
    return code.code if code else None


def clean_category(work: Cleaning) -> dict[str, Any]:
    code = work.lookups.code("person_category", text_of(work.cell("category")))
    if code is None or not code.note.startswith(work.spec.affiliation):
        code_of_fault = "category_unknown" if work.shown("category") else "category_missing"
        work.find(code_of_fault, "category", value=work.shown("category"), table="person_category")
        return {}
    return {"category": code.code, "category_name": code.name}


def clean_unit(work: Cleaning) -> dict[str, Any]:
    code = work.lookups.unit(work.cell("unit_code"), work.cell("unit_name"))
    if code is None:
        said = work.shown("unit_code") or work.shown("unit_name")
        work.find("unit_unknown" if said else "unit_missing", "unit_code", value=said, table=UNIT)
    return {"unit_code": code}


def clean_dates(work: Cleaning) -> dict[str, Any]:
    starts_on = clean_date(work.cell("starts_on"))
    if starts_on is None:
        code = "date_ambiguous" if is_ambiguous(work.cell("starts_on")) else "date_invalid"
        work.find(code, "starts_on", value=work.shown("starts_on"))
    ends_on = optional_date(work, "ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        work.find("dates_reversed", "ends_on", start=starts_on.isoformat(), end=ends_on.isoformat())
    return {"starts_on": starts_on, "ends_on": ends_on, **clean_status(work, ends_on)}


def clean_status(work: Cleaning, ends_on: date | None) -> dict[str, Any]:
    """Without a status column the dates decide."""
    if not work.spec.status_table:
        return {"state": "ended" if ends_on and ends_on < work.today else "active"}
    text = text_of(work.cell("status"))
    status = work.lookups.code(work.spec.status_table, text) if text else None
    if status is None:
        if not is_empty(text):
            work.find("unmapped_code", "status", value=text[:LONGEST_SHOWN], table=work.spec.status_table)
        return {}
    return {"state": status.note or "active", "status_name": status.name}


def optional_date(work: Cleaning, name: str) -> date | None:
    day = clean_date(work.cell(name))
    if day is None and not is_empty(text_of(work.cell(name))):
        code = "date_two_ways" if is_ambiguous(work.cell(name)) else "date_unreadable"
        work.find(code, name, value=work.shown(name))
    return day


def optional_phone(work: Cleaning) -> str | None:
    phone = clean_phone(work.cell("phone"))
    if not phone and not is_empty(work.shown("phone")):
        work.find("phone_unreadable", "phone", value=mask_phone(work.shown("phone")))
    return phone or None


def optional_email(work: Cleaning) -> str | None:
    email = clean_email(work.cell("email"))
    if not email and not is_empty(work.shown("email")):
        work.find("email_unreadable", "email", value=work.shown("email"))
    return email or None
