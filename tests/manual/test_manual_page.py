"""What `python -m nanhu.testing.manual` prints, and that 使用手册.md names the rows that tests hold."""

import re
import tomllib
from pathlib import Path

import pytest

from nanhu.kernel import manual as rows
from nanhu.kernel.manual import Capability, Clause, TestOutcome, Text
from nanhu.testing import manual

ROOT = Path(__file__).parents[2]
LIST, UNREAD, WHY = Text("list", "列表"), Text("unread mark", "未读标记"), Text("no such room yet", "还没有这个系统")
NOTICES = Capability("A036", Text("Notices", "校内公告"), "platforms.portal", "2.3.1", (LIST, UNREAD))
HALF_BUILT = Capability(
    "A036", Text("Notices", "校内公告"), "platforms.portal", "2.3.1", (LIST, UNREAD), {"A036.2": WHY}
)


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
    assert Clause("A036.1", LIST, tuple(TestOutcome(f"t{n}", o) for n, o in enumerate(outcomes))).line == line


@pytest.mark.parametrize(
    ("outcomes", "line"),
    [
        ({}, "A036 missing  0 of 2 clauses  Notices"),
        ({"A036.1": "passed", "A036.2": "passed"}, "A036 holds  2 of 2 clauses  Notices"),
        ({"A036.1": "passed"}, "A036 part  1 of 2 clauses  Notices"),
        ({"A036.1": "passed", "A036.2": "failed"}, "A036 broken  1 of 2 clauses  Notices"),
        ({"A036.2": "skipped"}, "A036 broken  0 of 2 clauses  Notices"),
    ],
)
def test_a_row_holds_when_every_clause_does(outcomes, line):
    [row] = rows.rows_of({"A036": NOTICES}, {key: [TestOutcome("t", one)] for key, one in outcomes.items()})
    assert row.line == line


def test_what_is_not_built_stands_as_open_with_its_reason_and_its_row_does_not_hold():
    [row] = rows.rows_of({"A036": HALF_BUILT}, {"A036.1": [TestOutcome("t", "passed")]})
    assert (row.state, row.line) == ("part", "A036 part  1 of 2 clauses  Notices")
    assert row.clauses[1].line == "  A036.2 open  (no such room yet)  unread mark"


def printed(tmp_path, report):
    file = tmp_path / "run.json"
    rows.write_report(file, {key: [TestOutcome("t", outcome)] for key, outcome in report.items()})
    return manual.main(["--read", str(file), "--catalogue", str(manual.CATALOGUE)])


def test_rows_stand_above_their_clauses_and_the_last_line_counts_what_holds(tmp_path, capsys):
    whole = [f"A036.{n}" for n in range(1, 8)]
    code = printed(tmp_path, dict.fromkeys([*whole, "A040.2"], "passed"))
    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    at = lines.index("A036 holds  7 of 7 clauses  Home: campus notices")
    assert lines[at + 1] == "  A036.1 holds  1 test  list"
    assert "A040 part  1 of 3 clauses  First login: must change password" in lines
    catalogue = rows.read_catalogue(manual.CATALOGUE).values()
    total, unbuilt = sum(len(one.clauses) for one in catalogue), sum(len(one.reasons) for one in catalogue)
    assert (len(lines), lines[-1]) == (
        174 + total + 1,
        f"rows: 1 of 174 hold, 1 in part, 0 broken; clauses: 8 of {total} hold, {unbuilt} open",
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


def test_every_row_and_clause_is_there_in_both_languages():
    """English without a Chinese word, Chinese with one: neither page shows the other's."""
    catalogue = rows.read_catalogue(manual.CATALOGUE)
    told = {key: text for one in catalogue.values() for key, text in texts_of(one)}
    assert len(told) > 174 + 470
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert {key: text.en for key, text in told.items() if chinese.search(text.en) or not text.en} == {}
    assert {key: text.zh for key, text in told.items() if not chinese.search(text.zh)} == {}


def texts_of(one):
    yield one.id, one.what
    yield from zip(one.clause_ids(), one.clauses, strict=True)
    yield from ((f"{key} why", reason) for key, reason in one.reasons.items())
    assert set(one.reasons) <= set(one.clause_ids())


def test_a_clause_without_its_chinese_is_no_catalogue(tmp_path):
    file = tmp_path / "rows.toml"
    head = '[[capability]]\nid = "A001"\nwhat = "w"\nmodule = "m"\nmanual = "1"\nclauses = ["one", "two"]\n'
    file.write_text(f'{head}zh.what = "一"\nzh.clauses = ["一"]\n', encoding="utf-8")
    with pytest.raises(ValueError, match="A001: not every clause is there in both languages"):
        rows.read_catalogue(file)


def test_a_row_that_tests_hold_has_a_test_or_a_reason_for_every_clause():
    """Nothing of it is left out in silence: what no test names says why it is not built."""
    held = marked_clauses()
    rows_held = {key.partition(".")[0] for key in held}
    left = {
        key
        for one in rows.read_catalogue(manual.CATALOGUE).values()
        if one.id in rows_held
        for key in set(one.clause_ids()) - set(one.reasons) - held
    }
    assert left == set()


def test_a_row_without_clauses_is_no_catalogue(tmp_path):
    file = tmp_path / "rows.toml"
    file.write_text(
        '[[capability]]\nid = "A001"\nwhat = "w"\nmodule = "m"\nmanual = "1"\nclauses = []\nzh.what = ""\nzh.clauses = []\n'
    )
    with pytest.raises(ValueError, match="without a clause: A001"):
        rows.read_catalogue(file)


def marked_clauses():
    """Read from the sources, so that no test has to be collected for it; this folder's own marks are examples."""
    files = [
        *(ROOT / "src").rglob("test_*.py"),
        *(one for one in (ROOT / "tests").rglob("test_*.py") if one.parent != Path(__file__).parent),
    ]
    marks = [mark for file in files for mark in re.findall(r"mark\.capability\(([^)]*)\)", file.read_text("utf-8"))]
    return set(re.findall(r"\bA\d{3}\.\d+", " ".join(marks)))


def test_the_user_manual_names_the_rows_that_tests_hold_and_no_others():
    text = (ROOT / "docs/manual/使用手册.md").read_text(encoding="utf-8")
    named, marked = set(re.findall(r"\bA\d{3}\b", text)), {key.partition(".")[0] for key in marked_clauses()}
    assert len(marked) > 90
    assert (sorted(named - marked), sorted(marked - named)) == ([], [])


def test_every_section_of_the_user_manual_names_its_rows():
    """Rows of the manual that tests hold, or what was expected though unsaid (I01 …)."""
    text = (ROOT / "docs/manual/使用手册.md").read_text(encoding="utf-8")
    sections = re.split(r"(?m)^## ", text)[1:]
    assert [s.splitlines()[0] for s in sections if not re.search(r"(?m)^对应条目：.*(A\d{3}|I\d{2})", s)] == []
