"""The pytest side of the executable manual (`-p nanhu.testing.manual_plugin`).

Refuses a `capability` mark that names no clause of the catalogue (a whole row is none) or an open one, and writes with
`--manual-report FILE` which tests name each clause and how they ended. Under xdist the workers tell the controller what they collected, so that a test that never
came back (a killed worker) is recorded as "not run" and not forgotten.
"""

from collections import defaultdict
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any, Final

import pytest

from nanhu.kernel import manual

_ANSWER: Final = "capability_tests"
_WORSE: Final = ("not run", "passed", "skipped", "failed")
"""How the phases of one test (set-up, call, tear-down) and its repeats add up: the later wins."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("manual", "the executable manual")
    group.addoption("--manual-report", metavar="FILE", type=Path, help="write the outcome of every clause's tests here")
    parser.addini("manual_catalogue", "the rows of the user manual", default=str(manual.CATALOGUE))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "capability(id): the clause of the user manual, such as A040.1, that this test holds"
    )
    config.pluginmanager.register(ManualRun(config), "manual-run")


def _ids_of(item: pytest.Item) -> list[str]:
    return [str(key) for mark in item.iter_markers("capability") for key in (mark.args or ("(none)",))]


class ManualRun:
    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        catalogue = manual.read_catalogue(config.rootpath / config.getini("manual_catalogue"))
        self.rows = frozenset(catalogue)
        self.known = frozenset(key for row in catalogue.values() for key in row.clause_ids() if key not in row.reasons)
        self.unbuilt = frozenset(key for row in catalogue.values() for key in row.reasons)
        self.tests: dict[str, list[str]] = {}
        self.outcomes: defaultdict[str, str] = defaultdict(lambda: "not run")

    @property
    def is_worker(self) -> bool:
        return hasattr(self.config, "workerinput")

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        wrong = sorted(set(self._unknown(report.result or ())))
        if wrong:
            report.outcome = "failed"
            report.longrepr = f"{collector.nodeid}: {self._complaint(wrong)}"
            report.result = []
        return report

    def _unknown(self, collected: Iterable[pytest.Item | pytest.Collector]) -> list[str]:
        return [
            key for item in collected if isinstance(item, pytest.Item) for key in _ids_of(item) if key not in self.known
        ]

    def _complaint(self, wrong: list[str]) -> str:
        if whole := [key for key in wrong if key in self.rows]:
            return f"name the clauses that the test holds ({whole[0]}.1 …), not the whole row {', '.join(whole)}"
        if built := [key for key in wrong if key in self.unbuilt]:
            return f"{', '.join(built)} stands as open in the catalogue: take its reason away when it is built"
        return f"no clause of the user manual is called {', '.join(wrong)}"

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.tests |= {item.nodeid: ids for item in session.items if (ids := _ids_of(item))}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A set-up that went well says nothing yet: only the call itself can pass a test."""
        if report.passed and report.when != "call":
            return
        self.outcomes[report.nodeid] = max(self.outcomes[report.nodeid], report.outcome, key=_WORSE.index)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:  # noqa: ARG002 - the name belongs to xdist's hook
        self.tests |= getattr(node, "workeroutput", {}).get(_ANSWER, {})

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.is_worker:
            self.config.workeroutput[_ANSWER] = self.tests  # type: ignore[attr-defined]
            return
        target: Path | None = session.config.getoption("manual_report")
        if target is not None:
            manual.write_report(target, self._report())

    def _report(self) -> dict[str, list[manual.TestOutcome]]:
        clauses: defaultdict[str, list[manual.TestOutcome]] = defaultdict(list)
        for nodeid, ids in self.tests.items():
            for key in dict.fromkeys(ids):
                clauses[key].append(manual.TestOutcome(nodeid, self.outcomes[nodeid]))
        return clauses
