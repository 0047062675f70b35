"""How a run ends: the line is good again, time passes, every load and claim comes to its end, and all of it is looked at."""

from datetime import timedelta

from django.db import transaction

from nanhu.emulators.chip.api import terminal
from nanhu.systems.card.bank.models import Load, OnlineTopUp
from nanhu.systems.card.chip.models import Chip, SuspenseCase
from nanhu.systems.card.funds.models import ClaimOrder
from nanhu.systems.card.funds.services.difference import difference_of
from nanhu.systems.card.models import Hold, Receipt
from tests.faults.machine.invariants import Invariants
from tests.faults.machine.loading import Loading
from tests.faults.machine.losing import Losing
from tests.faults.money_school import PARTS

ENDED = {"written", "unclaimed", "refused", "reversed"}


class Ending(Loading, Losing, Invariants):
    def teardown(self) -> None:
        try:
            self.come_to_rest()
            self.bring_in_what_was_stored()
            self.everybody_claims()
            self.check_the_end()
        finally:
            self.school.close()
            transaction.savepoint_rollback(self.savepoint)

    def come_to_rest(self) -> None:
        """The retries alone end every load. What a chip may have taken it tells at its next touch."""
        self.school.outside.faults.clear()
        self.school.outside.arrive()
        for _round in range(12):
            self.school.pass_time(timedelta(minutes=11))
            self.school.find()
        assert not ClaimOrder.objects.filter(state="writing", authorised_at="").exists()
        for load in Load.objects.exclude(state__in=ENDED):
            assert load.state == "writing", (load.number, load.state)

    def bring_in_what_was_stored(self) -> None:
        self.time_passes(timedelta(days=8))
        for part in PARTS:
            self.find_again(part, power=None)
        for part, row in self.stored:
            self.note([(part, row)], self.school.upload([row]))

    def everybody_claims(self) -> None:
        for part in PARTS:
            for _time in range(2):
                self.come(part, "N1001", "claim", 0)
                self.finish(part)
            self.pay(part, "N1001", 1, proves=True, power=None)
        self.school.find()

    def check_the_end(self) -> None:
        self.bear_losses(power=None)
        self.settle(power=None)
        self.everything_holds()
        assert set(Load.objects.values_list("state", flat=True)) <= ENDED
        assert not ClaimOrder.objects.filter(state="writing").exists()
        assert not Hold.objects.filter(settled_at=None).exists()
        assert not SuspenseCase.objects.exists()
        for part in PARTS:
            self.the_chip_is_known(part)
        self.what_was_paid_outside_is_here()
        self.each_sale_is_there_once()

    def the_chip_is_known(self, part: str) -> None:
        """What the house thinks is on the card is on the card, once the card was seen again."""
        chip = Chip.objects.select_related("card").get(card=self.campus.card(part))
        told = difference_of(chip)
        assert not {"claim", "suspense"} & {item.key for item in told.items}
        if self.proved[part]:
            assert told.card_fen == terminal.read_facts(self.school.chips[part]).balance_fen

    def what_was_paid_outside_is_here(self) -> None:
        trades = self.school.acquirer.outside.trades
        paid = {order for order, trade in trades.items() if trade.state == "paid"}
        ended = set(OnlineTopUp.objects.filter(number__in=paid).values_list("state", flat=True))
        assert ended <= {"credited", "refunded"}

    def each_sale_is_there_once(self) -> None:
        for sale in self.book.sales:
            kept = Receipt.objects.filter(terminal__number=sale.till, sequence=sale.sequence, outcome="posted")
            assert [one.amount_fen for one in kept] == [sale.fen], sale
