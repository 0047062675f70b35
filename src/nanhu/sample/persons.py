"""The real people of the campus, before any office writes them down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

Kind = Literal["student", "staff", "temporary"]
State = Literal["active", "suspended", "ended"]


@dataclass(slots=True)
class Affiliation:
    kind: Kind
    campus_no: str
    unit: str
    category: str
    starts_on: date
    ends_on: date | None = None
    state: State = "active"
    note: str = ""  # what the office's own state column says: 在读, 休学, 在职, 退休 …
    grade: int = 0  # year of entry of a student
    title: str = ""  # 职称 of a member of staff


@dataclass(slots=True)
class Human:
    key: str
    name: str
    sex: str  # GB/T 2261.1
    birth_date: date
    nationality: str  # GB/T 2659, alpha-3
    document_kind: str
    document_number: str
    phone: str
    ethnic: str | None  # GB/T 3304, none for foreigners
    affiliations: list[Affiliation] = field(default_factory=list)
    is_cast: bool = False
    former_name: str = ""
    former_document: str = ""

    @property
    def is_foreign(self) -> bool:
        return self.ethnic is None
