"""Units: which one a row means, and rows of the list of units itself."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from nanhu.platforms.datahub.cleaning.text import Cell, is_empty, squeezed
from nanhu.platforms.datahub.codes import Code
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
    def of(cls, units: Iterable[tuple[str, str, str]], former: Iterable[tuple[str, str]] = ()) -> "UnitBook":
        """From (code, name, short name), and (code, former name): a name that another bears today is no former name."""
        listed = list(units)
        names = means_one((squeezed(text), code) for code, *texts in listed for text in dict.fromkeys(texts) if text)
        today = {squeezed(text) for _code, *texts in listed for text in texts}
        before = means_one(dict.fromkeys((squeezed(text), code) for code, text in former))
        return cls(
            frozenset(code for code, *_ in listed),
            {text: code for text, code in before.items() if text not in today} | names,
        )

    def find(self, code: Cell, name: Cell) -> str | None:
        text = squeezed(code)
        return text if text in self.codes else self.names.get(squeezed(name))


def means_one(spelt: Iterable[tuple[str, str]]) -> dict[str, str]:
    listed = list(spelt)
    often = Counter(text for text, _code in listed)
    return {text: code for text, code in listed if often[text] == 1}


def clean_unit_row(
    columns: Mapping[str, str], cells: Mapping[str, Cell], find_kind: Callable[[str], Code | None]
) -> tuple[UnitRow | None, list[Finding]]:
    said = {name: squeezed(cells.get(header)) for name, header in columns.items()}
    findings = []
    if is_empty(said["code"]):
        findings.append(Finding("code_missing", "code"))
    if is_empty(said["name"]):
        findings.append(Finding("unit_name_missing", "name"))
    kind = find_kind(said.get("kind", ""))
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
