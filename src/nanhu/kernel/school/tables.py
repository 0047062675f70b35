"""Reads the tables of the school's file strictly: what the program could not use is refused with its table, member and value.

Its sentences are in English as those of the settings are: the gateway reads limits, too, and has no catalogue.

Each reader of a table is entered in `registry.school_rules`, so that the start and the doctor find a fault before work does.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from nanhu.kernel.configuration import ConfigurationError

MOST: Final = 2_000_000_000
"""Of counts and of fen: the database counts in four bytes, and twenty million yuan is no limit of anything here."""
SHOWN_LENGTH: Final = 60


class SchoolFileError(ConfigurationError):
    """The school's file holds what the program cannot use."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table and where it stands: `name` as the file writes it, "[card.bank]" or "[[card.limits]]"."""

    name: str
    members: Mapping[str, Any]

    def whole(self, member: str, usual: int, *, least: int = 0, most: int = MOST) -> int:
        value = self.members.get(member, usual)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.fault(member, value, f"a whole number from {least:,} to {most:,}")
        return value

    def wholes(self, member: str, usual: Collection[int], *, least: int = 1) -> tuple[int, ...]:
        value = self.members.get(member, list(usual))
        if not isinstance(value, list):
            raise self.fault(member, value, "a list of whole numbers")
        return tuple(Table(self.name, {member: one}).whole(member, 0, least=least) for one in value)

    def yes(self, member: str, *, usual: bool) -> bool:
        value = self.members.get(member, usual)
        if not isinstance(value, bool):
            raise self.fault(member, value, "true or false")
        return value

    def text(self, member: str, usual: str, among: Collection[str] = ()) -> str:
        value = self.members.get(member, usual)
        if not isinstance(value, str) or (among and value not in among):
            raise self.fault(member, value, " or ".join(among) or "text")
        return value

    def texts(self, member: str) -> tuple[str, ...]:
        value = self.members.get(member, [])
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise self.fault(member, value, "a list of texts")
        return tuple(value)

    def words(self, member: str) -> str:
        """What must be there."""
        if not (found := self.text(member, "")).strip():
            raise self.fault(member, found, "some text")
        return found

    def day(self, member: str, usual: date) -> date:
        value = self.members.get(member, usual)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.fault(member, value, "a day such as 2026-09-01")
        return value

    def inner(self, member: str) -> "Table":
        value = self.members.get(member, {})
        if not isinstance(value, Mapping):
            raise self.fault(member, value, "a table")
        return Table(f"{self.name} {member}", value)

    def only(self, known: Collection[str]) -> None:
        """Refuses a member that nobody reads: most often a slip of the pen, whose limit would never hold."""
        for member, value in self.members.items():
            if member not in known:
                raise self.fault(member, value, f"one of {', '.join(sorted(known))}")

    def fault(self, member: str, value: object, expected: str) -> SchoolFileError:
        return SchoolFileError(f"{self.name} {member} = {repr(value)[:SHOWN_LENGTH]}: expected {expected}")


def table_in(raw: Mapping[str, Any], name: str) -> Table:
    """The table of a dotted name; empty where the file has none."""
    found: object = raw
    for member in name.split("."):
        if not isinstance(found, Mapping):
            break
        found = found.get(member, {})
    if not isinstance(found, Mapping):
        raise Table(f"[{name}]", {}).fault(name.rpartition(".")[2], found, "a table")
    return Table(f"[{name}]", found)


def tables_in(raw: Mapping[str, Any], name: str) -> list[Table]:
    """The dated tables of a dotted name, in the file's order."""
    above, _dot, member = name.rpartition(".")
    found = table_in(raw, above).members.get(member, [])
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise Table(f"[[{name}]]", {}).fault(member, found, f"tables written as [[{name}]]")
    return [Table(f"[[{name}]]", one) for one in found]
