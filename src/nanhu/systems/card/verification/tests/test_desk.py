"""The guard's desk: what the kit promises of every page."""

import pytest

from nanhu.platforms.identity import api as identity
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.verification.desk import desk
from nanhu.testing.pages import PageTests


class TestVerification(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, campus):
        identity.grant_role(by=SYSTEM, account_id=campus.actor("second_clerk").account_id, role="card.guard")
        return campus.client("second_clerk")

    @pytest.fixture
    def stranger(self, campus):
        return campus.client("clerk")
