"""One campus for all tests that kill a filled one: each waits until it is whole again, and changes only what is its own."""

from collections.abc import Iterator

import pytest

from tests.conftest import Campus, open_folder, start_campus, stop_campus


@pytest.fixture(scope="session")
def doomed() -> Iterator[Campus]:
    with open_folder() as folder:
        campus = start_campus(folder)
        try:
            yield campus
        finally:
            stop_campus(campus)
