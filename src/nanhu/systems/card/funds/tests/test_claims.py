"""Credited once, claimed once: what waits is neither lost nor doubled, whatever a terminal says twice."""

from datetime import timedelta

import pytest

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.errors import CardStateError
from nanhu.systems.card.funds.errors import (
    ClaimResolvedError,
    ClaimUnsettledError,
    CounterWentBackError,
    NothingToClaimError,
    NotReturnableError,
)
from nanhu.systems.card.funds.models import Claimable, ClaimOrder
from nanhu.systems.card.funds.services.claims import authorise_write, begin_claim, finish_claim, release
from nanhu.systems.card.funds.services.returns import return_claimable
from nanhu.systems.card.funds.services.stale_claims import is_freed
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.rows import line_of
from nanhu.systems.card.services.loss import report_lost


def begin(funds, part="student", **more):
    return begin_claim(by=SYSTEM, card=funds.campus.card(part), terminal=funds.campus.terminal, **more)


def authorised(order):
    return authorise_write(by=SYSTEM, order=order, online_counter=7, chip_balance_fen=0, at="20261125120000")


def test_credited_money_waits_beside_the_wallet_until_it_is_claimed(funds):
    funds.credit(fen=5000)
    assert (funds.balance(), funds.pending()) == (0, 5000)
    order = begin(funds)
    assert order.amount_fen == 5000
    assert (funds.balance(), funds.pending(), funds.states()) == (0, 5000, {"one": "writing"})
    done = finish_claim(by=SYSTEM, order=order, is_written=True)
    assert (funds.balance(), funds.pending(), funds.states()) == (5000, 0, {"one": "claimed"})
    receipt = Receipt.objects.get(pk=done.receipt_id)
    assert (receipt.kind, receipt.amount_fen, receipt.balance_fen) == ("claim", 5000, 5000)
    assert line_of(receipt).merchant == "补助"


@pytest.mark.capability("A136.2")
def test_the_same_key_credits_once_and_another_sum_under_it_is_refused(funds):
    first = funds.credit(fen=5000)
    assert funds.credit(fen=5000).pk == first.pk
    with pytest.raises(ledger.EntryKeyReusedError):
        funds.credit(fen=5001)
    assert funds.pending() == 5000


def test_several_sums_are_claimed_in_one_writing(funds):
    funds.credit(fen=5000)
    funds.credit(fen=300, key="two", source="online_top_up")
    finish_claim(by=SYSTEM, order=begin(funds), is_written=True)
    assert funds.balance() == 5300
    assert line_of(Receipt.objects.get(kind="claim")).merchant == "补助 + 在线充值"


def test_only_the_chosen_sum_is_claimed_when_one_is_chosen(funds):
    chosen = funds.credit(fen=5000)
    funds.credit(fen=300, key="two")
    finish_claim(by=SYSTEM, order=begin(funds, claimables=[chosen.pk]), is_written=True)
    assert (funds.balance(), funds.pending()) == (5000, 300)


def test_nobody_claims_anothers_money_by_its_number(funds):
    foreign = funds.credit(part="teacher")
    with pytest.raises(NothingToClaimError):
        begin(funds, claimables=[foreign.pk])


@pytest.mark.capability("A122.2")
def test_a_report_heard_twice_moves_money_once_and_a_contrary_one_is_refused(funds):
    funds.credit()
    order = begin(funds)
    finish_claim(by=SYSTEM, order=order, is_written=True)
    finish_claim(by=SYSTEM, order=order, is_written=True)
    assert funds.balance() == 5000
    with pytest.raises(ClaimResolvedError):
        finish_claim(by=SYSTEM, order=order, is_written=False)


@pytest.mark.capability("A149.2")
def test_what_was_not_written_waits_again(funds):
    funds.credit()
    finish_claim(by=SYSTEM, order=begin(funds), is_written=False)
    assert (funds.balance(), funds.pending(), funds.states()) == (0, 5000, {"one": "waiting"})
    finish_claim(by=SYSTEM, order=begin(funds), is_written=True)
    assert funds.balance() == 5000
    noted = AuditEntry.objects.filter(action__endswith="_claim").order_by("pk")
    said = [(one.action, one.facts.get("state")) for one in noted]
    begun, ended = ("card.begin_claim", None), "card.finish_claim"
    assert said == [begun, (ended, "not_written"), begun, (ended, "written")]


@pytest.mark.capability("A149.2")
def test_not_written_is_not_believed_once_the_right_to_write_left_the_house(funds):
    """A terminal's word alone would pay a chip twice that was written: its counter decides at the next touch."""
    funds.credit()
    order = authorised(begin(funds))
    for _time in range(2):
        assert finish_claim(by=SYSTEM, order=order, is_written=False).state == "writing"
    assert (funds.pending(), funds.states()) == (5000, {"one": "writing"})
    again = begin(funds, online_counter=7)
    order.refresh_from_db()
    assert (order.state, order.settled_by, again.amount_fen) == ("not_written", "counter", 5000)


