"""What `python -m nanhu.testing.manual` prints, and that the user manual names only rows that exist."""

import re
from pathlib import Path

import pytest

from nanhu.testing import manual
from nanhu.testing.manual import Capability, Row, TestOutcome

ROOT = Path(__file__).parents[2]
NOTICES = Capability("A036", "校内公告", "platforms.portal", "2.3.1")


@pytest.mark.parametrize(
    ("outcomes", "line"),
    [
        ([], "A036 missing  校内公告"),
        (["passed"], "A036 holds  1 test  校内公告"),
        (["passed", "passed"], "A036 holds  2 tests  校内公告"),
        (["passed", "failed"], "A036 broken  t1 (failed)  校内公告"),
        (["skipped"], "A036 broken  t0 (skipped)  校内公告"),
        (["not run"], "A036 broken  t0 (not run)  校内公告"),
    ],
)
def test_a_row_says_how_it_stands(outcomes, line):
    assert Row(NOTICES, tuple(TestOutcome(f"t{n}", o) for n, o in enumerate(outcomes))).line == line


def test_the_last_line_counts_the_rows_that_hold(tmp_path, capsys):
    report = tmp_path / "run.json"
    manual.write_report(report, {"A036": [TestOutcome("t", "passed")]})
    code = manual.main(["--read", str(report), "--catalogue", str(ROOT / manual.CATALOGUE)])
    lines = capsys.readouterr().out.splitlines()
    assert (code, len(lines), lines[-1]) == (0, 175, "rows: 1 of 174 hold")
    assert lines[35].startswith("A036 holds  1 test  home: 校内公告")


def test_a_broken_row_is_a_failure_for_the_shell(tmp_path, capsys):
    report = tmp_path / "run.json"
    manual.write_report(report, {"A001": [TestOutcome("t", "failed")]})
    assert manual.main(["--read", str(report), "--catalogue", str(ROOT / manual.CATALOGUE)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "rows: 0 of 174 hold"


def test_a_run_that_broke_off_judges_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(manual, "run_tests", lambda report, extra: 2)
    assert manual.main(["--report", str(tmp_path / "none.json")]) == 2
    assert capsys.readouterr().out == ""


def test_the_catalogue_has_every_row_once():
    rows = manual.read_catalogue(ROOT / manual.CATALOGUE)
    assert list(rows) == [f"A{n:03}" for n in range(1, 175)]


def test_the_user_manual_names_only_rows_that_exist():
    rows = manual.read_catalogue(ROOT / manual.CATALOGUE)
    text = (ROOT / "docs/manual/使用手册.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\bA\d{3}\b", text))
    assert named
    assert named <= set(rows)


def test_every_section_of_the_user_manual_names_its_rows():
    text = (ROOT / "docs/manual/使用手册.md").read_text(encoding="utf-8")
    sections = re.split(r"(?m)^## ", text)[1:]
    assert [s.splitlines()[0] for s in sections if not re.search(r"(?m)^对应条目：.*A\d{3}", s)] == []
