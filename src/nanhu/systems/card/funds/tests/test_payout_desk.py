"""The desk of batches: what the kit promises of every page."""

from uuid import uuid4

import pytest

from nanhu.systems.card.funds.models import PayoutBatch
from nanhu.systems.card.funds.services.payouts import open_funding
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.card.funds.tests.test_pages_payouts import GOOD, hand_in, office
from nanhu.systems.card.funds.views.payouts import desk
from nanhu.testing.pages import IntakeTests

__all__ = ["office"]


class TestPages(IntakeTests):
    desk = desk
    good, faulty = GOOD, GOOD + "999,谁,1\n"

    @pytest.fixture
    def holder(self, office):
        self.author = office.campus.actor("clerk")
        self.said = {"title": "补助", "source": "subsidy", "funding": office.funding.pk}
        return office.campus.client("clerk")

    @pytest.fixture
    def second(self, office):
        return office.campus.client("second_clerk")

    @pytest.fixture
    def stranger(self, funds):
        return funds.campus.client("teacher")

    def fill(self, count):
        funding = open_funding(by=SYSTEM, code="aid", name="=1+1")
        PayoutBatch.objects.bulk_create(
            PayoutBatch(
                token=uuid4(),
                source="subsidy",
                title="=1+1",
                funding=funding,
                row_count=1,
                sum_fen=1,
                file_digest=str(uuid4()),
                author_id=self.author.account_id,
                author_name="周敏",
            )
            for _one in range(count)
        )


def test_a_refused_form_on_a_page_shows_one_box(office):
    address = hand_in(office).url
    office.campus.client("clerk").post(address + "submit/")
    page = office.campus.client("second_clerk").post(address + "refuse/", {"answer": ""}).content.decode()
    assert page.count('role="alert"') == 1
    assert "这一项要填。" in page


@pytest.mark.capability("A145.1")
def test_what_the_author_may_not_do_is_said_on_the_page_of_the_batch(office):
    address = hand_in(office).url
    author = office.campus.client("clerk")
    author.post(address + "submit/")
    refused = author.post(address + "approve/")
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "十一月补助" in page
    assert "没有改动" in page
    assert author.get(address + "approve/").url == address, "an address that was reloaded leads to its page"