@pytest.mark.capability("A149.2")
def test_a_release_is_judged_by_what_is_authorised_when_it_gets_the_lock(funds):
    """Who read the claim before its right to write left comes too late."""
    funds.credit()
    read_before = begin(funds)
    authorised(ClaimOrder.objects.get(pk=read_before.pk))
    assert not is_freed(read_before)
    assert release(by=SYSTEM, order=read_before, settled_by="job").state == "writing"
    assert funds.states() == {"one": "writing"}


def test_a_late_report_of_success_after_a_release_is_refused_and_the_money_still_waits(funds):
    funds.credit()
    order = begin(funds)
    finish_claim(by=SYSTEM, order=order, is_written=False)
    with pytest.raises(ClaimResolvedError):
        finish_claim(by=SYSTEM, order=order, is_written=True)
    assert (funds.balance(), funds.pending()) == (0, 5000)


@pytest.mark.capability("A149.2")
@pytest.mark.parametrize(("counter", "balance", "state"), [(8, 5000, "written"), (7, 0, "not_written")])
def test_the_chips_counter_settles_what_a_power_cut_left_open(funds, counter, balance, state):
    funds.credit()
    first = authorised(begin(funds))
    funds.credit(fen=100, key="two")
    again = begin(funds, online_counter=counter)
    first.refresh_from_db()
    assert (first.state, first.settled_by, funds.balance()) == (state, "counter", balance)
    assert again.amount_fen == 5100 - balance


@pytest.mark.capability("A149.2")
def test_nothing_new_is_written_while_the_last_outcome_is_unknown(funds):
    funds.credit()
    authorised(begin(funds))
    with pytest.raises(ClaimUnsettledError):
        begin(funds)
    assert ClaimOrder.objects.count() == 1


def test_a_claim_whose_write_was_never_authorised_is_begun_anew(funds):
    funds.credit()
    first, second = begin(funds), begin(funds)
    first.refresh_from_db()
    assert (first.state, second.amount_fen, funds.states()) == ("not_written", 5000, {"one": "writing"})


@pytest.mark.capability("A149.2")
def test_a_write_is_authorised_once(funds):
    funds.credit()
    order = authorised(begin(funds))
    with pytest.raises(ClaimResolvedError):
        authorised(order)
    assert AuditEntry.objects.get(action="card.authorise_write").facts["counter"] == 7


@pytest.mark.capability("A149.2")
def test_a_chip_that_counts_backwards_is_refused(funds):
    funds.credit()
    authorised(begin(funds))
    with pytest.raises(CounterWentBackError):
        begin(funds, online_counter=6)
    assert funds.states() == {"one": "writing"}


@pytest.mark.capability("A122.1", "A149.2")
def test_money_that_is_not_due_yet_cannot_be_claimed(funds):
    funds.credit(available_at=now() + timedelta(seconds=30))
    with pytest.raises(NothingToClaimError):
        begin(funds)


@pytest.mark.capability("A117.1", "A149.2")
def test_a_lost_card_claims_nothing(funds):
    funds.credit()
    report_lost(by=SYSTEM, card=funds.campus.card("student"), reason="test")
    with pytest.raises(CardStateError):
        begin(funds)


def test_a_debt_takes_its_part_and_the_chip_gets_the_rest(funds):
    wallet = funds.campus.card("student").wallet
    leg = ledger.Leg(debit_account_id=wallet.receivable_id, credit_account_id=funds.source, amount_fen=1200)
    ledger.post(by=SYSTEM, kind="test.owed", legs=[leg])
    funds.credit(fen=5000)
    order = begin(funds)
    assert (order.amount_fen, order.write_fen) == (5000, 3800)
    finish_claim(by=SYSTEM, order=order, is_written=True)
    assert (funds.balance(), ledger.balance_of(wallet.receivable_id)) == (3800, 0)


@pytest.mark.capability("A148.4")
def test_unclaimed_money_goes_back_where_it_came_from_once(funds):
    made = funds.credit(fen=5000)
    return_claimable(by=SYSTEM, claimable=made, reason="到期")
    return_claimable(by=SYSTEM, claimable=made, reason="到期")
    assert (funds.pending(), ledger.balance_of(funds.source), funds.states()) == (0, 0, {"one": "returned"})
    with pytest.raises(NothingToClaimError):
        begin(funds)


@pytest.mark.capability("A145.2", "A148.4")
def test_what_is_being_written_or_was_claimed_never_goes_back(funds):
    made = funds.credit()
    order = begin(funds)
    with pytest.raises(NotReturnableError):
        return_claimable(by=SYSTEM, claimable=made, reason="到期")
    finish_claim(by=SYSTEM, order=order, is_written=True)
    with pytest.raises(NotReturnableError):
        return_claimable(by=SYSTEM, claimable=Claimable.objects.get(), reason="到期")
