"""Units: which one a row means, and rows of the list of units itself."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nanhu.platforms.datahub.cleaning.text import Cell, is_empty, squeezed
from nanhu.platforms.datahub.codes import code_table
from nanhu.platforms.datahub.findings import Finding


@dataclass(frozen=True, slots=True)
class UnitRow:
    code: str
    name: str
    short_name: str
    kind: str
    parent_code: str


@dataclass(frozen=True, slots=True)
class UnitBook:
    """Codes, and the names and short names that mean one unit only."""

    codes: frozenset[str]
    names: Mapping[str, str]

    @classmethod
    def of(cls, units: Iterable[tuple[str, str, str]]) -> "UnitBook":
        """From (code, name, short name)."""
        listed = list(units)
        spelt = [(squeezed(text), code) for code, *texts in listed for text in dict.fromkeys(texts) if text]
        often = Counter(text for text, _code in spelt)
        return cls(frozenset(code for code, *_ in listed), {text: code for text, code in spelt if often[text] == 1})

    def find(self, code: Cell, name: Cell) -> str | None:
        text = squeezed(code)
        return text if text in self.codes else self.names.get(squeezed(name))


def clean_unit_row(columns: Mapping[str, str], cells: Mapping[str, Cell]) -> tuple[UnitRow | None, list[Finding]]:
    said = {name: squeezed(cells.get(header)) for name, header in columns.items()}
    findings = []
    if is_empty(said["code"]):
        findings.append(Finding("code_missing", "code"))
    if is_empty(said["name"]):
        findings.append(Finding("unit_name_missing", "name"))
    kind = code_table("unit_kind").find(said.get("kind", ""))
    if kind is None and said.get("kind"):
        findings.append(Finding("unmapped_code", "kind", {"value": said["kind"], "table": "unit_kind"}))
    if any(finding.severity == "reject" for finding in findings):
        return None, findings
    row = UnitRow(
        said["code"].upper(),
        said["name"],
        said.get("short_name", ""),
        kind.code if kind else "",
        said.get("parent_code", "").upper(),
    )
    return row, findings
