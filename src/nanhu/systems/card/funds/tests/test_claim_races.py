"""A claim that is begun anew while MAC2 of the open one goes out: two connections, on the real locks."""

import pytest

from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.terminals.api import Request
from nanhu.systems.card.chip.services import loads
from nanhu.systems.card.devices.tests.asking import Device, place_device
from nanhu.systems.card.funds import operations
from nanhu.systems.card.funds.models import Claimable, ClaimOrder
from nanhu.systems.card.funds.services import claims, stale_claims
from nanhu.systems.card.funds.tests.conftest import SYSTEM, Funds
from nanhu.systems.card.tests.conftest import bring_in_the_cast
from nanhu.testing.races import amid

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
AT = "20261125120000"


@pytest.fixture
def begun(transactional_db, monkeypatch):
    """A till, and the student's claim at it; the chip signs whatever it is asked."""
    funds = Funds(bring_in_the_cast())
    till = place_device("N1009", "pos", by=SYSTEM)
    monkeypatch.setattr(loads, "mac2_for_load", lambda **_facts: loads.LoadGrant(mac2="00000000", at=AT))
    funds.credit()
    card = funds.campus.card("student")
    order = claims.begin_claim(by=SYSTEM, card=card, terminal=till.terminal, online_counter=4)
    return till, card, order


def grant(till, order):
    body = {"claim": str(order.public_id), "balance_fen": 0, "online_counter": 4, "random": "11", "mac1": "22"}
    return operations.claim_mac(Request(terminal=till.terminal, sequence=1, body=body, by=SYSTEM))


def test_who_begins_anew_amid_the_right_to_write_finds_it_given(begun):
    till, card, order = begun
    again = {"card": card.uid, "held_ms": 5000}
    granted, told = amid(lambda: grant(till, order), lambda: Device("N1009").ask("claim/begin", again, sequence=9))
    assert (granted["mac2"], told["code"]) == ("00000000", "card.claim_unsettled")
    assert ClaimOrder.objects.get().state == "writing"
    assert Claimable.objects.get().state == "writing"
    assert ledger.trial_balance().difference_fen == 0


def test_the_job_that_meets_the_right_to_write_frees_nothing(begun):
    till, _card, order = begun
    _granted, is_freed = amid(lambda: grant(till, order), lambda: stale_claims.is_freed(order))
    assert (is_freed, ClaimOrder.objects.get().state) == (False, "writing")
