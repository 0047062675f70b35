"""What every page of a console is held to, for that of the telephone."""

import pytest

from nanhu.platforms.identity import api as identity
from nanhu.systems.card.fleet.views.loss_desk import desk, finders
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.testing.pages import PageTests


class TestPages(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, campus):
        identity.grant_role(by=SYSTEM, account_id=campus.actor("teacher").account_id, role="card.phone_desk")
        return campus.client("teacher")

    @pytest.fixture
    def stranger(self, campus):
        return campus.client("clerk")


class TestFinders(PageTests):
    desk = finders
    is_for_everybody = True

    @pytest.fixture
    def holder(self, campus):
        return campus.client("student")
