"""Money from outside: loads from the bank to the chip, claims at kiosk and POS, online top-ups; the retries, and time."""

import random
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from nanhu.systems.card.bank.models import OnlineTopUp
from nanhu.systems.card.bank.services import top_ups
from nanhu.systems.card.tests.conftest import SYSTEM
from tests.faults.axe import axe
from tests.faults.bank_line import FAULTS
from tests.faults.machine.mishaps import CALM, Mishap, kiosks, mishap_of, parts, places, powers, seeds, spans, sums
from tests.faults.machine.world import World, attempt
from tests.faults.visits import Visit

A_DAY = timedelta(days=1)


class Loading(World):
    def come(self, part: str, where: str, step: str, fen: int) -> Visit:
        """To a kiosk or a till; what the person had begun elsewhere stays as it is."""
        self.visits[part] = Visit(
            device=self.devices[where],
            chip=self.school.chips[part],
            uid=self.campus.card(part).uid,
            pin=self.school.pins[part],
            step=step,
            fen=fen,
            told=self.told,
        )
        return self.visits[part]

    def go(self, part: str, mishap: Mishap) -> None:
        visit = self.visits.get(part)
        if visit is not None and not visit.is_over:
            visit.chip = self.school.chips[part]
            visit.is_lost, visit.is_locked = part in self.lost, part in self.locked
            visit.go_on(is_heard=mishap.is_heard, power=mishap.power, torn=mishap.torn, clock_off=mishap.clock_off)
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
        """As far as the dice say, then the person walks away, or comes back much later; the retries at the bank work beside it."""
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
        if span > A_DAY:
            self.locked.clear()

    @rule()
    def the_late_arrive(self) -> None:
        self.school.outside.arrive()

    @rule(part=parts, fen=sums, is_paid=st.booleans(), notices=st.integers(0, 2), power=powers)
    def top_up(self, part: str, fen: int, is_paid: bool, notices: int, power: int | None) -> None:
        """By UnionPay: its notice comes, comes twice, or is lost and found by query."""
        facts, made = {"card": self.campus.card(part), "amount_fen": fen, "source": "web"}, None
        with axe(power):
            made = attempt(lambda: top_ups.ask_top_up(by=SYSTEM, **facts))
        if not isinstance(made, OnlineTopUp):
            return
        with axe(power):
            top_ups.open_top_up(made)
        if is_paid:
            trade = self.school.acquirer.pay(made.number, fen)
            for _notice in range(notices):
                with axe(power):
                    top_ups.hear_paid(made, query_id=trade.query_id, amount_fen=fen, settled_on=trade.settled_on)
