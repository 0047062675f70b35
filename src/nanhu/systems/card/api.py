"""The door of the campus card."""

from nanhu.systems.card.errors import HistoryExistsError
from nanhu.systems.card.events import CardLossCancelled, CardReissued, CardReportedLost
from nanhu.systems.card.funds.services.payouts import open_funding
from nanhu.systems.card.services.history import HistoryResult, PastRow, import_history
from nanhu.systems.card.services.issue import issue_cards
from nanhu.systems.card.services.merchants import MerchantOrder, TerminalOrder, set_up_merchants
from nanhu.systems.card.services.prices import PriceOrder, set_prices

__all__ = [
    "CardLossCancelled",
    "CardReissued",
    "CardReportedLost",
    "HistoryExistsError",
    "HistoryResult",
    "MerchantOrder",
    "PastRow",
    "PriceOrder",
    "TerminalOrder",
    "import_history",
    "issue_cards",
    "open_funding",
    "set_prices",
    "set_up_merchants",
]
