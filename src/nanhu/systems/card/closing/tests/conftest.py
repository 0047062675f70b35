"""The cast of the card's tests, and what closing needs beside it."""

import pytest

from nanhu.platforms.identity import api as identity
from nanhu.systems.card.tests.conftest import SYSTEM, Campus, bring_in_the_cast


@pytest.fixture
def campus(db) -> Campus:
    return bring_in_the_cast()


def make(campus: Campus, part: str, role: str) -> None:
    identity.grant_role(by=SYSTEM, account_id=campus.actor(part).account_id, role=role)
