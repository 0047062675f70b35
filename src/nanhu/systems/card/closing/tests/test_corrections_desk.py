"""The desk of corrections and disputes: what the kit promises of every page, and of what waits for a second person."""

from uuid import uuid4

import pytest

from nanhu.kernel.clock import now
from nanhu.systems.card.closing.models import Correction
from nanhu.systems.card.closing.services import corrections
from nanhu.systems.card.closing.views.corrections import Corrections, Disputes, desk
from nanhu.systems.card.models import Receipt
from nanhu.testing.pages import ProposalTests


class TestPages(ProposalTests):
    desk = desk

    @pytest.fixture
    def holder(self, campus):
        campus.top_up("student", 5000)
        assert campus.pay("student", 1250) == "posted"
        self.campus, self.sale = campus, Receipt.objects.get(kind="payment")
        return campus.client("clerk")

    @pytest.fixture
    def second(self, campus):
        return campus.client("second_clerk")

    @pytest.fixture
    def stranger(self, campus):
        return campus.client("student")

    def fill(self, count):
        author, approver = (self.campus.actor(part).account_id for part in ("clerk", "second_clerk"))
        decided = {"state": "refused", "approver_id": approver, "approver_name": "=1+1", "decided_at": now()}
        Correction.objects.bulk_create(
            Correction(token=uuid4(), receipt=self.sale, reason="=1+1", author_id=author, author_name="周敏", **decided)
            for _one in range(count)
        )

    def submitted(self, client):
        by = self.campus.actor("clerk")
        asked = corrections.ask(by=by, receipt=self.sale, reason="按错", token=uuid4())
        return self.desk.address("case", {"public_id": asked.public_id})


def test_a_sale_that_is_still_owed_is_told_whole():
    """The second person agrees to what is given back, not to what the wallet has felt of it."""
    sale = Receipt(kind="stored", amount_fen=4006, owed_fen=4006)
    columns = [column for table in (Corrections, Disputes) for column in table.columns if column.name == "amount"]
    assert [column.value(Correction(receipt=sale)) for column in columns] == [-4006, -4006]
