"""One campus for all tests that kill a filled one: each waits until it is whole again, and changes only what is its own."""

from collections.abc import Iterator

import pytest

from tests.conftest import Campus, shared_campus


@pytest.fixture(scope="session")
def doomed() -> Iterator[Campus]:
    with shared_campus("faults", NANHU_WEB_WORKERS="1") as running:  # a quarter of what each start after a kill costs
        yield running
