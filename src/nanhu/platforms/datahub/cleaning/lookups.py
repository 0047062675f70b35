"""What cleaning looks up: units by their names of now and before, and codes by the spellings that stewards have added."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nanhu.platforms.datahub.cleaning.units import UnitBook
from nanhu.platforms.datahub.codes import Code, code_table, spelling

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

    def code(self, table_key: str, text: str) -> Code | None:
        table, own, spelt = code_table(table_key), self.school.get(table_key, {}), spelling(text)
        known = table.spellings.get(spelt) or self.aliases.get((table_key, spelt), "")
        for one in own.values():
            if one is not None and spelt in {spelling(one.code), spelling(one.name)}:
                return one
        return own[known] if known in own else table.codes.get(known)
