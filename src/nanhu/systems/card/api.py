"""The door of the campus card."""

from nanhu.systems.card.errors import HistoryExistsError
from nanhu.systems.card.events import CardLossCancelled, CardReportedLost
from nanhu.systems.card.services.history import HistoryResult, PastRow, import_history
from nanhu.systems.card.services.issue import issue_cards
from nanhu.systems.card.services.merchants import MerchantOrder, TerminalOrder, set_up_merchants

__all__ = [
    "CardLossCancelled",
    "CardReportedLost",
    "HistoryExistsError",
    "HistoryResult",
    "MerchantOrder",
    "PastRow",
    "TerminalOrder",
    "import_history",
    "issue_cards",
    "set_up_merchants",
]
