"""Which value stands when rows of one person disagree: the rules of docs/rooms/sample.md, applied to what the rows say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nanhu.sample.names.tables import fold
from nanhu.sample.rows import Claim

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nanhu.sample.persons import Affiliation

IDENTITY_OFFICES = ("人事处", "教务处", "保卫处")
PHONE_OFFICES = ("人事处", "学工处", "教务处", "保卫处")
FIELDS = ("sex", "birth_date", "nationality", "ethnic", "document_kind", "document_number")


@dataclass(frozen=True, slots=True)
class Spoken:
    """An accepted row: which office says what, in the order of the file."""

    office: str
    claim: Claim


@dataclass(frozen=True, slots=True)
class Golden:
    claim: Claim
    affiliations: tuple[Affiliation, ...]


def golden(rows: Sequence[Spoken]) -> Golden:
    by_office = {office: [row.claim for row in rows if row.office == office] for office in PHONE_OFFICES}
    identity = [by_office[office] for office in IDENTITY_OFFICES]
    best = Claim(name=_name(identity), phone=_last([by_office[office] for office in PHONE_OFFICES], "phone"))
    for field in FIELDS:
        setattr(best, field, _last(identity, field))
    newest = {row.claim.affiliation.campus_no: row.claim.affiliation for row in rows if row.claim.affiliation}
    return Golden(best, tuple(newest.values()))


def _last[Value](offices: list[list[Claim]], field: str) -> Value | None:
    """The newest value of the first office that has any."""
    for claims in offices:
        for claim in reversed(claims):
            value: Value | None = getattr(claim, field)
            if value is not None:
                return value
    return None


def _name(offices: Iterable[list[Claim]]) -> str | None:
    for claims in offices:
        standing: str | None = None
        for claim in claims:
            if claim.name and (standing is None or fold(claim.name) != fold(standing)):
                standing = claim.name
        if standing:
            return standing
    return None
