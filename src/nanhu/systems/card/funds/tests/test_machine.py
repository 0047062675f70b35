"""Power cuts, lost answers, replays and dead cards in any order: money is conserved, and what the chip took is what is booked.

A Hypothesis machine holds two purses as the chips themselves would be. A terminal may die before the write, in the middle,
or before it reports; its report may come late, twice or never; the card may be touched elsewhere, paid with, or replaced.
"""

import itertools
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.funds.checks import funds_differences
from nanhu.systems.card.funds.errors import NothingToClaimError
from nanhu.systems.card.funds.models import Claimable, ClaimOrder
from nanhu.systems.card.funds.services import claims
from nanhu.systems.card.funds.services.reissue import reissue
from nanhu.systems.card.funds.services.returns import return_claimable
from nanhu.systems.card.funds.services.stale_claims import settle_stale
from nanhu.systems.card.funds.tests.conftest import SYSTEM, Funds

PARTS = ("student", "guest")
parts = st.sampled_from(PARTS)
sums = st.integers(min_value=1, max_value=5000)
NUMBERS = itertools.count(1)


class Purse:
    """What the plastic holds: it counts each write, whatever anybody hears of it."""

    def __init__(self) -> None:
        self.counter = 1
        self.fen = 0
        self.order: ClaimOrder | None = None
        self.written: set[int] = set()

    def write(self) -> None:
        assert self.order is not None
        self.counter += 1
        self.fen += self.order.write_fen
        self.written.add(self.order.pk)


class Power(RuleBasedStateMachine):
    """`due` is what each person is worth to the house: wallet and pending less debt."""

    funds: Funds

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint_create()
        self.purses = {part: Purse() for part in PARTS}
        self.due = dict.fromkeys(PARTS, 0)
        self.keys: list[tuple[str, str, int]] = []

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @rule(part=parts, fen=sums, source=st.sampled_from(["subsidy", "load", "online_top_up"]))
    def credit(self, part: str, fen: int, source: str) -> None:
        key = f"machine:{next(NUMBERS)}"
        self.funds.credit(part=part, fen=fen, key=key, source=source)
        self.keys.append((part, key, fen))
        self.due[part] += fen

    @rule(data=st.data())
    def credit_again(self, data: st.DataObject) -> None:
        if self.keys:
            part, key, fen = data.draw(st.sampled_from(self.keys))
            source = Claimable.objects.get(key=key).source
            self.funds.credit(part=part, fen=fen, key=key, source=source)

    @rule(part=parts)
    def begin(self, part: str) -> None:
        """At any terminal, also while another never reported: the counter is read first."""
        purse = self.purses[part]
        try:
            purse.order = claims.begin_claim(
                by=SYSTEM, card=self.funds.campus.card(part), terminal=None, online_counter=purse.counter
            )
        except NothingToClaimError:
            return

    @rule(part=parts, writes=st.booleans())
    def authorise(self, part: str, writes: bool) -> None:
        """MAC2 goes out; the card may be pulled before it is written."""
        purse = self.purses[part]
        if purse.order is None:
            return
        current = ClaimOrder.objects.get(pk=purse.order.pk)
        if current.state != claims.WRITING or current.authorised_at:
            return
        claims.authorise_write(
            by=SYSTEM, order=current, online_counter=purse.counter, chip_balance_fen=purse.fen, at="20261125120000"
        )
        if writes:
            purse.write()

    @rule(part=parts)
    def report(self, part: str) -> None:
        """Late, twice, or of a claim that was settled meanwhile: the truth fits what is booked, or is refused."""
        purse = self.purses[part]
        if purse.order is None:
            return
        is_written = purse.order.pk in purse.written
        claims.finish_claim(by=SYSTEM, order=purse.order, is_written=is_written)

    @rule(part=parts, fen=sums)
    def pay(self, part: str, fen: int) -> None:
        if self.funds.campus.pay(part, fen) == "posted":
            self.due[part] -= fen

    @rule()
    def find(self) -> None:
        settle_stale(patience=timedelta(0))

    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        waiting = list(Claimable.objects.filter(state="waiting").exclude(source="frozen").order_by("id"))
        if waiting:
            one = data.draw(st.sampled_from(waiting))
            return_claimable(by=SYSTEM, claimable=one, reason="machine")
            part = next(part for part, key, _fen in self.keys if key == one.key)
            self.due[part] -= one.amount_fen

    @rule(part=parts)
    def replace(self, part: str) -> None:
        """The chip dies with whatever it had; what the house owes does not change."""
        card = self.funds.campus.card(part)
        reissue(by=SYSTEM, card=card, reason="damaged", fee_fen=0, at="", key=f"machine:{next(NUMBERS)}")
        self.purses[part] = Purse()

    @rule(part=parts)
    def roll_back_in_the_middle(self, part: str) -> None:
        """The database dies before the commit of a report: nothing of it happened."""
        purse = self.purses[part]
        if purse.order is None:
            return
        with transaction.atomic():
            claims.finish_claim(by=SYSTEM, order=purse.order, is_written=purse.order.pk in purse.written)
            transaction.set_rollback(True)

    @invariant()
    def money_is_where_it_should_be(self) -> None:
        for part in PARTS:
            wallet = self.funds.campus.card(part).wallet
            held = self.funds.balance(part) + self.funds.pending(part) - ledger.balance_of(wallet.receivable_id)
            assert held == self.due[part]
        assert funds_differences() == []

    @invariant()
    def what_the_chip_took_is_booked_and_nothing_else(self) -> None:
        for purse in self.purses.values():
            for order in ClaimOrder.objects.filter(pk__in=purse.written):
                assert order.state in {"writing", "written"}
            if purse.order is not None and purse.order.pk not in purse.written:
                assert ClaimOrder.objects.get(pk=purse.order.pk).state != "written"


@pytest.mark.slow
def test_no_power_cut_loses_or_doubles_a_claim(funds):
    machine = type("Cuts", (Power,), {"funds": funds})
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=15, stateful_step_count=25),
    )
    assert receipt_differences() == []
