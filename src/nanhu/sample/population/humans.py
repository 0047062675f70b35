"""One human: name, sex, birth, origin and document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nanhu.sample import areas, id_numbers
from nanhu.sample.names import make
from nanhu.sample.persons import Human

if TYPE_CHECKING:
    from datetime import date

    from nanhu.sample.population.draw import Draw


ETHNIC_WEIGHTS = {
    "01": 8850,
    "15": 420,
    "06": 320,
    "12": 120,
    "13": 80,
    "08": 40,
    "03": 40,
    "14": 30,
    "11": 25,
    "02": 15,
    "05": 20,
    "04": 15,
    "07": 15,
    "09": 10,
    "17": 5,
    "22": 5,
    "10": 4,
    "33": 4,
}
FOREIGN_WEIGHTS = {
    "PAK": 30,
    "BGD": 20,
    "VNM": 18,
    "LAO": 14,
    "THA": 10,
    "NPL": 8,
    "RUS": 6,
    "KAZ": 5,
    "GHA": 5,
    "NGA": 5,
    "IDN": 5,
    "KOR": 4,
    "JPN": 3,
    "USA": 5,
    "GBR": 4,
}


def draw_human(draw: Draw, *, sex: str, birth_date: date, foreign: str = "") -> Human:
    if foreign:
        return _draw_foreigner(draw, sex=sex, birth_date=birth_date, nationality=foreign)
    rng = draw.rng
    ethnic = draw.pick(ETHNIC_WEIGHTS)
    nationality, kind = "CHN", "resident_id"
    area = areas.area_code(rng, ethnic=ethnic)
    if rng.random() < 0.0015:
        nationality, kind = rng.choice(list(id_numbers.HMT_AREAS)), "hmt_residence_permit"
        area, ethnic = id_numbers.HMT_AREAS[nationality], "01"
    name = make.chinese_name(rng, sex=sex, ethnic=ethnic, birth_year=birth_date.year)
    number = resident_number(draw, area=area, birth_date=birth_date, sex=sex)
    return Human("", name, sex, birth_date, nationality, kind, number, draw.phone(), ethnic)


def resident_number(draw: Draw, *, area: str, birth_date: date, sex: str) -> str:
    while True:
        order = draw.rng.randrange(499) * 2 + int(sex) % 2
        number = id_numbers.eighteen_digits(area=area, birth=birth_date, order=order)
        if number not in draw.documents:
            draw.documents.add(number)
            return number


def _draw_foreigner(draw: Draw, *, sex: str, birth_date: date, nationality: str) -> Human:
    rng, kind = draw.rng, "passport" if draw.rng.random() < 0.9 else "foreign_permanent_residence"
    while True:
        if kind == "passport":
            number = id_numbers.passport(rng, nationality)
        else:
            order = rng.randrange(499) * 2 + int(sex) % 2
            number = id_numbers.permanent_residence(rng, nationality=nationality, birth=birth_date, order=order)
        if number not in draw.documents:
            break
    draw.documents.add(number)
    name = make.foreign_name(rng, sex=sex, nationality=nationality)
    return Human("", name, sex, birth_date, nationality, kind, number, draw.phone(), None)
