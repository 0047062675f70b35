"""A campus with an account that subsidies come from, and short words for what tests ask of claims."""

import pytest
from django.db import connection

from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.funds.checks import funds_differences
from nanhu.systems.card.funds.models import Claimable, ClaimOrder
from nanhu.systems.card.funds.services.credits import credit
from nanhu.systems.card.funds.services.pending import pending_accounts
from nanhu.systems.card.models import Card
from nanhu.systems.card.tests.conftest import SYSTEM, Campus

__all__ = ["SYSTEM", "Funds", "funds"]


class Funds:
    """The cast, and money that comes to them from one source."""

    def __init__(self, campus: Campus) -> None:
        self.campus = campus
        order = ledger.AccountOrder(code="test.source", name="学工部", kind="clearing")
        self.source = ledger.open_accounts([order])["test.source"]

    def credit(
        self, part: str = "student", fen: int = 5000, key: str = "one", source: str = "subsidy", **more
    ) -> Claimable:
        return credit(
            by=SYSTEM,
            wallet=self.campus.card(part).wallet,
            source=source,
            amount_fen=fen,
            key=key,
            from_account_id=self.source,
            **more,
        )

    def pending(self, part: str = "student") -> int:
        return ledger.balance_of(pending_accounts([self.campus.card(part).wallet])[self.campus.card(part).wallet_id])

    def balance(self, part: str = "student") -> int:
        return self.balance_of(self.campus.card(part))

    @staticmethod
    def balance_of(card: Card) -> int:
        return ledger.balance_of(card.wallet_id)

    def states(self) -> dict[str, str]:
        return dict(Claimable.objects.values_list("key", "state"))

    def order(self) -> ClaimOrder:
        return ClaimOrder.objects.get()


@pytest.fixture
def funds(cast):
    """Whatever a test did, money is where the books say."""
    made = Funds(cast)
    yield made
    assert_sound()


@pytest.fixture
def rich(funds):
    """林小满 has 100.00, 赵一鸣 10.00: one can pay half of the bill of 30.01, the other cannot."""
    funds.campus.top_up("student", 10_000)
    funds.campus.top_up("other_student", 1_000)
    return funds


def assert_sound() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert receipt_differences() == []
    assert funds_differences() == []
    assert ledger.check_ledger() == []
