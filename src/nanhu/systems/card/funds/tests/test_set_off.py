"""Late rows of a replaced card are paid from its frozen sum, then the wallet, then on credit (A121)."""

import json
import time

import pytest
from django.db import connection

from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.funds.services.claims import begin_claim, finish_claim
from nanhu.systems.card.funds.services.credits import Credit, note
from nanhu.systems.card.funds.services.pending import lock_funds
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.card.models import Card, Receipt
from nanhu.systems.card.rows import line_of


class Replaced:
    """The student's card with 30.00 frozen of it, and 2.00 that came into the wallet since."""

    def __init__(self, funds, state: str = "replaced") -> None:
        self.funds, self.card = funds, funds.campus.card("student")
        self.claim(funds.credit(fen=3000))
        pending, _balances = lock_funds(self.card.wallet)
        leg = ledger.Leg(debit_account_id=self.card.wallet_id, credit_account_id=pending, amount_fen=3000)
        entry = ledger.post(by=SYSTEM, kind="test.freeze", legs=[leg])
        order = Credit(
            wallet=self.card.wallet, source="frozen", amount_fen=3000, key="frozen", from_account_id=self.card.wallet_id
        )
        self.frozen = note(by=SYSTEM, order=order, entry_id=entry.entry_id, from_card=self.card)
        self.claim(funds.credit(fen=200, key="later"))
        Card.objects.filter(pk=self.card.pk).update(state=state)

    def claim(self, claimable: Claimable) -> None:
        order = begin_claim(by=SYSTEM, card=self.card, terminal=None, claimables=[claimable.pk])
        finish_claim(by=SYSTEM, order=order, is_written=True)

    def row(self, sequence: int, fen: int) -> dict:
        return {"n": sequence, "s": sequence, "f": "bb", "u": self.card.uid, "a": fen, "o": time.time()}

    def store(self, *rows: dict) -> None:
        """card_store itself asks for the frozen sum first."""
        terminal = self.funds.campus.terminal.pk
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM card_store(%s, %s)", [terminal, json.dumps(rows)])

    def money(self) -> tuple[int, int, int]:
        """Frozen, spendable, owed."""
        self.frozen.refresh_from_db()
        return self.frozen.left_fen, self.funds.balance_of(self.card), ledger.balance_of(self.card.wallet.receivable_id)


@pytest.fixture
def replaced(funds):
    return Replaced(funds)


@pytest.mark.capability("A121.2", "A121.3")
def test_a_late_row_is_paid_from_the_frozen_sum_and_leaves_the_wallet_alone(replaced):
    replaced.store(replaced.row(901, 1200))
    assert replaced.money() == (1800, 200, 0)
    assert line_of(Receipt.objects.get(kind="claim", detail="set_off")).merchant == "冻结款抵扣旧卡的脱机消费"


@pytest.mark.capability("A121.2")
def test_rows_in_one_upload_share_the_frozen_sum(replaced):
    replaced.store(replaced.row(901, 1200), replaced.row(902, 1000))
    assert replaced.money() == (800, 200, 0)


@pytest.mark.capability("A121.3")
def test_the_wallet_bears_what_the_frozen_sum_cannot_and_the_rest_is_owed(replaced):
    replaced.store(replaced.row(901, 3500))
    assert replaced.money() == (0, 0, 300)
    assert replaced.frozen.state == "set_off"


@pytest.mark.capability("A121.3")
def test_the_same_upload_again_takes_nothing_more(replaced):
    for _time in range(2):
        replaced.store(replaced.row(901, 1200))
    assert replaced.money() == (1800, 200, 0)


def test_a_living_cards_rows_never_touch_a_frozen_sum(funds):
    replaced = Replaced(funds, state="issued")
    replaced.store(replaced.row(901, 150))
    assert replaced.money() == (3000, 50, 0)
