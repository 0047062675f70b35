"""Cards, terminals, bank and clock, with a crash at every statement and every message lost, late or twice.

A Hypothesis machine: loads from the bank to the chip, claims at kiosk and POS, online top-ups, payments on line and off, holds,
reissue, refunds, corrections. After each step money is conserved, nothing was paid twice and what the chip holds is explained;
at the end each load has come to its end by the finder. NANHU_FAULT_EXAMPLES=300 makes a long run of it.
"""

import os
import random
from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from nanhu.emulators.chip.api import StatusRefusedError, terminal
from nanhu.kernel.errors import CampusError
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.bank.models import Load, OnlineTopUp
from nanhu.systems.card.bank.services import top_ups
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.chip.models import Chip, SuspenseCase
from nanhu.systems.card.chip.services.difference import difference_of
from nanhu.systems.card.closing.services import corrections
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.funds.checks import funds_differences
from nanhu.systems.card.funds.models import ClaimOrder
from nanhu.systems.card.models import Merchant, Receipt
from nanhu.systems.card.services.refunds import refund_sale
from nanhu.systems.card.services.reissue import reissue
from nanhu.systems.card.tests.conftest import SYSTEM, campus
from tests.faults.axe import axe
from tests.faults.bank_line import FAULTS
from tests.faults.money_school import PARTS, School, open_school, prepare
from tests.faults.visits import Visit

__all__ = ["campus"]
EXAMPLES = int(os.environ.get("NANHU_FAULT_EXAMPLES", "8"))
STEPS = int(os.environ.get("NANHU_FAULT_STEPS", "14"))
START_FEN = 4000


class Mishap(NamedTuple):
    """What befalls one step: nobody hears the answer, the power goes at a statement or in the chip, the bank's line fails."""

    is_heard: bool = True
    power: int | None = None
    torn: int | None = None
    fault: str = "fine"


CALM = Mishap()
parts = st.sampled_from(PARTS)
kiosks = st.sampled_from(["KL001", "KL002"])
places = st.sampled_from(["KL001", "N1001"])
seeds = st.integers(min_value=0, max_value=2**32 - 1)
sums = st.integers(min_value=100, max_value=5000)
powers = st.one_of(st.none(), st.none(), st.integers(min_value=0, max_value=40))
spans = st.sampled_from([timedelta(seconds=30), timedelta(minutes=11), timedelta(days=8)])
BOOKED = ("credited", "writing", "written", "unclaimed")
ENDED = {"written", "unclaimed", "refused", "reversed"}


def mishap_of(luck: random.Random) -> Mishap:
    """In every second step something happens."""
    if luck.random() < 0.5:
        return CALM
    return Mishap(
        is_heard=luck.random() < 0.7,
        power=luck.choice([None, None, luck.randrange(40)]),
        torn=luck.choice([None, luck.randrange(600)]),
        fault=luck.choice(FAULTS),
    )


