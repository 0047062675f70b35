"""pytest plugin: which tests of a parallel run go to the same worker, and in which order.

All tests of a file stay together, so that what a module shares is made once; so do all that begin with the same school
(`nanhu.testing.database`), and all tests of a shared campus, which is stopped after the last of them. What takes long begins first, so that no worker waits for the other at the end.
"""

from collections.abc import Generator
from random import Random
from typing import Any

import pytest
from xdist.scheduler import LoadGroupScheduling

from nanhu.testing.database import maker_of

SHARED = {"campus": "campus", "doomed": "faults"}
"""Session fixtures that run a whole campus (tests/conftest.py, tests/faults/conftest.py), and the group of their users."""
LONG = (
    "tests/",
    "src/nanhu/project/",
    "src/nanhu/systems/card/bank/",
    "src/nanhu/platforms/payments/",
    "src/nanhu/emulators/",
)
LONGEST_ID = 60


class ByFile(LoadGroupScheduling):  # type: ignore[misc]
    """Like `--dist loadgroup`, and a test without a group belongs to its file."""

    def _split_scope(self, nodeid: str) -> str:
        scope = super()._split_scope(nodeid)
        return nodeid.partition("::")[0] if scope == nodeid else scope


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    config.option.loadscopereorder = False  # xdist would begin with the files of most tests
    return ByFile(config, log)


def group_of(item: pytest.Item | None) -> str:
    """The shared campus a test needs; empty for a test that needs none."""
    found = item.get_closest_marker("xdist_group") if item is not None else None
    return str(found.args[0]) if found and found.args[0] in SHARED.values() else ""


def shared_by(item: pytest.Item) -> list[str]:
    info = getattr(item, "_fixtureinfo", None)
    made = info.name2fixturedefs if info else {}
    return [group for name, group in SHARED.items() if name in made and made[name][-1].scope == "session"]


def school_of(item: pytest.Item) -> list[str]:
    """The group of those that begin with the school of one room; the cast of the card is everybody's."""
    make = maker_of(item)
    room, is_of_a_room, _rest = make.__module__.partition(".tests.") if make else ("", "", "")
    return [f"school-{room.removeprefix('nanhu.')}"] if is_of_a_room else []


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A long or generated value is named by its argument: both workers must give a test the same name."""
    return argname if isinstance(val, str | bytes) and len(val) > LONGEST_ID else None


class Reading:
    """Each worker reads the files in an order of its own, so that it finds most of them rewritten by another: in a fresh clone
    that is two thirds of what reading them costs. The items are put into one order afterwards, as xdist asks."""

    def __init__(self, worker: str) -> None:
        self.shuffled = Random(worker).shuffle  # noqa: S311 - an order, no secret

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if isinstance(collector, pytest.Session | pytest.Directory):
            self.shuffled(report.result)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: item.path)


class Grouping:
    """Before xdist reads the groups."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            for group in shared_by(item) or school_of(item):
                item.add_marker(pytest.mark.xdist_group(group))


class Ordering:
    """After the order was made random."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: (not group_of(item), not is_long(item)))


def is_long(item: pytest.Item) -> bool:
    return item.get_closest_marker("journey") is not None or item.nodeid.startswith(LONG) or bool(school_of(item))


def pytest_configure(config: pytest.Config) -> None:
    worker = getattr(config, "workerinput", {}).get("workerid", "")
    if worker:
        config.pluginmanager.register(Reading(worker), "reading-of-tests")
    config.pluginmanager.register(Grouping(), "groups-of-tests")
    config.pluginmanager.register(Ordering(), "order-of-tests")
