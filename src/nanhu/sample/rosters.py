"""Rosters with their truth, for training and judging the matching: rows as cleaning leaves them, of persons who come again under
another name, document or number; of twins, namesakes and clerks who copied the line above."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from random import Random
from typing import TYPE_CHECKING

from nanhu.sample import id_numbers
from nanhu.sample.dirt import homophone_name, variant_name
from nanhu.sample.names import make
from nanhu.sample.population import populate

if TYPE_CHECKING:
    from pathlib import Path

    from nanhu.sample.persons import Human

AGAIN, TWINS, NAMESAKES, GIVEN_ANEW = 0.55, 0.008, 0.004, 0.0002
OTHER_PHONE, NO_PHONE, OTHER_NUMBER = 0.18, 0.08, 0.25
COPIED = 0.25
"""Of twins whom a clerk entered under the line above: with the document of the other."""


@dataclass(frozen=True, slots=True)
class RosterRow:
    person: str
    campus_no: str
    name: str
    sex: str
    birth: str
    document: str
    phone: str


def rosters(*, seed: int, people: int, today: date) -> list[RosterRow]:
    """Same arguments, same rows. First everybody as they are, then who comes again."""
    rng = Random(f"{seed}:rosters")
    everyone: list[RosterRow] = []
    first: list[RosterRow] = []
    for human in populate(seed=seed, people=people, today=today).people:
        own = row_of(human)
        met = [own]
        if rng.random() < TWINS and is_resident(own):
            met.append(twin_of(own, human, rng))
        elif rng.random() < NAMESAKES and is_resident(own):
            met.append(namesake_of(own, rng))
        everyone += met
        first.append(own)
        first += [
            replace(one, document=own.document) if is_twin(one) and rng.random() < COPIED else one for one in met[1:]
        ]
    second = [again(one, rng) for one in everyone if rng.random() < AGAIN]
    second += [given_anew(one, rng) for one in everyone if rng.random() < GIVEN_ANEW and is_resident(one)]
    rng.shuffle(second)
    return [*first, *second]


def is_twin(row: RosterRow) -> bool:
    return row.person.endswith("双")


def write_rosters(path: Path, rows: list[RosterRow]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(line_of(row), ensure_ascii=False) + "\n" for row in rows)


def line_of(row: RosterRow) -> dict[str, str | None]:
    """What is unknown of a day is null."""
    return asdict(row) | {"birth": row.birth or None}


def row_of(human: Human) -> RosterRow:
    number = human.affiliations[0].campus_no if human.affiliations else ""
    birth, document = human.birth_date.isoformat(), human.document_number
    return RosterRow(human.key, number, human.name, human.sex, birth, document, human.phone)


def is_resident(row: RosterRow) -> bool:
    return len(row.document) == 18 and row.document[0] in "123456"


def order_of(row: RosterRow) -> int:
    return int(row.document[14:17])


def numbered(row: RosterRow, *, area: str, order: int) -> str:
    return id_numbers.eighteen_digits(area=area, birth=date.fromisoformat(row.birth), order=order % 999)


def beside(number: str, rng: Random) -> str:
    """Another campus number of the same cohort."""
    return number[:-4] + f"{rng.randrange(10_000):04d}"


def twin_of(row: RosterRow, human: Human, rng: Random) -> RosterRow:
    """Same day, same home: a name that differs in one character as often as not, a document some places on, perhaps one phone."""
    name = row.name[:-1] + rng.choice("军国华平强伟明亮芳敏静丽雯婷涵")
    if rng.random() < 0.5 or name == row.name:
        name = row.name[0] + make.given_name(rng, sex=row.sex, birth_year=human.birth_date.year)
    return replace(
        row,
        person=f"{row.person}双",
        name=name if name != row.name else f"{name}安",
        campus_no=beside(row.campus_no, rng),
        document=numbered(row, area=row.document[:6], order=order_of(row) + 2 * rng.randint(1, 4)),
        phone=row.phone if rng.random() < 0.5 else other_phone(row, rng),
    )


def namesake_of(row: RosterRow, rng: Random) -> RosterRow:
    """Of the same name and day, from elsewhere."""
    area = rng.choice([one for one in ("420106", "330102", "110108", "510104") if one != row.document[:6]])
    document = numbered(row, area=area, order=order_of(row) + 2 * rng.randint(5, 80))
    number = beside(row.campus_no, rng)
    return replace(row, person=f"{row.person}名", campus_no=number, document=document, phone=other_phone(row, rng))


def given_anew(row: RosterRow, rng: Random) -> RosterRow:
    """The campus number of somebody who left, given to another of the same name: born in another year, somewhere else."""
    birth = f"{int(row.birth[:4]) + rng.randint(2, 9)}{row.birth[4:8]}{rng.randint(10, 28)}"
    other = replace(row, person=f"{row.person}新", birth=birth, phone=other_phone(row, rng))
    return replace(other, document=numbered(other, area="430602", order=order_of(row) + 2 * rng.randint(1, 90)))


def again(row: RosterRow, rng: Random) -> RosterRow:
    """The same person in another office's list, or years later."""
    if rng.random() < OTHER_NUMBER:
        row = replace(row, campus_no=years_later(row.campus_no, rng))
    row = replace(row, name=other_name(row, rng), phone=said_phone(row, rng))
    return with_other_document(row, rng)


