"""Money given back: a merchant refunds, a till reverses, two clerks correct. Never more than is left of the sale, once a request."""

from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import rule

from nanhu.systems.card.closing.models import Correction
from nanhu.systems.card.closing.services import corrections
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.protocol import fingerprint
from nanhu.systems.card.services.refunds import Refunded, refund_sale
from nanhu.systems.card.tests.conftest import SYSTEM
from tests.faults.machine.book import Sale
from tests.faults.machine.mishaps import powers, sums
from tests.faults.machine.selling import Selling

REFUND = "SELECT outcome FROM card_refund(%s, %s, %s, decode(%s, 'hex'), %s, %s, '')"
REVERSE = "SELECT outcome FROM card_reverse(%s, %s, decode(%s, 'hex'), %s)"


class GivingBack(Selling):
    @rule(data=st.data(), fen=sums, at_till=st.booleans(), power=powers)
    def refund(self, data: st.DataObject, fen: int, at_till: bool, power: int | None) -> None:
        """A part, all of it, or more than there is; on the merchant's page or at the till."""
        sale = self.some_sale(data)
        if sale is None:
            return
        fen = data.draw(st.sampled_from([fen, sale.fen, max(sale.left_fen, 1)]))
        is_done = self.refund_at_till(sale, fen, power) if at_till else self.refund_on_page(sale, fen, power)
        assert is_done is (fen <= sale.left_fen), (fen, sale)
        if is_done:
            self.book.due[sale.part] += fen
            sale.give_back(fen)

    def refund_on_page(self, sale: Sale, fen: int, power: int | None) -> bool:
        what = {"merchant": self.tills[sale.till].merchant, "sale": Receipt.objects.get(pk=sale.receipt_id)}
        words = {"amount_fen": fen, "reason": "退菜", "key": str(uuid4())}
        done = self.insist(lambda: refund_sale(by=SYSTEM, **what, **words), power)
        if isinstance(done, Refunded):
            self.acknowledge(pk=done.receipt_id, kind="refund", amount_fen=fen)
        return isinstance(done, Refunded)

    def refund_at_till(self, sale: Sale, fen: int, power: int | None) -> bool:
        till, own = self.tills[sale.till], next(self.school.sequence)
        mark = fingerprint("refund", str(sale.receipt_id), str(fen))
        told = self.ask_till(REFUND, till.merchant_id, till.pk, own, mark, sale.receipt_id, fen, power=power)
        self.acknowledge(terminal=till.pk, sequence=own, outcome=told)
        return told == "posted"

    @rule(data=st.data(), power=powers)
    def reverse(self, data: st.DataObject, power: int | None) -> None:
        """The till takes back what it sold, whole and once."""
        sale, own = self.some_sale(data), next(self.school.sequence)
        if sale is None:
            return
        told = self.ask_reversal(sale.till, own, sale.sequence, power)
        assert (told == "posted") is (sale.left_fen == sale.fen), (told, sale)
        if told == "posted":
            self.book.due[sale.part] += sale.fen
            sale.give_back(sale.fen)

    @rule(data=st.data(), power=powers)
    def give_up_shower(self, data: st.DataObject, power: int | None) -> None:
        """Nobody came: the till takes the hold back, unless it has ended."""
        hold, own = self.some_hold(data), next(self.school.sequence)
        if hold is None:
            return
        told = self.ask_reversal(hold.till, own, hold.sequence, power)
        assert told in {"hold_settled", "already_reversed"} or not hold.is_told, told
        if told == "posted":
            self.book.due[hold.part] += hold.fen
            hold.cost_fen, hold.is_told = 0, True

    def ask_reversal(self, number: str, own: int, sequence: int, power: int | None) -> str:
        till, mark = self.tills[number], fingerprint("reversal", str(sequence))
        told = self.ask_till(REVERSE, till.pk, own, mark, sequence, power=power)
        self.acknowledge(terminal=till.pk, sequence=own, outcome=told)
        return told

    @rule(data=st.data(), power=powers)
    def correct(self, data: st.DataObject, power: int | None) -> None:
        """One clerk asks, another approves; both press twice."""
        sale, token = self.some_sale(data), uuid4()
        if sale is None:
            return
        receipt = Receipt.objects.get(pk=sale.receipt_id)
        asked = self.insist(lambda: corrections.ask(by=self.clerk, receipt=receipt, reason="错扣", token=token), power)
        may_be = sale.left_fen == sale.fen and not sale.is_corrected
        assert isinstance(asked, Correction) is may_be, (asked, sale)
        if isinstance(asked, Correction):
            sale.is_corrected = True
            self.approve_correction(sale, asked, power)

    def approve_correction(self, sale: Sale, asked: Correction, power: int | None) -> None:
        told = self.insist(lambda: corrections.approve(by=self.second, correction=asked), power)
        asked.refresh_from_db()
        assert asked.state == Correction.State.POSTED, told
        self.acknowledge(pk=asked.posted_id, kind="correction_in", amount_fen=sale.fen)
        self.book.due[sale.part] += sale.fen
        sale.give_back(sale.fen)
