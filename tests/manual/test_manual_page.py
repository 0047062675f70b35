"""What `python -m nanhu.testing.manual` prints, and that 使用手册.md names the rows that tests hold."""

import re
import tomllib
from pathlib import Path

import pytest

from nanhu.kernel import manual as rows
from nanhu.kernel.manual import Capability, Clause, TestOutcome
from nanhu.testing import manual

ROOT = Path(__file__).parents[2]
NOTICES = Capability("A036", "校内公告", "platforms.portal", "2.3.1", ("list", "unread mark"))


@pytest.mark.parametrize(
    ("outcomes", "line"),
    [
        ([], "  A036.1 missing  list"),
        (["passed"], "  A036.1 holds  1 test  list"),
        (["passed", "passed"], "  A036.1 holds  2 tests  list"),
        (["passed", "failed"], "  A036.1 broken  t1 (failed)  list"),
        (["skipped"], "  A036.1 broken  t0 (skipped)  list"),
        (["not run"], "  A036.1 broken  t0 (not run)  list"),
    ],
)
def test_a_clause_says_how_it_stands(outcomes, line):
    assert Clause("A036.1", "list", tuple(TestOutcome(f"t{n}", o) for n, o in enumerate(outcomes))).line == line


@pytest.mark.parametrize(
    ("outcomes", "line"),
    [
        ({}, "A036 missing  0 of 2 clauses  校内公告"),
        ({"A036.1": "passed", "A036.2": "passed"}, "A036 holds  2 of 2 clauses  校内公告"),
        ({"A036.1": "passed"}, "A036 part  1 of 2 clauses  校内公告"),
        ({"A036.1": "passed", "A036.2": "failed"}, "A036 broken  1 of 2 clauses  校内公告"),
        ({"A036.2": "skipped"}, "A036 broken  0 of 2 clauses  校内公告"),
    ],
)
def test_a_row_holds_when_every_clause_does(outcomes, line):
    [row] = rows.rows_of({"A036": NOTICES}, {key: [TestOutcome("t", one)] for key, one in outcomes.items()})
    assert row.line == line


def printed(tmp_path, report):
    file = tmp_path / "run.json"
    rows.write_report(file, {key: [TestOutcome("t", outcome)] for key, outcome in report.items()})
    return manual.main(["--read", str(file), "--catalogue", str(manual.CATALOGUE)])


def test_rows_stand_above_their_clauses_and_the_last_line_counts_what_holds(tmp_path, capsys):
    whole = [f"A036.{n}" for n in range(1, 8)]
    code = printed(tmp_path, dict.fromkeys([*whole, "A040.2"], "passed"))
    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    at = lines.index("A036 holds  7 of 7 clauses  home: 校内公告")
    assert lines[at + 1] == "  A036.1 holds  1 test  list"
    assert "A040 part  1 of 3 clauses  first login: must change password" in lines
    total = sum(len(one.clauses) for one in rows.read_catalogue(manual.CATALOGUE).values())
    assert (len(lines), lines[-1]) == (
        174 + total + 1,
        f"rows: 1 of 174 hold, 1 in part, 0 broken; clauses: 8 of {total} hold",
    )


def test_a_broken_row_is_a_failure_for_the_shell(tmp_path, capsys):
    assert printed(tmp_path, {"A001.1": "failed"}) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("rows: 0 of 174 hold, 0 in part, 1 broken;")


def test_a_run_that_broke_off_judges_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(manual, "run_tests", lambda report, extra: 2)
    assert manual.main(["--report", str(tmp_path / "none.json")]) == 2
    assert capsys.readouterr().out == ""


def test_the_catalogue_has_every_row_once():
    found = rows.read_catalogue(manual.CATALOGUE)
    assert list(found) == [f"A{n:03}" for n in range(1, 175)]


def words(text):
    return set(re.findall(r"\w+", text))


def test_the_clauses_leave_no_word_of_a_row_out():
    with manual.CATALOGUE.open("rb") as file:
        rows = tomllib.load(file)["capability"]
    assert {
        row["id"]: lost
        for row in rows
        if (lost := (words(row["accept"]) | words(row["expected"])) - words(" ".join(row["clauses"])))
    } == {}


def test_a_row_without_clauses_is_no_catalogue(tmp_path):
    file = tmp_path / "rows.toml"
    file.write_text('[[capability]]\nid = "A001"\nwhat = "w"\nmodule = "m"\nmanual = "1"\nclauses = []\n')
    with pytest.raises(ValueError, match="without a clause: A001"):
        rows.read_catalogue(file)


def marked_rows():
    """Read from the sources, so that no test has to be collected for it; this folder's own marks are examples."""
    files = [
        *(ROOT / "src").rglob("test_*.py"),
        *(one for one in (ROOT / "tests").rglob("test_*.py") if one.parent != Path(__file__).parent),
    ]
    marks = [mark for file in files for mark in re.findall(r"mark\.capability\(([^)]*)\)", file.read_text("utf-8"))]
    return set(re.findall(r"\bA\d{3}(?=\.\d)", " ".join(marks)))


def test_the_user_manual_names_the_rows_that_tests_hold_and_no_others():
    text = (ROOT / "docs/manual/使用手册.md").read_text(encoding="utf-8")
    named, marked = set(re.findall(r"\bA\d{3}\b", text)), marked_rows()
    assert len(marked) > 90
    assert (sorted(named - marked), sorted(marked - named)) == ([], [])


def test_every_section_of_the_user_manual_names_its_rows():
    text = (ROOT / "docs/manual/使用手册.md").read_text(encoding="utf-8")
    sections = re.split(r"(?m)^## ", text)[1:]
    assert [s.splitlines()[0] for s in sections if not re.search(r"(?m)^对应条目：.*A\d{3}", s)] == []
