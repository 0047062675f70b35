"""Persons as identity_front_verdict answers them, as the golden record's own card, so that the same code reads it."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from nanhu.platforms.people import api as people

UNKNOWN_DAY = date.min
LIVE = ("active", "suspended")

type Tie = tuple[
    int, str, str, str | None, str | None, str | None, str | None, str | None, str | None, str, str, str, str
]


class PersonFacts(msgspec.Struct):
    """The function's answer."""

    person: int
    public_id: UUID
    name: str
    sex: str
    email: str
    authenticated_at: datetime
    is_primary: bool
    campus_no: str
    ties: list[Tie]


class Owner(NamedTuple):
    facts: PersonFacts
    card: people.PersonCard


decode = msgspec.json.Decoder(PersonFacts).decode


def owner_of(answer: bytes) -> Owner:
    """Days, unit's path, phone and photo are not told: front/registry.py says which attributes need none of them."""
    facts = decode(answer)
    return Owner(
        facts,
        people.PersonCard(
            person_id=facts.person,
            public_id=facts.public_id,
            name=facts.name,
            pinyin="",
            sex=facts.sex,
            affiliations=tuple(tie_of(tie) for tie in facts.ties),
            phone_masked="",
            email=facts.email,
            photo_url="",
        ),
    )


def tie_of(tie: Tie) -> people.AffiliationCard:
    affiliation_id, kind, campus_no, unit_code, unit_name, *above, category, category_name, status_name, state = tie
    department_code, department_name, class_code, class_name = (one or "" for one in above)
    return people.AffiliationCard(
        affiliation_id=affiliation_id,
        kind=kind,
        campus_no=campus_no,
        unit_code=unit_code or "",
        unit_name=unit_name or "",
        unit_path="",
        category=category,
        category_name=category_name,
        status_name=status_name,
        starts_on=UNKNOWN_DAY,
        ends_on=None,
        state=state,
        is_live=state in LIVE,
        department_code=department_code,
        department_name=department_name,
        class_code=class_code,
        class_name=class_name,
    )
