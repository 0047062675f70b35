"""The desk of cash exceptions: what the kit promises of every page, and of what waits for a second person."""

from uuid import uuid4

import pytest

from nanhu.systems.card.models import CashException
from nanhu.systems.card.views.exceptions import desk
from nanhu.testing.pages import ProposalTests


class TestPages(ProposalTests):
    desk = desk

    @pytest.fixture
    def holder(self, campus):
        self.campus = campus
        return campus.client("clerk")

    @pytest.fixture
    def second(self, campus):
        return campus.client("second_clerk")

    @pytest.fixture
    def stranger(self, campus):
        return campus.client("student")

    def fill(self, count):
        clerk, card = self.campus.actor("clerk"), self.campus.card("teacher")
        CashException.objects.bulk_create(
            CashException(
                token=uuid4(), card=card, amount_fen=1, reason="=1+1", author_id=clerk.account_id, author_name="周敏"
            )
            for _one in range(count)
        )

    def submitted(self, client):
        self.fill(1)
        return self.desk.address("case", {"public_id": CashException.objects.get().public_id})
