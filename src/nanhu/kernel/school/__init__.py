"""The school is a configuration: name, addresses, colours, rules. HNIST is the sample that ships."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nanhu.kernel.configuration import configuration
from nanhu.kernel.school.tables import SchoolFileError, Table, table_in, tables_in

SAMPLE = Path(__file__).with_name("hnist.toml")
BLANK = "{}"
OWN_MEMBERS = {"name", "short_name", "english_name", "domain", "city", "look", "phones", "english"}
"""What is read here; every other table is a room's, which enters its reader in `registry.school_rules`."""


@dataclass(frozen=True, slots=True)
class School:
    """What the pages and rules need to know of the school. `raw` holds the tables of single rooms.

    `english` gives the school's own names (units, outside systems, places, terms) as its English pages say them; `english_shapes`
    names that differ by a number: "南院{}栋宿舍" = "South Campus Dormitory {}", a blank being letters, figures and hyphens.
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
    english_shapes: Sequence[tuple[re.Pattern[str], str]]
    raw: Mapping[str, Any]

    def in_english(self, name: str) -> str:
        """ "" where the school does not say it."""
        if name in self.english:
            return self.english[name]
        found = ((shape.fullmatch(name), english) for shape, english in self.english_shapes)
        return next((english.format(*match.groups()) for match, english in found if match), "")

    def table(self, name: str) -> Table:
        """A room's table by its dotted name ("card.bank"), read strictly."""
        return table_in(self.raw, name)

    def tables(self, name: str) -> list[Table]:
        """Dated tables: `[[card.limits]]`."""
        return tables_in(self.raw, name)


def read_school(path: Path) -> School:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SchoolFileError(f"NANHU_SCHOOL_FILE {path}: {error}") from error
    top, look, phones = Table(path.name, raw), table_in(raw, "look"), table_in(raw, "phones")
    english = table_in(raw, "english").members
    return School(
        name=top.words("name"),
        short_name=top.words("short_name"),
        english_name=top.words("english_name"),
        domain=top.words("domain"),
        city=top.words("city"),
        info_centre_phone=phones.words("info_centre"),
        card_office_phone=phones.words("card_office"),
        card_office_place=table_in(raw, "card_office").words("place"),
        primary_colour=look.text("primary", ""),
        accent_colour=look.text("accent", ""),
        mark=look.text("mark", ""),
        picture=look.text("picture", ""),
        english=english,
        english_shapes=list(shapes_in(english)),
        raw=raw,
    )


def shapes_in(english: Mapping[str, str]) -> Iterator[tuple[re.Pattern[str], str]]:
    for name, said in english.items():
        if BLANK not in name:
            continue
        if name.count(BLANK) != said.count(BLANK):
            raise SchoolFileError(f"[english] {name}: as many {BLANK} on both sides")
        yield re.compile("([0-9A-Za-z-]+)".join(map(re.escape, name.split(BLANK)))), said


@cache
def school() -> School:
    """The school this installation serves."""
    chosen = configuration().school_file
    return read_school(Path(chosen) if chosen else SAMPLE)