class EveryStep(RuleBasedStateMachine):
    """`due` is what the house owes each person beside loads and online top-ups, which are read from its own orders."""

    make: staticmethod

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint_create()
        self.school: School = self.make()
        self.campus = self.school.campus
        self.due = dict.fromkeys(PARTS, START_FEN)
        self.visits: dict[str, Visit] = {}
        self.proved = dict.fromkeys(PARTS, False)
        self.told: dict[tuple[str, int], bytes] = {}
        self.devices = {number: Device(number) for number in ("KL001", "KL002", "N1001")}
        self.stored: list[tuple[str, dict]] = []
        self.uploaded: dict[int, str] = {}
        self.sold: list[tuple[str, int, int]] = []
        self.held: list[tuple[str, int, int]] = []

    def come(self, part: str, where: str, step: str, fen: int) -> Visit:
        """To a kiosk or a till; what the person had begun elsewhere stays as it is."""
        self.visits[part] = Visit(
            device=self.devices[where], chip=self.school.chips[part], uid=self.campus.card(part).uid,
            pin=self.school.pins[part], step=step, fen=fen, told=self.told,
        )  # fmt: skip
        return self.visits[part]

    def go(self, part: str, mishap: Mishap) -> None:
        visit = self.visits.get(part)
        if visit is not None and not visit.is_over:
            visit.chip = self.school.chips[part]
            visit.go_on(is_heard=mishap.is_heard, power=mishap.power, torn=mishap.torn)
            self.school.chips[part] = visit.chip

    @rule(part=parts, where=kiosks, fen=sums, dice=seeds)
    def load(self, part: str, where: str, fen: int, dice: int) -> None:
        self.come(part, where, "load", fen)
        self.go_on(part, dice)

    @rule(part=parts, where=places, dice=seeds)
    def claim(self, part: str, where: str, dice: int) -> None:
        self.come(part, where, "claim", 0)
        self.go_on(part, dice)

    @rule(part=parts, dice=seeds)
    def go_on(self, part: str, dice: int) -> None:
        """As far as the dice say, then the person walks away, or comes back much later; the bank's finder works beside it."""
        luck = random.Random(dice)
        for _step in range(luck.randrange(3, 9)):
            mishap = mishap_of(luck)
            self.go(part, mishap)
            if luck.random() < 0.6:
                self.find([mishap.fault], mishap.power)

    def finish(self, part: str) -> None:
        for _step in range(6):
            self.go(part, CALM)

    @rule(faults=st.lists(st.sampled_from(FAULTS), max_size=3), power=powers)
    def find(self, faults: list[str], power: int | None) -> None:
        self.school.outside.faults.extend(faults)
        with axe(power):
            self.school.find()

    @rule(span=spans)
    def time_passes(self, span: timedelta) -> None:
        self.school.pass_time(span)

    @rule()
    def the_late_arrive(self) -> None:
        self.school.outside.arrive()

    @rule(part=parts, fen=sums, is_paid=st.booleans(), notices=st.integers(0, 2), power=powers)
    def top_up(self, part: str, fen: int, is_paid: bool, notices: int, power: int | None) -> None:
        """By UnionPay: its notice comes, comes twice, or is lost and found by query."""
        try:
            made = top_ups.ask_top_up(by=SYSTEM, card=self.campus.card(part), amount_fen=fen, source="unionpay_app")
        except CampusError:
            return
        top_ups.open_top_up(made)
        if is_paid:
            trade = self.school.acquirer.pay(made.number, fen)
            for _notice in range(notices):
                with axe(power):
                    top_ups.hear_paid(made, query_id=trade.query_id, amount_fen=fen, settled_on=trade.settled_on)

    @rule(part=parts, fen=sums, times=st.integers(1, 2), proves=st.booleans())
    def pay(self, part: str, fen: int, times: int, proves: bool) -> None:
        """On line: the book decides, asked once or twice; the purse follows, or was taken away too soon."""
        sequence, uid = next(self.school.sequence), self.campus.card(part).uid
        told = {self.school.sell(uid, fen, sequence=sequence) for _time in range(times)}
        assert len(told) == 1
        self.proved[part] = False
        if told == {"posted"}:
            self.due[part] -= fen
            self.sold.append((part, sequence, fen))
            member = self.debit_chip(part, fen)
            if proves and member is not None:
                row = {"card": uid, "sequence": sequence, "amount_fen": fen, **member}
                answer = self.devices["N1001"].ask("chip/proofs", {"rows": [row]})
                self.proved[part] = answer["rows"][0]["code"] == "ok"

    def debit_chip(self, part: str, fen: int) -> dict | None:
        try:
            grey = terminal.buy(
                self.school.chips[part],
                self.school.psam,
                amount_fen=fen,
                at="20261125120000",
                remember=lambda _grey: None,
            )
        except StatusRefusedError:
            return None
        return grey.member()

    @rule(part=parts, fen=sums)
    def pay_off_line(self, part: str, fen: int) -> None:
        """The purse decides; the till keeps the row."""
        member = self.debit_chip(part, fen)
        if member is not None:
            facts = {"sequence": next(self.school.sequence), "card": self.campus.card(part).uid, "amount_fen": fen}
            self.stored.append((part, {**facts, "occurred_at": 1_764_043_200, "chip": member}))

    @rule(data=st.data(), times=st.integers(1, 2), power=powers)
    def upload(self, data: st.DataObject, times: int, power: int | None) -> None:
        """Some of the rows, in any order, also long after the card was replaced; told twice they are one."""
        if self.stored:
            rows = data.draw(
                st.lists(st.sampled_from(self.stored), min_size=1, max_size=4, unique_by=lambda one: one[1]["sequence"])
            )
            for _time in range(times):
                with axe(power):
                    self.note(rows, self.school.upload([row for _part, row in rows]))

    def note(self, rows: list[tuple[str, dict]], outcomes: list[str]) -> None:
        for (_part, row), outcome in zip(rows, outcomes, strict=True):
            assert self.uploaded.setdefault(row["sequence"], outcome) == outcome
            assert outcome == "posted", "a row with a true proof is a fact"
        for part, row in rows:
            if row["sequence"] not in {sequence for _part, sequence, _fen in self.sold}:
                self.due[part] -= row["amount_fen"]
                self.sold.append((part, row["sequence"], row["amount_fen"]))

    @rule(part=parts, fen=sums, data=st.data(), times=st.integers(0, 2))
    def shower(self, part: str, fen: int, data: st.DataObject, times: int) -> None:
        """One begins; another, or this one, ends: asked twice, or never."""
        self.hold(part, fen)
        self.release(data, times)

    def hold(self, part: str, fen: int) -> None:
        sequence = next(self.school.sequence)
        if self.school.sell(self.campus.card(part).uid, fen, sequence=sequence, held_seconds=600) == "posted":
            self.due[part] -= fen
            self.held.append((part, sequence, fen))

    def release(self, data: st.DataObject, times: int) -> None:
        """The water is off: the true price is paid; or the hold ended by itself before."""
        if self.held and times:
            part, sequence, fen = data.draw(st.sampled_from(self.held))
            price, own = data.draw(st.integers(0, fen)), next(self.school.sequence)
            told = [
                self.school.ask("SELECT outcome FROM card_release(%s, %s, %s, %s, %s)", self.campus.terminal.pk, own,
                                own.to_bytes(8), sequence, price)[0][0]
                for _time in range(times)
            ]  # fmt: skip
            assert len(set(told)) == 1
            if told[0] == "posted":
                self.due[part] += fen - price

    @rule(data=st.data(), fen=sums, by_merchant=st.booleans())
    def take_back(self, data: st.DataObject, fen: int, by_merchant: bool) -> None:
        if by_merchant:
            self.refund(data, fen)
        else:
            self.correct(data)

    def refund(self, data: st.DataObject, fen: int) -> None:
        sale = self.some_sale(data)
        if sale is not None:
            try:
                facts = {"merchant": Merchant.objects.get(pk=sale[1].merchant_id), "sale": sale[1], "amount_fen": fen}
                done = [refund_sale(by=SYSTEM, **facts, reason="x", key=f"{sale[1].pk}:{fen}") for _time in range(2)]
            except CampusError:
                return
            if not done[0].is_repeated:
                self.due[sale[0]] += fen

    def correct(self, data: st.DataObject) -> None:
        """Two clerks take a sale back."""
        sale = self.some_sale(data)
        if sale is None:
            return
        try:
            asked = corrections.ask(by=self.campus.actor("clerk"), receipt=sale[1], reason="x", token=uuid4())
            corrections.approve(by=self.campus.actor("second_clerk"), correction=asked)
        except (CampusError, ledger.InsufficientFundsError):
            return
        self.due[sale[0]] += sale[1].amount_fen or 0

    def some_sale(self, data: st.DataObject) -> tuple[str, Receipt] | None:
        if not self.sold:
            return None
        part, sequence, _fen = data.draw(st.sampled_from(self.sold))
        return part, Receipt.objects.get(terminal=self.campus.terminal, sequence=sequence)

    @rule(part=parts, times=st.integers(1, 2), power=powers)
    def replace(self, part: str, times: int, power: int | None) -> None:
        """The old chip is dead; what it had spent off line comes in late."""
        old, key = self.campus.card(part), str(uuid4())
        for _time in range(times):
            with axe(power):
                reissue(by=SYSTEM, card=old, reason="damaged", fee_fen=0, at="", key=key)
        if self.campus.card(part).pk != old.pk:
            self.school.chips[part] = self.school.new_chip(self.campus.card(part))
            self.visits.pop(part, None)

    @invariant()
    def money_is_conserved(self) -> None:
        for part in PARTS:
            wallet = self.campus.card(part).wallet_id
            booked = Load.objects.filter(card__wallet_id=wallet, state__in=BOOKED)
            online = OnlineTopUp.objects.filter(card__wallet_id=wallet, state="credited")
            from_outside = sum(one.amount_fen for one in (*booked, *online))
            assert self.school.worth(part) == self.due[part] + from_outside
        assert ledger.trial_balance().difference_fen == 0
        assert funds_differences() == []

    @invariant()
    def bank_and_book_agree_on_each_load(self) -> None:
        nets = self.school.outside.nets()
        for load in Load.objects.all():
            net = nets.get(load.number, 0)
            if load.state in BOOKED or load.state == "debited":
                assert net == load.amount_fen
            elif load.state in {"refused", "reversed", "asked"}:
                assert net == 0

    @invariant()
    def the_chip_is_explained(self) -> None:
        for part in PARTS:
            chip = Chip.objects.select_related("card").get(card=self.campus.card(part))
            assert difference_of(chip).unexplained_fen == 0

    def the_chip_is_known(self, part: str) -> None:
        """What the house thinks is on the card is on the card, once the card was seen again."""
        chip = Chip.objects.select_related("card").get(card=self.campus.card(part))
        told = difference_of(chip)
        assert not {"claim", "suspense"} & {item.key for item in told.items}
        if self.proved[part]:
            assert told.card_fen == terminal.read_facts(self.school.chips[part]).balance_fen

    def teardown(self) -> None:
        try:
            self.bring_to_an_end()
            self.check_the_end()
        finally:
            self.school.close()
            transaction.savepoint_rollback(self.savepoint)

    def bring_to_an_end(self) -> None:
        """The line is good again and time passes: the finder ends every load. What a chip may have taken it tells at its next touch."""
        self.school.outside.faults.clear()
        self.school.outside.arrive()
        for _round in range(12):
            self.school.pass_time(timedelta(minutes=11))
            self.school.find()
        open_writes = {one.pk for one in ClaimOrder.objects.filter(state="writing")}
        assert all(one.authorised_at for one in ClaimOrder.objects.filter(pk__in=open_writes))
        for load in Load.objects.exclude(state__in=ENDED):
            assert load.state == "writing", (load.number, load.state)
        self.school.pass_time(timedelta(days=8))
        for part, row in self.stored:
            self.note([(part, row)], self.school.upload([row]))
        for part in PARTS:
            for _time in range(2):
                self.come(part, "N1001", "claim", 0)
                self.finish(part)
            self.pay(part, 1, 1, proves=True)
        self.school.find()

    def check_the_end(self) -> None:
        self.money_is_conserved()
        self.bank_and_book_agree_on_each_load()
        assert set(Load.objects.values_list("state", flat=True)) <= ENDED
        assert not ClaimOrder.objects.filter(state="writing").exists()
        assert not SuspenseCase.objects.exists()
        for part in PARTS:
            self.the_chip_is_known(part)
        paid = {order for order, trade in self.school.acquirer.outside.trades.items() if trade.state == "paid"}
        assert set(OnlineTopUp.objects.filter(number__in=paid).values_list("state", flat=True)) <= {
            "credited",
            "refunded",
        }
        for part, sequence, fen in self.sold:
            kept = Receipt.objects.filter(terminal=self.campus.terminal, sequence=sequence, outcome="posted")
            assert [one.amount_fen for one in kept] == [fen], part
        assert receipt_differences() == []
        assert ledger.check_ledger() == []


@pytest.fixture
def make(campus, monkeypatch):
    """A school that each run of the machine opens anew."""
    prepare(campus, fen=START_FEN)
    return lambda: open_school(campus, monkeypatch)


@pytest.mark.django_db
def test_no_crash_at_any_step_makes_or_loses_money(make):
    machine = type("EveryStepOfThisSchool", (EveryStep,), {"make": staticmethod(make)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize="NANHU_FAULT_EXAMPLES" not in os.environ,
            phases=(Phase.generate,), suppress_health_check=list(HealthCheck), print_blob=False, report_multiple_bugs=False,
        ),
    )  # fmt: skip
