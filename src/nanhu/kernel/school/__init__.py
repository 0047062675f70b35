"""The school is a configuration: name, addresses, colours, rules. HNIST is the sample that ships."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nanhu.kernel.configuration import configuration
from nanhu.kernel.school.tables import SchoolFileError, Table, table_in, tables_in

SAMPLE = Path(__file__).with_name("hnist.toml")
OWN_MEMBERS = {"name", "short_name", "english_name", "domain", "city", "look", "phones", "english"}
"""What is read here; every other table is a room's, which enters its reader in `registry.school_rules`."""


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
        english=table_in(raw, "english").members,
        raw=raw,
    )


@cache
def school() -> School:
    """The school this installation serves."""
    chosen = configuration().school_file
    return read_school(Path(chosen) if chosen else SAMPLE)
