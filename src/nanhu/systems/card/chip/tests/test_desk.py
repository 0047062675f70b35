"""待查交易: what the kit promises of every page, and of what waits for a second person."""

import pytest

from nanhu.systems.card.chip.desk import desk
from nanhu.systems.card.chip.models import SuspenseBatch, SuspenseCase
from nanhu.systems.card.tests.test_suspense_batches import FEN, flood, page_of, propose
from nanhu.testing.pages import ProposalTests


class TestPages(ProposalTests):
    desk = desk

    @pytest.fixture
    def holder(self, campus):
        self.campus = campus
        flood(campus, "N1001", "student", FEN)
        return campus.client("clerk")

    @pytest.fixture
    def second(self, campus):
        return campus.client("second_clerk")

    @pytest.fixture
    def stranger(self, campus):
        return campus.client("student")

    def submitted(self, client):
        assert propose(self.campus).status_code == 302
        return page_of(SuspenseBatch.objects.get())

    def fill(self, count):
        one = SuspenseCase.objects.select_related("terminal").first()
        begun = SuspenseCase.objects.count() + 100
        SuspenseCase.objects.bulk_create(
            SuspenseCase(terminal=one.terminal, reason=one.reason, sequence=begun + n, amount_fen=1, row=one.row)
            for n in range(count)
        )
