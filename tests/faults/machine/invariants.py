"""What must hold after every step."""

from django.db import connection
from hypothesis.stateful import invariant

from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.bank.models import Load, OnlineTopUp
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.chip.models import Chip
from nanhu.systems.card.funds.checks import funds_differences
from nanhu.systems.card.funds.services.difference import difference_of
from nanhu.systems.card.services.accounts import drawer_of
from nanhu.systems.card.services.shifts import safe
from tests.faults.machine.office import Office
from tests.faults.machine.world import facts_of
from tests.faults.money_school import PARTS, held_for

BOOKED = ("credited", "writing", "written", "unclaimed")
BELOW = "SELECT account_id FROM ledger_balance WHERE balance_fen < floor_fen"


class Invariants(Office):
    @invariant()
    def everything_holds(self) -> None:
        self.money_is_conserved()
        self.the_books_are_sound()
        self.what_was_acknowledged_stays()
        self.merchants_have_what_they_earned()
        self.cash_is_where_it_was_put()
        self.bank_and_book_agree_on_each_load()
        self.the_chip_is_explained()

    def money_is_conserved(self) -> None:
        for part in PARTS:
            wallet = self.campus.card(part).wallet_id
            booked = Load.objects.filter(card__wallet_id=wallet, state__in=BOOKED)
            online = OnlineTopUp.objects.filter(card__wallet_id=wallet, state="credited")
            from_outside = sum(one.amount_fen for one in (*booked, *online))
            assert self.school.worth(part) == self.book.due[part] + from_outside

    def the_books_are_sound(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(BELOW)
            assert cursor.fetchall() == []
        assert ledger.trial_balance().difference_fen == 0
        assert ledger.check_ledger() == []
        assert receipt_differences() == []
        assert funds_differences() == []

    def what_was_acknowledged_stays(self) -> None:
        assert facts_of(*self.acknowledged) == self.acknowledged

    def merchants_have_what_they_earned(self) -> None:
        for merchant in self.merchants():
            has = ledger.balance_of(merchant.account_id) + held_for(merchant)
            assert has + self.book.settled.get(merchant.key, 0) == self.book.taken(merchant.key)
        assert self.payable_fen() == sum(self.book.unpaid.values())

    def cash_is_where_it_was_put(self) -> None:
        assert self.clerk.account_id is not None
        assert ledger.balance_of(drawer_of(self.clerk.account_id)) == self.book.drawer_fen
        assert ledger.balance_of(safe()) == self.book.safe_fen

    def bank_and_book_agree_on_each_load(self) -> None:
        nets = self.school.outside.nets()
        for load in Load.objects.all():
            net = nets.get(load.number, 0)
            if load.state in BOOKED or load.state == "debited":
                assert net == load.amount_fen
            elif load.state in {"refused", "reversed", "asked"}:
                assert net == 0

    def the_chip_is_explained(self) -> None:
        for part in PARTS:
            chip = Chip.objects.select_related("card").get(card=self.campus.card(part))
            assert difference_of(chip).unexplained_fen == 0
