"""What cleaning looks up: units by their names of now and before, and codes by the spellings that stewards have added."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nanhu.platforms.datahub.cleaning.units import UnitBook
from nanhu.platforms.datahub.codes import Code, code_table, spelling


@dataclass(frozen=True, slots=True)
class Lookups:
    """`aliases`: by code table and spelling, of all sources or of this one. `is_lenient`: of rows that were accepted once,
    what cannot be read today is left out, and the rest still holds."""

    units: UnitBook
    aliases: Mapping[tuple[str, str], str] = field(default_factory=dict)
    is_lenient: bool = False

    def code(self, table_key: str, text: str) -> Code | None:
        table = code_table(table_key)
        found = table.find(text)
        if found is None and (code := self.aliases.get((table_key, spelling(text)))):
            return table.codes.get(code)
        return found
