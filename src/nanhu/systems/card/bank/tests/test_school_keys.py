"""Signing keys are stolen: what was asked with ours behind our back stands in the other side's file, what was said with theirs does not."""

from uuid import uuid4

import pytest
from django.test import Client

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.payments.channels import acquirer_channel, acquirer_of, bank_channel, gateway_of
from nanhu.platforms.payments.services import reconciliation
from nanhu.systems.card.bank.models import OnlineTopUp
from nanhu.systems.card.bank.services import loads
from nanhu.systems.card.bank.services.top_ups import ask_top_up, open_top_up
from nanhu.systems.card.bank.tests.conftest import BEGINNING_FEN, CARDS
from nanhu.systems.card.bank.tests.test_online_top_ups import NOTICE, notice_of


def test_a_debit_asked_behind_our_back_credits_nobody_and_is_a_difference_the_next_morning(campus):
    token = campus.agree("student").token
    gateway = gateway_of(bank_channel())
    assert gateway.debit(request=uuid4().hex, token=token, amount_fen=7000).outcome == "done"
    assert campus.bank_balance("student") == BEGINNING_FEN - 7000
    (found,) = reconciliation.bank_differences(campus_today())
    assert (found.kind, found.theirs_fen, found.ours_fen, bool(found.owner)) == ("only_theirs", 7000, 0, True)
    assert loads.held_fen(campus.card("student")) == 0


def test_unionpays_forged_word_of_an_order_that_nobody_paid_is_a_difference_the_next_morning(campus):
    order = open_top_up(
        ask_top_up(by=campus.actor("student"), card=campus.card("student"), amount_fen=5000, source="web")
    )
    for _time in range(2):
        assert Client().post(NOTICE, notice_of(campus, order)).status_code == 200
    assert (loads.held_fen(campus.card("student")), campus.bank_balance("student")) == (5000, BEGINNING_FEN)
    (found,) = reconciliation.bank_differences(campus_today())
    assert (found.kind, found.ours_fen, found.theirs_fen, bool(found.owner)) == ("only_ours", 5000, 0, True)


@pytest.mark.parametrize(
    ("named", "kind", "fen"), [("RF{ours}", "only_ours", 0), ("RF20261127000001", "only_theirs", -5000)]
)
def test_a_refund_asked_behind_our_back_goes_to_the_payer_once_and_is_a_difference(
    campus, live_server, named, kind, fen
):
    """Whatever the thief calls it: as we would have, or otherwise."""
    card = campus.card("student")
    order = open_top_up(ask_top_up(by=campus.actor("student"), card=card, amount_fen=5000, source="web"))
    campus.bank.do("pay", tn=order.tn, card=CARDS["student"])
    paid, gateway = OnlineTopUp.objects.get(), acquirer_of(acquirer_channel())
    for _time in range(2):
        gateway.refund(
            order=named.format(ours=paid.number[2:]),
            txn_time=f"{now():%Y%m%d%H%M%S}",
            original=paid.query_id,
            amount_fen=5000,
            back_url="http://127.0.0.1:9/",
        )
    assert campus.bank_balance("student") == BEGINNING_FEN
    (found,) = reconciliation.bank_differences(campus_today())
    assert (found.kind, found.theirs_fen, bool(found.owner)) == (kind, fen, True)
