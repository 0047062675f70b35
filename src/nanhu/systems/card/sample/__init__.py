"""What a sample campus shows of the card on its first day: the face for `nanhu.sample`, which nobody else enters."""

from nanhu.systems.card.bank.limits import school_code
from nanhu.systems.card.sample.bank import begin_at_the_bank
from nanhu.systems.card.sample.bills import pay_bills
from nanhu.systems.card.sample.books import begin_books
from nanhu.systems.card.sample.day import Day, begin_day
from nanhu.systems.card.sample.emulated import chosen_cards, chosen_terminals, held_at_bank, holders
from nanhu.systems.card.sample.office import Office, begin_office
from nanhu.systems.card.services.history import PastRow, import_history
from nanhu.systems.card.services.merchants import MerchantOrder, TerminalOrder, set_up_merchants
from nanhu.systems.card.services.prices import PriceOrder, set_prices

__all__ = [
    "Day",
    "MerchantOrder",
    "Office",
    "PastRow",
    "PriceOrder",
    "TerminalOrder",
    "begin_at_the_bank",
    "begin_books",
    "begin_day",
    "begin_office",
    "chosen_cards",
    "chosen_terminals",
    "held_at_bank",
    "holders",
    "import_history",
    "pay_bills",
    "school_code",
    "set_prices",
    "set_up_merchants",
]
