"""SECURITY.md names the tests that hold its promises: they must be there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
ROWS = [line for line in (ROOT / "SECURITY.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]


def cited(row: str) -> list[str]:
    return re.findall(r"`([\w/*.]+)`", row.rstrip(" |").rpartition("|")[2])


def files_at(pattern: str) -> list[Path]:
    found = [*(ROOT / "src" / "nanhu").glob(pattern), *ROOT.glob(pattern)]
    inside = [path for folder in found if folder.is_dir() for path in folder.glob("test_*.py")]
    return [*inside, *(path for path in found if path.suffix == ".py")]


@pytest.mark.parametrize("row", ROWS, ids=[row.split("|")[1].strip() for row in ROWS])
def test_each_promise_names_tests_that_exist(row: str):
    names = cited(row)
    assert names
    for name in names:
        files = files_at(name)
        assert files, f"{name} is not there"
        assert any("def test_" in path.read_text(encoding="utf-8") for path in files), name
