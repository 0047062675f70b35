"""The test databases of a worker: a clone of the template, where pytest-django would migrate one of its own, and a second
one with the cast of the card's tests brought in once, in which the tests work that ask for the cast and are rolled back.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from nanhu.testing import template

HELPER = "_django_db_helper"
"""The fixture of pytest-django that begins the transaction of a test."""
REAL_COMMITS = {"transactional_db", "live_server", "django_db_reset_sequences"}
with_the_cast: dict[str, int] = {}
"""The persons of the cast by their campus number; empty where no test asks for them."""
_houses: dict[bool, BaseDatabaseWrapper] = {}
"""This worker's connections: to the house with the cast, and to the empty one."""


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,  # noqa: ARG001 - the settings of a test are in force first
    django_db_blocker: Any,
) -> Iterator[None]:
    worker = getattr(request.config, "workerinput", {}).get("workerid", "alone")
    name = f"test_nanhu_{worker}"
    folder = Path(os.environ["NANHU_DATA_DIR"])
    connection = connections["default"]
    with django_db_blocker.unblock():
        connection.close()
        template.clone(folder, name)
        connection.settings_dict["NAME"] = name
        _houses[False] = connection
        if any("cast" in getattr(item, "fixturenames", ()) for item in request.session.items):
            template.clone(folder, f"{name}_cast")
            bring_in(connection, f"{name}_cast")
    yield
    with django_db_blocker.unblock():
        for house in _houses.values():
            house.close()


def bring_in(empty: BaseDatabaseWrapper, name: str) -> None:
    """Into the database `name`, by a connection of its own: those of a pool lead to the empty house."""
    from nanhu.systems.card.tests.conftest import bring_in_the_cast

    options = {key: value for key, value in empty.settings_dict["OPTIONS"].items() if key != "pool"}
    full = type(empty)({**empty.settings_dict, "NAME": name, "OPTIONS": options}, "default")
    connections["default"] = full
    _houses[True] = full
    with_the_cast.update(bring_in_the_cast().by_number)
    connections["default"] = empty


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> None:
    """Before a test's transaction begins it is said in which of the two houses that is."""
    if fixturedef.argname == HELPER:
        marker = request.node.get_closest_marker("django_db")
        is_real = bool(marker and marker.kwargs.get("transaction")) or REAL_COMMITS & {*request.fixturenames}
        connections["default"] = _houses["cast" in request.fixturenames and not is_real]


@pytest.fixture
def cast(db: None) -> Any:  # noqa: ARG001 - chosen by the hook above
    from nanhu.systems.card.tests.conftest import Campus, bring_in_the_cast

    is_there = connections["default"] is _houses.get(True)
    return Campus(dict(with_the_cast)) if is_there else bring_in_the_cast()
