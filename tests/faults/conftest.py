"""A campus for the tests that kill it, one for each of their files."""

from collections.abc import Iterator

import pytest

from tests.conftest import Campus, open_folder, start_campus, stop_campus


@pytest.fixture(scope="module")
def doomed() -> Iterator[Campus]:
    with open_folder() as folder:
        campus = start_campus(folder)
        try:
            yield campus
        finally:
            stop_campus(campus)
