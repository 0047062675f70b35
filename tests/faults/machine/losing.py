"""Cards are reported lost and found again; PINs are guessed, locked and set back."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from nanhu.systems.card.models import Card
from nanhu.systems.card.pins.policy import LimitRule
from nanhu.systems.card.pins.services.changing import reset_pin
from nanhu.systems.card.services.loss import cancel_loss, report_lost
from tests.faults.machine.book import Report
from tests.faults.machine.mishaps import CALM, Mishap, clocks, kiosks, parts, powers, sums
from tests.faults.machine.selling import Selling
from tests.faults.visits import Visit

GUESS = "918273"
WRONG, LOCKED = "card.pin_wrong", "card.pin_locked"
TRIES = LimitRule().pin_tries


class Losing(Selling):
    @rule(part=parts, way=st.sampled_from(["web", "kiosk", "phone", "counter"]), power=powers)
    def report(self, part: str, way: str, power: int | None) -> None:
        """From now on no terminal on line takes the card; reported twice it is reported once."""
        card, was_lost = self.campus.card(part), part in self.lost
        told = self.insist(lambda: report_lost(by=self.clerk, card=card, reason="丢了", way=way), power)
        assert told.state == Card.State.LOST
        self.lost.add(part)
        if not was_lost:
            self.book.reports.append(Report(card.pk, since=self.school.date_report(card, "reported_at")))

    @rule(part=parts, fen=sums, clock=clocks)
    def steal(self, part: str, fen: int, clock: str) -> None:
        """Reported, and used at a till that has no network to hear of it."""
        self.report(part, "phone", power=None)
        self.pay_off_line(part, fen, clock)

    @rule(part=parts, power=powers)
    def find_again(self, part: str, power: int | None) -> None:
        if part in self.lost:
            card = self.campus.card(part)
            self.insist(
                lambda: cancel_loss(by=self.clerk, card=card, document="身份证", face_checked=True, reason="找到了"),
                power,
            )
            assert self.campus.card(part).state == Card.State.ISSUED
            self.lost.discard(part)
            self.book.newest_report(card.pk).until = self.school.date_report(card, "ended_at")

    @rule(part=parts, where=kiosks, times=st.integers(1, TRIES + 1), power=powers)
    def guess(self, part: str, where: str, times: int, power: int | None) -> None:
        """Somebody at a kiosk with a card and no PIN: each answer costs a try, also one that nobody heard."""
        codes = [self.guess_once(part, where, power) for _time in range(times)]
        if part in self.lost:
            assert set(codes) == {"card_lost"}
            return
        assert set(codes) <= {WRONG, LOCKED}
        assert codes == sorted(codes, reverse=True), "what was locked stays locked"
        assert codes.count(WRONG) < (1 if part in self.locked else TRIES)
        if codes[-1] == LOCKED:
            self.locked.add(part)

    def guess_once(self, part: str, where: str, power: int | None) -> str:
        visit = Visit(
            device=self.devices[where],
            chip=self.school.chips[part],
            uid=self.campus.card(part).uid,
            pin=GUESS,
            step="load",
            fen=500,
            told=self.told,
        )
        for mishap in (Mishap(is_heard=False, power=power), CALM):
            visit.go_on(is_heard=mishap.is_heard, power=mishap.power, torn=None)
        assert visit.is_over, "a guess opens nothing"
        return visit.refusal

    @rule(part=parts, power=powers)
    def set_pin_back(self, part: str, power: int | None) -> None:
        """At the counter, with a document."""
        card = self.campus.card(part)
        self.insist(
            lambda: reset_pin(by=self.clerk, card=card, kind="payment", document="身份证", reason="忘了"), power
        )
        self.locked.discard(part)
