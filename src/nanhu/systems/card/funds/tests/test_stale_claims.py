"""What a terminal left open ends by itself where no chip can have been written, and stays in sight where one may have."""

from datetime import timedelta

import pytest

from nanhu.kernel.clock import now
from nanhu.systems.card.funds.models import CardReissue, Claimable, ClaimOrder
from nanhu.systems.card.funds.services import stale_claims
from nanhu.systems.card.funds.services.claims import begin_claim
from nanhu.systems.card.funds.services.merging import join_wallets
from nanhu.systems.card.funds.services.reissue import reissue
from nanhu.systems.card.funds.services.stale_claims import abandon_stale, settle_stale, tell_due
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.card.funds.tests.test_claims import authorised


def test_the_finder_frees_a_claim_no_chip_can_have_taken(funds):
    funds.credit()
    begin_claim(by=SYSTEM, card=funds.campus.card("student"), terminal=None)
    assert settle_stale() == 0
    assert settle_stale(patience=timedelta(0)) == 1
    assert settle_stale(patience=timedelta(0)) == 0
    assert funds.states() == {"one": "waiting"}
    assert funds.order().settled_by == ClaimOrder.Settled.JOB


def test_an_authorised_write_stays_open_until_the_chip_is_read(funds):
    funds.credit()
    authorised(begin_claim(by=SYSTEM, card=funds.campus.card("student"), terminal=None))
    assert settle_stale(patience=timedelta(0)) == 0
    assert funds.states() == {"one": "writing"}


@pytest.mark.capability("A122.5")
def test_who_waited_for_frozen_money_is_told_once_when_the_wait_is_over(funds, monkeypatch):
    funds.campus.top_up("student", 4000)
    reissue(by=SYSTEM, card=funds.campus.card("student"), reason="damaged", fee_fen=0, at="", key="k")
    assert tell_due() == 0
    later = now() + timedelta(hours=72, minutes=1)
    monkeypatch.setattr(stale_claims, "now", lambda: later)
    assert (tell_due(), tell_due()) == (1, 0)


def test_a_card_a_kiosk_never_reported_is_given_up_and_the_old_one_lives(funds):
    card = funds.campus.card("student")
    CardReissue.objects.create(key="k", old_card=card, reason="lost", by_name="terminal:KR001")
    assert abandon_stale() == 0
    assert abandon_stale(patience=timedelta(0)) == 1
    assert funds.campus.card("student").state == "issued"


def test_what_waited_for_a_record_that_was_merged_away_goes_to_the_kept_person(funds):
    funds.credit(part="other_student", fen=700)
    begin_claim(by=SYSTEM, card=funds.campus.card("other_student"), terminal=None)
    persons = funds.campus.persons
    join_wallets(by=SYSTEM, kept_id=persons["student"], gone_id=persons["other_student"])
    assert (funds.balance("student"), Claimable.objects.get().state) == (700, "claimed")
