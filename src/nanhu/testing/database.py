"""The test database of a worker: a clone of the template, where pytest-django would migrate one of its own."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from nanhu.testing import template


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
    yield
    with django_db_blocker.unblock():
        connection.close()
