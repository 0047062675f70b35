"""The code tables of the information standard (信息标准), read from `standard/*.tsv`; a school may add aliases there."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.translation import gettext_noop as _

from nanhu.kernel.folding import unspaced

STANDARD: Final = Path(__file__).parent / "standard"
OWN: Final = _("学校自定")
UNIT: Final = "unit"
"""Units, whose spellings are added as those of codes are."""
TABLES: Final = {
    "sex": "GB/T 2261.1-2003",
    "ethnicity": "GB/T 3304-1991",
    "country": "GB/T 2659-2000",
    "area": "GB/T 2260-2007",
    "document_kind": "JY/T 1001-2012 SFZJLX",
    "person_category": OWN,
    "student_status": "JY/T 1001-2012 XSDQZT",
    "staff_status": "JY/T 1001-2012 JZGDQZT",
    "unit_kind": OWN,
}
"""Each table and the standard whose numbering it follows, by its edition: those that the data items of JY/T 1006 and GB/T 29808
(管理信息 of universities) take their values from."""


@dataclass(frozen=True, slots=True)
class Code:
    code: str
    name: str
    aliases: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class CodeTable:
    """Finds a code by itself, its name or an alias; width, case and spaces do not matter."""

    key: str
    codes: dict[str, Code]
    spellings: dict[str, str] = field(repr=False)

    def find(self, text: str) -> Code | None:
        code = self.spellings.get(spelling(text))
        return self.codes[code] if code is not None else None


def spelling(text: str) -> str:
    return unspaced(text).casefold()


def read_lines(name: str) -> list[list[str]]:
    lines = (STANDARD / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [[*row, "", "", ""][:4] for row in rows[1:]]


@cache
def code_table(key: str) -> CodeTable:
    codes = {row[0]: Code(row[0], row[1], tuple(filter(None, row[2].split(";"))), row[3]) for row in read_lines(key)}
    spellings: dict[str, str] = {}
    for code in codes.values():
        for text in (code.code, code.name, *code.aliases):
            spellings.setdefault(spelling(text), code.code)
    return CodeTable(key, codes, spellings)


@cache
def name_variants() -> dict[int, str]:
    """Traditional and variant characters to the usual one, for `str.translate`."""
    return {ord(row[0]): row[1] for row in read_lines("name_variant")}
