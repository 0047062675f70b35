"""What a terminal left open ends by itself where no chip can have been written, and stays in sight where one may have."""

from datetime import timedelta

from nanhu.systems.card.funds.models import ClaimOrder
from nanhu.systems.card.funds.services.claims import begin_claim
from nanhu.systems.card.funds.services.finder import settle_stale
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.card.funds.tests.test_claims import authorised


def test_the_finder_frees_a_claim_no_chip_can_have_taken(funds):
    funds.credit()
    begin_claim(by=SYSTEM, card=funds.campus.card("student"), terminal=None)
    assert settle_stale() == 0
    assert settle_stale(patience=timedelta(0)) == 1
    assert settle_stale(patience=timedelta(0)) == 0
    assert funds.states() == {"one": "waiting"}
    assert funds.order().settled_by == ClaimOrder.Settled.FINDER


def test_an_authorised_write_stays_open_until_the_chip_is_read(funds):
    funds.credit()
    authorised(begin_claim(by=SYSTEM, card=funds.campus.card("student"), terminal=None))
    assert settle_stale(patience=timedelta(0)) == 0
    assert funds.states() == {"one": "writing"}
