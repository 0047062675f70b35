"""docs/rooms/card-attacks.md: every row of its tables names tests, and each of them exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[5]
TABLE = ROOT / "docs" / "rooms" / "card-attacks.md"
DEFINED = re.compile(r"^\s*(?:async )?def (test_\w+)", re.MULTILINE)
TESTS = {
    path.relative_to(ROOT).as_posix(): set(DEFINED.findall(path.read_text(encoding="utf-8")))
    for folder in ("src", "tests")
    for path in (ROOT / folder).rglob("test_*.py")
}
type Names = dict[str, set[str]]


def rows() -> dict[str, list[str]]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {
        row[0]: re.findall(r"`([^`]+)`", row[-1])
        for row in cells
        if row[-1] not in {"test", "---"} and "---|" not in row[0]
    }


def files(written: str) -> Names:
    """`bank/…/test_loads.py` stands for every file whose path ends so."""
    wanted = re.compile("(?:.*/)?" + ".*".join(map(re.escape, written.split("…"))) + "$")
    return {path: names for path, names in TESTS.items() if wanted.match(path)}


def missing(items: list[str]) -> list[str]:
    """What a row names and nobody wrote: a file, or a test of it ("…" stands for the rest of its name)."""
    found, wrong = {}, []
    for item in items:
        path, _sign, name = item.rpartition("::") if "::" in item or not item.endswith(".py") else (item, "", "")
        found = files(path) if path else found
        names = {one for of_file in found.values() for one in of_file}
        begun = name.removesuffix("…")
        is_there = any(one == name or (begun != name and one.startswith(begun)) for one in names)
        if not found or (name and not (name.startswith("test_") and is_there)):
            wrong.append(item)
    return wrong


def test_each_row_names_tests_that_exist() -> None:
    found = rows()
    assert len(found) > 70
    assert {row: items for row, items in found.items() if not items} == {}
    assert {row: wrong for row, items in found.items() if (wrong := missing(items))} == {}


def test_a_name_that_nobody_wrote_is_seen() -> None:
    here = "card/tests/test_attack_table.py"
    assert missing([here, "::test_a_name_that_nobody…", f"{here}::test_each_row_names_tests_that_exist"]) == []
    assert missing(["vendors/tests/", "test_no_such.py", f"{here}::test_a_name_that_nobody", f"{here}::REVERSAL"]) == [
        "vendors/tests/",
        "test_no_such.py",
        f"{here}::test_a_name_that_nobody",
        f"{here}::REVERSAL",
    ]