def years_later(number: str, rng: Random) -> str:
    year = f"{(int(number[2:4]) + rng.randint(3, 6)) % 100:02d}" if number[2:4].isdecimal() else "19"
    return f"{number[:2]}{year}{number[4:-4]}{rng.randrange(10_000):04d}"


def said_phone(row: RosterRow, rng: Random) -> str:
    dice = rng.random()
    return "" if dice < NO_PHONE else other_phone(row, rng) if dice < NO_PHONE + OTHER_PHONE else row.phone


def other_phone(row: RosterRow, rng: Random) -> str:
    return f"{row.phone[:3]}{rng.randrange(10**8):08d}"


def other_name(row: RosterRow, rng: Random) -> str:
    dice = rng.random()
    if dice < 0.010:
        return variant_name(rng, row.name)
    if dice < 0.022:
        return homophone_name(rng, row.name)
    if dice < 0.026 and len(row.name) > 2:
        return row.name[:-1] + rng.choice("文华明平芳")
    return row.name


def with_other_document(row: RosterRow, rng: Random) -> RosterRow:
    """Passports are renewed and mistyped; a resident's number that is wrong is mostly told by its last character. Where no number
    says it, a birth date is mistyped, too."""
    dice = rng.random()
    if is_resident(row):
        if dice < 0.002:
            return replace(row, document=numbered(row, area=row.document[:6], order=order_of(row) + 2))
        return typed_birth(replace(row, document=f"H{rng.randrange(10**8):08d}"), rng) if dice < 0.006 else row
    if dice < 0.15:
        return typed_birth(replace(row, document=row.document[:2] + f"{rng.randrange(10**7):07d}"), rng)
    if dice < 0.30:
        return typed_birth(replace(row, document=slipped(row.document, rng)), rng)
    return row


def typed_birth(row: RosterRow, rng: Random) -> RosterRow:
    dice = rng.random()
    if dice < 0.03 and row.birth[8:] <= "12":
        return replace(row, birth=f"{row.birth[:5]}{row.birth[8:]}-{row.birth[5:7]}")
    if dice < 0.06 and row.birth[8] < "3":
        return replace(row, birth=f"{row.birth[:9]}{rng.randint(1, 8)}")
    return replace(row, birth="") if dice < 0.10 else row


def slipped(document: str, rng: Random) -> str:
    place = rng.randrange(2, len(document) - 1)
    if rng.random() < 0.5:
        return document[:place] + document[place + 1] + document[place] + document[place + 2 :]
    other = str((int(document[place]) + 1) % 10) if document[place].isdecimal() else "0"
    return document[:place] + other + document[place + 1 :]
