"""The budgets, on suites made for the purpose: with workers and without, fixtures of every width, and what fails."""

import json
import re
from dataclasses import replace

import pytest

from nanhu.testing import pace
from nanhu.testing.budgets import Bill, Budgets, read, room_of

pytest_plugins = ["pytester"]
PYPROJECT = """
[tool.nanhu.test-budgets]
test_seconds = 0.3
room_seconds = 1.0
[tool.nanhu.test-budgets.rooms]
"tests/wide" = 9
"""
BURN = """
import time, pytest
def burn(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until: pass
"""
AT_THE_USUAL_PACE = "from nanhu.testing import pace\npace.measured = lambda: pace.USUAL_SECONDS\n"
"""Beside other work a slow moment would stretch these small budgets."""
PLAIN = ("-p", "xdist.plugin", "-p", "nanhu.testing.budget_plugin", "-p", "no:cacheprovider")
BUDGETS = Budgets(2, 60, {"tests/journeys": 400})


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"
    )  # what else is installed takes a second and a half to load
    pytester.makeini("[pytest]\nmarkers = slow")
    pytester.makeconftest(AT_THE_USUAL_PACE)
    pytester.path.joinpath("pyproject.toml").write_text(PYPROJECT)

    def run(where: str, suite: str, *arguments: str) -> tuple[pytest.RunResult, dict]:
        path = pytester.path / where
        path.parent.mkdir(parents=True)
        path.write_text(BURN + suite)
        result = pytester.runpytest_subprocess(*PLAIN, *arguments)
        return result, json.loads((pytester.path / "build" / "durations.json").read_text())

    return run


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_a_room_that_is_over_fails_the_run_and_is_named(run, workers):
    suite = "@pytest.mark.slow\n@pytest.mark.parametrize('n', range(3))\ndef test_one(n): burn(0.4)\n"
    result, told = run("src/nanhu/rooms/one/tests/test_x.py", suite, "--hold-budgets", *workers)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.re_match_lines([re.escape("OVER BUDGET: room rooms/one used ") + r"[1-3]\..*"])
    assert 1.2 <= told["rooms"]["rooms/one"] < 4
    assert len(told["tests"]) == 3


@pytest.mark.slow
def test_a_test_that_is_over_fails_the_run_unless_it_is_marked_slow(run):
    suite = "def test_a(): burn(0.4)\n@pytest.mark.slow\ndef test_b(): burn(0.4)\n"
    result, _ = run("src/nanhu/rooms/one/tests/test_x.py", suite, "--hold-budgets")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    said = result.stdout.str()
    assert "OVER BUDGET: src/nanhu/rooms/one/tests/test_x.py::test_a used" in said
    assert "test_b used" not in said


@pytest.mark.slow
def test_without_the_option_it_tells_and_fails_nothing(run):
    result, _ = run("src/nanhu/rooms/one/tests/test_x.py", "def test_a(): burn(0.4)\n")
    assert result.ret == pytest.ExitCode.OK
    assert "OVER BUDGET" in result.stdout.str()


@pytest.mark.slow
def test_a_room_of_whole_campuses_has_one_budget_for_all_its_tests(run):
    result, _ = run("tests/wide/test_x.py", "def test_a(): burn(1.2)\n", "--hold-budgets")
    assert result.ret == pytest.ExitCode.OK


@pytest.mark.slow
def test_the_session_s_fixtures_cost_nobody_and_a_module_s_its_room(run):
    suite = """
@pytest.fixture(scope="session")
def wide():
    burn(1.5); yield; burn(1.5)
@pytest.fixture(scope="module")
def middle(wide): burn(1.0)
@pytest.fixture
def narrow(middle): burn(0.1)
def test_a(narrow): burn(0.1)
"""
    _, told = run("src/nanhu/rooms/one/tests/test_x.py", suite)
    (cost,) = told["tests"].values()
    assert 0.2 <= cost < 1
    assert 1.2 <= told["rooms"]["rooms/one"] < 3


@pytest.mark.slow
def test_cleaning_up_is_told_and_held_against_nobody(run):
    suite = """
@pytest.fixture
def left():
    yield; burn(1.5)
def test_a(left): pass
def test_b(): pass
"""
    result, told = run("src/nanhu/rooms/one/tests/test_x.py", suite, "--hold-budgets")
    assert result.ret == pytest.ExitCode.OK
    assert told["rooms"]["rooms/one"] < 1
    bill = Bill()
    bill.add("src/nanhu/kernel/tests/test_x.py::test_a", test=1, shared=7, ended=6.04, is_slow=False)
    assert bill.table(BUDGETS)[-2:] == [
        "wider fixtures: 7.0 CPU s at src/nanhu/kernel/tests/test_x.py::test_a",
        "cleaning up: 6.0 CPU s at src/nanhu/kernel/tests/test_x.py::test_a",
    ]


