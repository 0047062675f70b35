"""The pytest side of the budgets (`-p nanhu.testing.budget_plugin`).

Each worker measures its tests and sends the figures along with their reports; the controller adds them up, writes
build/durations.json, prints a table and, with `--hold-budgets` (`make test`), fails a run in which one is over.
"""

from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from nanhu.testing import budgets, pace
from nanhu.testing.meter import Meter

DURATIONS = Path("build/durations.json")
SHOWN_FAULTS = 40


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("budgets", "what tests may cost").addoption(
        "--hold-budgets", action="store_true", help="let the run fail where a room or a test is over"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(CostOfTests(), "cost-of-tests")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(CostOfRun(config), "cost-of-run")


class CostOfTests:
    """In the process that runs the tests."""

    def __init__(self) -> None:
        self.meter = Meter()
        self.costs: dict[str, float] = defaultdict(float)
        self.depth = 0
        self.tests = 0
        self.paces: list[float] = []

    def settle(self, what: str = "test") -> None:
        """On the test's own bill, on that of fixtures `shared` with others, or of what `ended` after it."""
        self.costs[what] += self.meter.lap()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        self.paces = [] if self.tests % pace.EACH_TESTS else [pace.measured()]
        self.tests += 1
        self.meter.lap()
        self.costs.clear()
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        """The run pays for what a session shares, the room for what a module shares, a test for the rest."""
        if fixturedef.scope == "function" or self.depth:
            return (yield)
        self.settle()
        self.depth += 1
        try:
            return (yield)
        finally:
            self.depth -= 1
            if fixturedef.scope == "session":
                self.meter.lap()
            self.settle("shared")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, nextitem: pytest.Item | None) -> Generator[None, object, object]:
        """The last one's also ends what the session shared, which is nobody's."""
        result = yield
        if nextitem is None:
            self.meter.lap()
        self.settle("ended")
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        self.settle("ended" if call.when == "teardown" else "test")
        cost = (dict(self.costs), item.get_closest_marker("slow") is not None, self.paces)
        report.cost = cost  # type: ignore[attr-defined]  # xdist carries along whatever a report has
        self.costs.clear()
        self.paces = []
        return report


class CostOfRun:
    """In the process that hears of all tests."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.budgets = budgets.read(config.rootpath / "pyproject.toml")
        self.bill = budgets.Bill()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if hasattr(report, "cost"):
            costs, is_slow, paces = report.cost
            self.bill.add(report.nodeid, **costs, is_slow=is_slow, wall=report.duration)
            self.bill.paces += paces

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.bill.tests:
            self.bill.write(self.config.rootpath / DURATIONS)
        is_held = self.config.getoption("hold_budgets")
        if is_held and session.exitstatus == pytest.ExitCode.OK and self.bill.is_held_over(self.budgets):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if len(self.bill.rooms) > 1:
            terminalreporter.section("what the tests cost")
            for line in self.bill.table(self.budgets):
                terminalreporter.write_line(line)
        for fault in self.bill.faults(self.budgets)[:SHOWN_FAULTS]:
            terminalreporter.write_line(f"OVER BUDGET: {fault}", red=True)
