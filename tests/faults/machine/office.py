"""The nights and the money that leaves: what the school bears, settlement of merchants, their payout by two people."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from nanhu.kernel.errors import CampusError
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.closing.models import Payout, Settlement
from nanhu.systems.card.closing.rules import fee_of
from nanhu.systems.card.closing.services import liability, payouts
from nanhu.systems.card.closing.services.settling import settle_due
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.tests.conftest import SYSTEM
from tests.faults.axe import axe
from tests.faults.machine.mishaps import powers
from tests.faults.machine.selling import Selling
from tests.faults.money_school import FEE_PER_MILLE, held_for

A_DAY = timedelta(days=1)


class Office(Selling):
    @rule(power=powers)
    def bear_losses(self, power: int | None) -> None:
        """What was sold off line after the report comes back to the wallet, once; the merchant keeps it."""
        moment = self.school.moment(self.school.began)
        for _time in range(2):
            with axe(power):
                liability.bear_losses(by=SYSTEM, since=moment - A_DAY, until=moment + A_DAY)
        liability.bear_losses(by=SYSTEM, since=moment - A_DAY, until=moment + A_DAY)
        for sale in self.book.sold_after_report():
            self.book.due[sale.part] += sale.left_fen
            sale.left_fen = 0

    @rule(power=powers)
    def settle(self, power: int | None) -> None:
        """A day is over: each merchant's takings are settled once, however often the job starts."""
        self.today += A_DAY
        expected = {merchant.key: self.open_takings(merchant) for merchant in self.merchants()}
        self.insist(lambda: settle_due(by=SYSTEM, today=self.today), power)
        for made in Settlement.objects.filter(last=self.today - A_DAY).select_related("merchant"):
            fen = expected.pop(made.merchant.key)
            assert made.takings_fen == max(fen, 0)
            self.book.settled[made.merchant.key] = self.book.settled.get(made.merchant.key, 0) + made.takings_fen
            if made.takings_fen:
                self.book.unpaid[made.number] = made.takings_fen - fee_of(made.takings_fen, FEE_PER_MILLE)
        assert expected == {}, "settled once, each of them"

    def merchants(self) -> list[Merchant]:
        return [till.merchant for till in self.tills.values()]

    def open_takings(self, merchant: Merchant) -> int:
        return self.book.taken(merchant.key) - held_for(merchant) - self.book.settled.get(merchant.key, 0)

    @rule(power=powers)
    def make_payout(self, power: int | None) -> None:
        """Pressed twice the second finds nothing left to pay."""
        told = self.insist(lambda: payouts.make_payout(by=self.clerk), power)
        assert isinstance(told, Payout | CampusError), told
        assert not Settlement.objects.filter(payout=None, payable_fen__gt=0).exists()

    @rule(data=st.data(), power=powers)
    def confirm_payout(self, data: st.DataObject, power: int | None) -> None:
        """The bank paid them all, or all but one, which waits for the next file."""
        if not Payout.objects.filter(state=Payout.State.MADE).exists():
            self.some_sale(data)
            self.settle(power=None)
            self.make_payout(power=None)
        files = list(Payout.objects.filter(state=Payout.State.MADE).order_by("pk"))
        if not files:
            return
        file = data.draw(st.sampled_from(files))
        numbers = list(Settlement.objects.filter(payout=file).order_by("pk").values_list("number", flat=True))
        unpaid = data.draw(st.sampled_from([[], numbers[1:][:1]]))
        reference = f"B{next(self.school.sequence)}"
        self.insist(
            lambda: payouts.confirm(by=self.second, payout=file, bank_reference=reference, unpaid=unpaid), power
        )
        file.refresh_from_db()
        assert file.state == Payout.State.CONFIRMED
        assert file.total_fen == sum(self.book.unpaid.pop(number) for number in numbers if number not in unpaid)

    def payable_fen(self) -> int:
        """What the ledger says we owe the merchants by settlements."""
        accounts = ledger.account_ids([f"card.payable:{merchant.key}" for merchant in self.merchants()])
        return sum(ledger.balance_of(account) for account in accounts.values())