@pytest.mark.slow
def test_waiting_costs_nothing_and_children_cost(run):
    suite = """
import subprocess, sys
def test_waits(): time.sleep(1)
@pytest.mark.slow
def test_has_work_done(): subprocess.run([sys.executable, "-c", "import time\\nwhile time.process_time() < 0.5: pass"])
"""
    _, told = run("src/nanhu/rooms/one/tests/test_x.py", suite)
    costs = {nodeid.partition("::")[2]: cost for nodeid, cost in told["tests"].items()}
    assert costs["test_waits"] < 0.5
    assert costs["test_has_work_done"] >= 0.4


@pytest.mark.parametrize(
    ("nodeid", "room"),
    [
        ("src/nanhu/systems/card/bank/tests/test_x.py::test_a[1/2]", "systems/card/bank"),
        ("src/nanhu/kernel/ui/tests/test_x.py::test_a", "kernel/ui"),
        ("tests/journeys/test_x.py::test_a", "tests/journeys"),
    ],
)
def test_a_room_is_the_folder_beside_whose_code_the_tests_lie(nodeid, room):
    assert room_of(nodeid) == room


def test_the_house_has_budgets_of_sixty_and_two_seconds(request):
    found = read(request.config.rootpath / "pyproject.toml")
    assert (found.room_seconds, found.test_seconds) == (60, 2)
    root = request.config.rootpath
    assert all((root / room).is_dir() or (root / "src/nanhu" / room).is_dir() for room in found.rooms)


def test_a_run_fails_only_beyond_what_a_loaded_machine_adds():
    bill = Bill()
    bill.add("src/nanhu/kernel/tests/test_x.py::test_a", test=2.5, shared=0, is_slow=False)
    assert bill.is_held_over(BUDGETS)
    assert not bill.is_held_over(replace(BUDGETS, test_tolerance=1.5))
    bill.add("src/nanhu/kernel/tests/test_x.py::test_b", test=3.1, shared=0, is_slow=False)
    assert bill.is_held_over(replace(BUDGETS, test_tolerance=1.5))
    dear = Bill()
    dear.add("src/nanhu/kernel/tests/test_x.py::test_a", test=1, shared=70, is_slow=False)
    assert dear.is_held_over(BUDGETS)
    assert not dear.is_held_over(replace(BUDGETS, tolerance=1.5))


def test_a_slow_machine_stretches_what_a_run_fails_for_and_a_fast_one_does_not():
    bill = Bill()
    bill.add("src/nanhu/kernel/tests/test_x.py::test_a", test=1, shared=70, is_slow=False)
    bill.paces += [pace.USUAL_SECONDS / 4] * 3
    assert bill.is_held_over(BUDGETS)
    assert bill.table(BUDGETS)[-2].endswith("processor time 0.25 times as dear as usual")
    bill.paces += [pace.USUAL_SECONDS * 1.5] * 4
    assert not bill.is_held_over(BUDGETS)
    assert bill.table(BUDGETS)[-2].endswith("processor time 1.50 times as dear as usual")
    assert pace.slowness([]) == 1


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_each_worker_measures_the_machine_while_it_runs(run, workers):
    result, told = run("src/nanhu/rooms/one/tests/test_x.py", "def test_a(): pass\ndef test_b(): pass\n", *workers)
    assert result.ret == pytest.ExitCode.OK
    assert 1 <= len(told["paces"]) <= 2
    assert all(seconds > 0 for seconds in told["paces"])


def test_what_is_over_is_told_in_words():
    bill = Bill()
    bill.add("src/nanhu/kernel/tests/test_x.py::test_a", test=2.5, shared=58, is_slow=False)
    bill.add("tests/journeys/test_y.py::test_b", test=300, shared=0, is_slow=False)
    assert bill.faults(BUDGETS) == [
        "room kernel used 60.5 CPU s, its budget is 60",
        "src/nanhu/kernel/tests/test_x.py::test_a used 2.5 CPU s, a test may use 2 unless it is marked slow",
    ]
