"""What cleaning looks up: units by their names of now and before, and codes by the spellings that stewards have added."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nanhu.platforms.datahub.cleaning.text import LONGEST_KEPT, MOST_KEPT, Cell, text_of
from nanhu.platforms.datahub.cleaning.units import UnitBook
from nanhu.platforms.datahub.codes import UNIT, Code, code_table, spelling

type SchoolCodes = Mapping[str, Mapping[str, Code | None]]
"""By table and code what the school says of it on a day: a code of its own, or (None) that it is out of use."""


@dataclass(frozen=True, slots=True)
class Lookups:
    """`aliases`: by code table and spelling, of all sources or of this one. `is_lenient`: of rows that were accepted once,
    what cannot be read today is left out, and the rest still holds."""

    units: UnitBook
    aliases: Mapping[tuple[str, str], str] = field(default_factory=dict)
    is_lenient: bool = False
    school: SchoolCodes = field(default_factory=dict)
    found: dict[tuple[str, str], Code | None] = field(default_factory=dict, repr=False, compare=False)

    def unit(self, code: Cell, name: Cell) -> str | None:
        """By its code or a name, else by a spelling that stewards added for one that is open."""
        added = (self.aliases.get((UNIT, spelling(text_of(text))), "") for text in (code, name))
        return self.units.find(code, name) or next((one for one in added if one in self.units.codes), None)

    def code(self, table_key: str, text: str) -> Code | None:
        """A column says the same few words again and again: each is looked up once."""
        if len(text) > LONGEST_KEPT:
            return self.look_up(table_key, text)
        asked = table_key, text
        if asked not in self.found:
            if len(self.found) >= MOST_KEPT:
                self.found.clear()
            self.found[asked] = self.look_up(table_key, text)
        return self.found[asked]

    def look_up(self, table_key: str, text: str) -> Code | None:
        table, own, spelt = code_table(table_key), self.school.get(table_key, {}), spelling(text)
        known = table.spellings.get(spelt) or self.aliases.get((table_key, spelt), "")
        for one in own.values():
            if one is not None and spelt in {spelling(one.code), spelling(one.name)}:
                return one
        return own[known] if known in own else table.codes.get(known)
