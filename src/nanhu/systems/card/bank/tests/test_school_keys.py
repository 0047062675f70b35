"""The school's own signing keys are stolen: what was asked with them behind our back stands in the other side's file."""

from uuid import uuid4

import pytest

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.payments.channels import acquirer_channel, acquirer_of, bank_channel, gateway_of
from nanhu.platforms.payments.services import reconciliation
from nanhu.systems.card.bank.models import OnlineTopUp
from nanhu.systems.card.bank.services import loads
from nanhu.systems.card.bank.services.top_ups import ask_top_up, open_top_up
from nanhu.systems.card.bank.tests.conftest import BEGINNING_FEN, CARDS


def test_a_debit_asked_behind_our_back_credits_nobody_and_is_a_difference_the_next_morning(campus):
    token = campus.agree("student").token
    gateway = gateway_of(bank_channel())
    assert gateway.debit(request=uuid4().hex, token=token, amount_fen=7000).outcome == "done"
    assert campus.bank_balance("student") == BEGINNING_FEN - 7000
    (found,) = reconciliation.bank_differences(campus_today())
    assert (found.kind, found.theirs_fen, found.ours_fen, bool(found.owner)) == ("only_theirs", 7000, 0, True)
    assert loads.held_fen(campus.card("student")) == 0


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
