"""Citizen identification numbers (公民身份号码, GB 11643) and their relatives, made synthetically."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from random import Random

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
HMT_AREAS = {"HKG": "810000", "MAC": "820000", "TWN": "830000"}
COUNTRY_NUMBERS = {
    "PAK": "586",
    "BGD": "050",
    "VNM": "704",
    "LAO": "418",
    "THA": "764",
    "RUS": "643",
    "KOR": "410",
    "NPL": "524",
    "USA": "840",
    "GBR": "826",
    "JPN": "392",
    "GHA": "288",
    "NGA": "566",
    "KAZ": "398",
    "IDN": "360",
}


def check_character(first_17: str) -> str:
    return CHECK_CHARACTERS[sum(int(digit) * weight for digit, weight in zip(first_17, WEIGHTS, strict=True)) % 11]


def is_checksum_right(number: str) -> bool:
    return len(number) == 18 and number[:17].isdecimal() and check_character(number[:17]) == number[17]


def eighteen_digits(*, area: str, birth: date, order: int) -> str:
    """`order` is the running number of that day and area: odd for men, even for women."""
    first_17 = f"{area}{birth:%Y%m%d}{order:03d}"
    return first_17 + check_character(first_17)


def fifteen_digits(number: str) -> str:
    """The form issued until 1999: no century, no check character."""
    return number[:6] + number[8:17]


def permanent_residence(rng: Random, *, nationality: str, birth: date, order: int) -> str:
    """外国人永久居留身份证: the form of 2023 (18 digits) or, for a third of the holders, the older one (15 characters)."""
    if rng.random() < 1 / 3:
        return f"{nationality}43{rng.randint(1, 99):02d}{birth:%y%m%d}{rng.randint(0, 99):02d}"
    first_17 = f"943{COUNTRY_NUMBERS[nationality]}{birth:%Y%m%d}{order:03d}"
    return first_17 + check_character(first_17)


PASSPORT_FORMS = {
    "PAK": "AA#######",
    "BGD": "AB#######",
    "VNM": "B#######",
    "LAO": "PA#######",
    "THA": "AA#######",
    "RUS": "#########",
    "KOR": "M########",
    "NPL": "########",
    "USA": "#########",
    "GBR": "#########",
    "JPN": "TK#######",
    "GHA": "G#######",
    "NGA": "A########",
    "KAZ": "N########",
    "IDN": "B#######",
}


def passport(rng: Random, nationality: str) -> str:
    return "".join(str(rng.randint(0, 9)) if sign == "#" else sign for sign in PASSPORT_FORMS[nationality])
