"""The card office's counter: cash and its drawer, subsidies by two people, what nobody claimed, a new card for the old."""

from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import rule

from nanhu.kernel import intake
from nanhu.kernel.errors import CampusError
from nanhu.systems.card.funds.models import Claimable, PayoutBatch, PayoutRow
from nanhu.systems.card.funds.services import payouts, posting, returns
from nanhu.systems.card.funds.services.reissue import reissue
from nanhu.systems.card.models import CashException, Shift
from nanhu.systems.card.services import cash_exceptions, shifts
from nanhu.systems.card.services.top_up import Taken, top_up_by_exception
from nanhu.systems.card.tests.conftest import CAST, SYSTEM
from tests.faults.axe import axe
from tests.faults.machine.book import Grant
from tests.faults.machine.mishaps import parts, powers, sums
from tests.faults.machine.world import World
from tests.faults.money_school import PARTS


class Desk(World):
    @rule(part=parts, fen=sums, power=powers)
    def bring_cash(self, part: str, fen: int, power: int | None) -> None:
        """A Chinese student's cash is an exception: one clerk asks, another agrees, the first takes it, each pressing twice."""
        token, card = uuid4(), self.campus.card(part)
        facts = {"card": card, "amount_fen": fen, "reason": "银行卡被冻结", "token": token}
        asked = self.insist(lambda: cash_exceptions.ask_for_cash(by=self.clerk, **facts), power)
        assert isinstance(asked, CashException), asked
        self.insist(lambda: cash_exceptions.approve(by=self.second, exception=asked), power)
        asked.refresh_from_db()
        taken = self.insist(lambda: top_up_by_exception(by=self.clerk, exception=asked), power)
        if isinstance(taken, Taken):
            self.acknowledge(pk=taken.top_up.receipt_id, kind="top_up", amount_fen=fen)
            self.book.due[part] += fen
            self.book.drawer_fen += fen
        assert isinstance(taken, Taken) or part in self.lost or "balance" in taken.code, taken

    @rule(missing=st.sampled_from([0, 0, 100, -50]), power=powers)
    def close_shift(self, missing: int, power: int | None) -> None:
        """She counts, with a reason for what is missing or too much; the other counts the same and puts it into the safe."""
        counted = max(self.book.drawer_fen - missing, 0)
        shift = self.insist(lambda: shifts.count_shift(by=self.clerk, counted_fen=counted, reason="清点"), power)
        self.insist(lambda: shifts.check_shift(by=self.second, shift=shift, counted_fen=counted), power)
        shift.refresh_from_db()
        assert shift.state == Shift.State.CLOSED
        self.book.safe_fen += counted
        self.book.drawer_fen = 0

    @rule(fens=st.tuples(sums, sums), power=powers)
    def grant(self, fens: tuple[int, int], power: int | None) -> None:
        """A subsidy for both: made, submitted, approved by another, posted by a worker that dies and starts again."""
        batch, steps = self.make_batch(fens, power), (intake.submit, intake.approve)
        for step, by in zip(steps, (self.clerk, self.second), strict=True):
            self.insist(lambda step=step, by=by: step(by=by, batch=batch), power)
        for _start in range(2):
            with axe(power):
                posting.post_payout(batch_id=batch.pk)
        posting.post_payout(batch_id=batch.pk)
        batch.refresh_from_db()
        assert batch.state == PayoutBatch.State.POSTED
        for part, fen, row in zip(PARTS, fens, batch.rows.order_by("line"), strict=True):
            self.book.due[part] += fen
            self.book.grants.append(Grant(part, fen, row.claimable_id))

    def make_batch(self, fens: tuple[int, int], power: int | None) -> PayoutBatch:
        funding, token = payouts.open_funding(by=SYSTEM, code="aid", name="学生资助经费"), uuid4()
        form = payouts.Payout(token=token, source="subsidy", title="生活补助", funding=funding)

        def rows() -> list[PayoutRow]:
            return [
                PayoutRow(
                    line=line,
                    campus_no=CAST[part][2],
                    name=CAST[part][0],
                    wallet=self.campus.card(part).wallet,
                    amount_fen=fen,
                )
                for line, (part, fen) in enumerate(zip(PARTS, fens, strict=True), start=2)
            ]

        made = self.insist(
            lambda: payouts.make_batch(by=self.clerk, payout=form, rows=rows(), content=token.bytes), power
        )
        assert isinstance(made, PayoutBatch), made
        return made

    @rule(data=st.data(), power=powers)
    def take_grant_back(self, data: st.DataObject, power: int | None) -> None:
        """Nobody claimed it: back to where it came from, once; what was claimed, or is being written, stays."""
        if not self.book.grants:
            self.grant(data.draw(st.tuples(sums, sums)), power=None)
        grant = data.draw(st.sampled_from(self.book.grants))
        waits = Claimable.objects.get(pk=grant.claimable_id)
        was_waiting = waits.state == Claimable.State.WAITING
        told = self.insist(lambda: returns.return_claimable(by=self.clerk, claimable=waits, reason="逾期未领"), power)
        assert was_waiting is not isinstance(told, CampusError), told
        if was_waiting:
            self.book.due[grant.part] -= grant.fen
            self.book.grants.remove(grant)

    @rule(part=parts, power=powers)
    def replace(self, part: str, power: int | None) -> None:
        """Damaged or lost: the old chip is dead; what it had spent off line comes in late."""
        old, key = self.campus.card(part), str(uuid4())
        reason = "lost" if part in self.lost else "damaged"
        new = self.insist(lambda: reissue(by=SYSTEM, card=old, reason=reason, fee_fen=0, at="", key=key), power)
        assert self.campus.card(part).pk == new.pk != old.pk
        self.lost.discard(part)
        self.school.chips[part] = self.school.new_chip(new)
        self.visits.pop(part, None)
