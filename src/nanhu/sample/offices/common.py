"""What all offices do alike: the cells of a person, and what they say."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from nanhu.sample import codes
from nanhu.sample.rows import Claim

if TYPE_CHECKING:
    from datetime import date

    from nanhu.sample.dirt import Dirt
    from nanhu.sample.persons import Human
    from nanhu.sample.rows import Cell, Layout


def person_cells(layout: Layout, human: Human, dirt: Dirt, *, old_forms: bool) -> tuple[dict[str, Cell], Claim]:
    """The cells every office has of a person, and what they say."""
    sex, sex_said = codes.sex_cell(dirt, human)
    ethnic, ethnic_said = codes.ethnic_cell(dirt, human)
    phone, phone_said = phone_cell(dirt, human.phone)
    cells: dict[str, Cell] = {
        layout.name: dirt.name(human.name),
        layout.sex: sex,
        layout.ethnic: ethnic,
        layout.nationality: codes.country_cell(dirt, human),
        layout.document_kind: codes.document_kind_cell(dirt, human),
        layout.document: dirt.document(human.document_number, birth_date=human.birth_date, old_forms=old_forms),
        layout.phone: phone,
    }
    claim = Claim(
        name=human.name,
        sex=sex_said,
        birth_date=human.birth_date,
        nationality=human.nationality,
        document_kind=human.document_kind,
        document_number=human.document_number,
        ethnic=ethnic_said,
        phone=phone_said,
    )
    return cells, claim


def birth_on_paper(dirt: Dirt, human: Human) -> date:
    """The birth date the office wrote; now and then it contradicts the ID number, which is right."""
    has_number = len(human.document_number) == 18 and human.document_number[:17].isdecimal()
    if has_number and dirt.happens("contradicting_columns"):
        return human.birth_date + timedelta(days=dirt.rng.choice((-30, -1, 1, 10, 365)))
    return human.birth_date


def phone_cell(dirt: Dirt, phone: str) -> tuple[str, str | None]:
    if dirt.happens("bad_phone"):
        place = dirt.rng.randrange(3, 11)
        return dirt.rng.choice((phone[:place] + phone[place + 1 :], "无", "")), None
    return dirt.phone(phone), phone
