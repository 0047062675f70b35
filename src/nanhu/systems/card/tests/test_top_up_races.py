"""The same form from many hands at once, and cash beside a payment: two connections and more, on the real locks."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection

from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.models import Receipt, TopUp
from nanhu.systems.card.services import cash_exceptions
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.services.top_up import top_up_with_cash
from nanhu.systems.card.tests.conftest import bring_in_the_cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus(transactional_db):
    return bring_in_the_cast()


def at_once(jobs):
    def run(job):
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_one_form_sent_by_eight_hands_posts_once(campus):
    given = {"by": campus.actor("clerk"), "card": campus.card("teacher"), "amount_fen": 5000, "token": uuid4()}
    taken = at_once([lambda: top_up_with_cash(**given)] * 8)
    assert len({one.top_up.pk for one in taken}) == 1
    assert sorted(one.is_repeated for one in taken) == [False] + [True] * 7
    assert ledger.balance_of(campus.card("teacher").wallet_id) == 5000
    assert TopUp.objects.count() == 1


def test_one_request_sent_twice_at_once_is_one(campus):
    given = {
        "by": campus.actor("clerk"),
        "card": campus.card("student"),
        "amount_fen": 5000,
        "reason": "x",
        "token": uuid4(),
    }
    asked = at_once([lambda: cash_exceptions.ask_for_cash(**given)] * 6)
    assert len({one.pk for one in asked}) == 1


def test_cash_payments_and_a_loss_at_once_conserve_money(campus):
    card, clerk = campus.card("teacher"), campus.actor("clerk")
    campus.top_up("teacher", 20_000)

    def take():
        return top_up_with_cash(by=clerk, card=card, amount_fen=1000, token=uuid4()).top_up.amount_fen

    def eat():
        return campus.pay("teacher", 300)

    def lose():
        return report_lost(by=campus.actor("student"), card=campus.card("student"), reason="x").state

    done = at_once([take, eat] * 8 + [lose])
    paid = done.count("posted")
    assert paid == 8
    wallet = card.wallet_id
    assert ledger.balance_of(wallet) == 20_000 + 8 * 1000 - paid * 300
    balances = list(
        Receipt.objects.filter(wallet_id=wallet, outcome="posted")
        .order_by("entry_id")
        .values_list("balance_fen", flat=True)
    )
    assert balances[-1] == ledger.balance_of(wallet)
    assert ledger.trial_balance().difference_fen == 0


def test_a_payment_after_the_loss_was_committed_is_refused_on_another_connection(campus):
    campus.top_up("student", 2000)
    at_once([lambda: report_lost(by=campus.actor("student"), card=campus.card("student"), reason="x")])
    assert at_once([lambda: campus.pay("student", 100)]) == ["card_lost"]
