"""The school is a configuration: name, addresses, colours, canteens, rules. HNIST is the sample that ships."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nanhu.kernel.configuration import configuration

SAMPLE = Path(__file__).with_name("hnist.toml")


@dataclass(frozen=True, slots=True)
class School:
    """What the pages and rules need to know of the school. `raw` holds the tables of single rooms.

    `english` gives the school's own names (units, outside systems) as its English pages say them.
    """

    name: str
    short_name: str
    english_name: str
    domain: str
    city: str
    info_centre_phone: str
    card_office_phone: str
    card_office_place: str
    primary_colour: str
    accent_colour: str
    mark: str
    picture: str
    english: Mapping[str, str]
    raw: Mapping[str, Any]


def read_school(path: Path) -> School:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    look = raw.get("look", {})
    return School(
        name=raw["name"],
        short_name=raw["short_name"],
        english_name=raw["english_name"],
        domain=raw["domain"],
        city=raw["city"],
        info_centre_phone=raw["phones"]["info_centre"],
        card_office_phone=raw["phones"]["card_office"],
        card_office_place=raw["card_office"]["place"],
        primary_colour=look.get("primary", ""),
        accent_colour=look.get("accent", ""),
        mark=look.get("mark", ""),
        picture=look.get("picture", ""),
        english=raw.get("english", {}),
        raw=raw,
    )


@cache
def school() -> School:
    """The school this installation serves."""
    chosen = configuration().school_file
    return read_school(Path(chosen) if chosen else SAMPLE)
