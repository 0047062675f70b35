"""The test databases of a worker: a clone of the template, where pytest-django would migrate one of its own, and for each
school that a room's tests begin with another clone, into which that school is brought once: a house. A test that asks for the
fixture of the school works there and is rolled back; everybody else, and whoever commits for real, works in the empty one.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, TypeGuard

import pytest
import time_machine
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from nanhu.kernel.clock import campus_today
from nanhu.kernel.database import embedded
from nanhu.testing import template
from nanhu.testing.patience import PATIENCE_SECONDS

HELPER = "_django_db_helper"
"""The fixture of pytest-django that begins the transaction of a test."""
REAL_COMMITS = {"transactional_db", "live_server", "django_db_reset_sequences"}

type Make = Callable[[], Any]


@dataclass(frozen=True)
class House:
    """A database of this worker with a school in it; `school` is what the function that made it returned."""

    connection: BaseDatabaseWrapper
    school: Any
    day: date | None = None
    """Whose today the school has in it; the empty one has none."""


_houses: dict[Make | None, House] = {}
"""By the function that makes the school; that of `None` is the empty one."""
_numbers = count(1)
"""Of the databases of schools: no two have one name."""


def school_fixture(make: Make, *, around: Callable[[], Any] | None = None) -> Any:
    """A fixture of what `make` brings into an empty database, brought in once a worker and not once a test.

    `make` answers with ids and names, no connections: each test gets a copy of its own. `around`, a context manager, holds while it
    is brought in and while each test runs.
    """
    bring_in = around()(make) if around else make

    def school(db: None) -> Iterator[Any]:  # noqa: ARG001 - begins in the database that the hook below chose
        with around() if around else nullcontext():
            yield deepcopy(_houses[bring_in].school) if is_in(bring_in) else make()

    school.made_by = bring_in  # type: ignore[attr-defined]
    return pytest.fixture(school)


def is_in(make: Make | None) -> bool:
    """Whether the test that runs works in the house of that school; of `None`: in the empty one."""
    house = _houses.get(make)
    return house is not None and connections["default"] is house.connection


def maker_of(item: Any) -> Make | None:
    """Which school a test asks for by one of its fixtures."""
    definitions = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    for name in getattr(item, "fixturenames", ()):
        for definition in definitions.get(name, ())[-1:]:
            if make := getattr(definition.func, "made_by", None):
                return make  # type: ignore[no-any-return]
    return None


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,  # noqa: ARG001 - the settings of a test are in force first
    django_db_blocker: Any,
) -> Iterator[None]:
    worker = getattr(request.config, "workerinput", {}).get("workerid", "alone")
    connection = connections["default"]
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = clone(f"test_nanhu_{worker}")
        connection.settings_dict["OPTIONS"]["pool"]["timeout"] = PATIENCE_SECONDS
        _houses[None] = House(connection, None)
    yield
    with django_db_blocker.unblock():
        for house in _houses.values():
            house.connection.close()


def clone(name: str) -> str:
    template.clone(Path(os.environ["NANHU_DATA_DIR"]), name)
    return name


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> None:
    """Before a test's transaction begins it is said in which of the houses that is."""
    if fixturedef.argname == HELPER:
        marker = request.node.get_closest_marker("django_db")
        is_real = bool(marker and marker.kwargs.get("transaction")) or REAL_COMMITS & {*request.fixturenames}
        make = None if is_real else maker_of(request.node)
        while may_settle(make):  # again where midnight came while it was brought in
            with request.getfixturevalue("django_db_blocker").unblock():
                pull_down(_houses.pop(make, None))
                _houses[make] = brought_in(make)
        connections["default"] = _houses.get(make, _houses[None]).connection


def may_settle(make: Make | None) -> TypeGuard[Make]:
    """A school that is brought in on a made-up day would be of that day for every test after it; over midnight it is made anew."""
    if make is None or time_machine.escape_hatch.is_travelling():
        return False
    house = _houses.get(make)
    return house is None or house.day != campus_today()


def brought_in(make: Make) -> House:
    """In a database of its own, by a connection of its own: those of a pool lead to the empty house."""
    empty, day = _houses[None].connection, campus_today()
    name = clone(f"{empty.settings_dict['NAME']}_{next(_numbers)}")
    options = {key: value for key, value in empty.settings_dict["OPTIONS"].items() if key != "pool"}
    full = type(empty)({**empty.settings_dict, "NAME": name, "OPTIONS": options}, "default")
    connections["default"] = full
    try:
        with transaction.atomic():
            house = House(full, make(), day)
            full.run_on_commit.clear()  # as in a test, which is rolled back
    finally:
        connections["default"] = empty
    return house


def pull_down(house: House | None) -> None:
    if house is None:
        return
    house.connection.close()
    with embedded.superuser_connection(Path(os.environ["NANHU_DATA_DIR"])) as connection:
        template.drop(connection, house.connection.settings_dict["NAME"])
