"""Who the card's tests are about, and those of all that pay, open doors or print."""

from typing import Any

import pytest

from nanhu.testing.database import school_fixture


def bring_in_the_cast() -> dict[str, int]:
    """Persons by their campus number."""
    from nanhu.systems.card.tests import conftest as card  # Django is ready only now

    return card.bring_in_the_cast().by_number


persons_of_the_cast = school_fixture(bring_in_the_cast)


@pytest.fixture
def cast(persons_of_the_cast: dict[str, int]) -> Any:
    from nanhu.systems.card.tests import conftest as card

    return card.Campus(persons_of_the_cast)
